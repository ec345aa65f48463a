import assert from "node:assert/strict";
import { test } from "node:test";
import { Catchup } from "../../../static/js/realtime/catchup.js";
import { Refused } from "../../../static/js/realtime/socket.js";
import { message, seeded } from "./fakes.mjs";

const created = (seq, more = {}) => ({ type: "message.created", room: "7", version: seq, message: message({ id: seq, ...more }) });

function harness(answer = async () => ({ messages: [], version: 0, state: null, more: false, reset: false })) {
  const applied = [];
  const asked = [];
  const resets = [];
  const busy = [];
  const catchup = new Catchup({
    request: (command) => (asked.push(command), answer(command)),
    apply: (event) => applied.push(event),
    reset: (room) => resets.push(room),
    onBusy: (rooms) => busy.push(rooms),
    wait: async () => {},
  });
  return { catchup, applied, asked, resets, busy, versions: () => applied.map((event) => event.version) };
}

const settle = () => new Promise((done) => setImmediate(done));

test("the next version is applied at once, and an older one is dropped", () => {
  const { catchup, versions, asked } = harness();
  catchup.hold("7", 3);
  for (const seq of [4, 4, 3, 5, 1]) catchup.observe(created(seq));
  assert.deepEqual(versions(), [4, 5]);
  assert.deepEqual(asked, []);
});

test("what belongs to a room that is not held is nobody's business", () => {
  const { catchup, applied } = harness();
  catchup.observe(created(1));
  assert.deepEqual(applied, []);
});

test("a hole is filled by one sync, and what came meanwhile is applied after it, in order", async () => {
  let fill;
  const { catchup, versions, asked, busy } = harness(() => new Promise((resolve) => (fill = resolve)));
  catchup.hold("7", 1);
  catchup.observe(created(4));
  catchup.observe(created(6));
  catchup.observe(created(5));
  assert.deepEqual(asked, [{ type: "sync", room: "7", version: 1 }]);
  assert.deepEqual(versions(), []);
  fill({ messages: [message({ id: 2 }), message({ id: 3 })], version: 3, state: null, more: false, reset: false });
  await settle();
  assert.deepEqual(versions(), [2, 3, 4, 5, 6]);
  assert.deepEqual(busy, [1, 0]);
});

test("an event that comes while sync is on its way is not applied a second time by the answer", async () => {
  let fill;
  const { catchup, applied } = harness(() => new Promise((resolve) => (fill = resolve)));
  catchup.hold("7", 1);
  catchup.sync("7");
  catchup.observe(created(2));
  fill({ messages: [message({ id: 2 })], version: 2, state: null, more: false, reset: false });
  await settle();
  assert.deepEqual(applied.map((event) => event.message.id), ["2"]);
});

test("an answer that is older than what came in order meanwhile changes nothing, be it a reset", async () => {
  for (const reset of [false, true]) {
    let fill;
    const { catchup, applied, resets } = harness(() => new Promise((resolve) => (fill = resolve)));
    catchup.hold("7", 1);
    catchup.sync("7");
    for (const seq of [2, 3, 4]) catchup.observe(created(seq));
    fill({ messages: [], version: 3, state: { name: "as it was" }, more: false, reset });
    await settle();
    assert.deepEqual(applied.map((event) => event.type), ["message.created", "message.created", "message.created"]);
    assert.deepEqual([catchup.version("7"), resets], [4, []]);
  }
});

test("more is asked for until there is no more", async () => {
  const pages = [
    { messages: [message({ id: 1 })], version: 1, state: null, more: true, reset: false },
    { messages: [message({ id: 2 })], version: 2, state: { name: "den" }, more: false, reset: false },
  ];
  const { catchup, asked, applied } = harness(async () => pages.shift());
  catchup.hold("7", 0);
  catchup.check("7", 2);
  await settle();
  assert.deepEqual(asked.map((command) => command.version), [0, 1]);
  assert.deepEqual(applied.at(-1), { type: "room.updated", room: "7", version: 2, state: { name: "den" } });
});

test("a reset takes the server's version and tells the page to load anew", async () => {
  const { catchup, resets } = harness(async () => ({ messages: [], version: 5000, state: null, more: false, reset: true }));
  catchup.hold("7", 1);
  catchup.check("7", 5000);
  await settle();
  assert.deepEqual(resets, ["7"]);
  assert.equal(catchup.version("7"), 5000);
});

test("a sync that is refused for a while is tried again", async () => {
  const answers = [new Refused("rate_limited", "", 1), new Refused("unavailable"), { messages: [message({ id: 1 })], version: 1, state: null, more: false, reset: false }];
  const { catchup, versions } = harness(async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  });
  catchup.hold("7", 0);
  catchup.check("7", 1);
  await settle();
  assert.deepEqual(versions(), [1]);
});

test("a room that is no longer for us is let go, and being offline ends the try", async () => {
  for (const [code, held] of [["not_found", null], ["offline", 0]]) {
    const { catchup, busy } = harness(async () => {
      throw new Refused(code);
    });
    catchup.hold("7", 0);
    catchup.check("7", 9);
    await settle();
    assert.equal(catchup.version("7"), held);
    assert.equal(busy.at(-1), 0);
  }
});

test("a page that is older than what the socket brought fetches the difference", async () => {
  const { catchup, asked } = harness(async () => ({ messages: [], version: 12, state: null, more: false, reset: false }));
  catchup.hold("7", 12);
  catchup.open("7", 10);
  assert.equal(asked[0].version, 10);
  assert.ok(catchup.isOpen("7"));
});

test("a page that is newer than the socket still lets the events in between through, for those who count", () => {
  const { catchup, versions } = harness();
  catchup.hold("7", 8);
  catchup.open("7", 10);
  for (const seq of [9, 10, 11]) catchup.observe(created(seq));
  assert.deepEqual(versions(), [9, 10, 11]);
});

/** A room on a server: its log, and the answers to sync over it, as rooms/sync.py gives them. */
class Server {
  messages = new Map();
  log = [];
  version = 0;

  change(random) {
    const ids = [...this.messages.keys()];
    this.version += 1;
    const old = ids.length && random() < 0.4 ? this.messages.get(ids[Math.floor(random() * ids.length)]) : null;
    const next = old
      ? { ...old, version: this.version, html: `<p>${this.version}</p>`, deleted: random() < 0.3 }
      : message({ id: ids.length + 1, version: this.version });
    this.messages.set(next.id, next);
    this.log.push({ type: old ? "message.updated" : "message.created", room: "7", version: this.version, message: next });
  }

  synced({ version }, page = 20, resetAfter = 120) {
    if (this.version - version > resetAfter) return { messages: [], version: this.version, state: null, more: false, reset: true };
    const changed = [...this.messages.values()].filter((one) => one.version > version).sort((a, b) => a.version - b.version);
    const more = changed.length > page;
    const messages = changed.slice(0, page);
    return { messages, version: more ? messages.at(-1).version : this.version, state: null, more, reset: false };
  }
}

test("whatever is lost, doubled or comes in any order, the client ends with what the server has", async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seeded(seed);
    const server = new Server();
    const client = new Map();
    const seen = [];
    const catchup = new Catchup({
      request: async (command) => {
        if (random() < 0.2) throw new Refused(random() < 0.5 ? "unavailable" : "rate_limited", "", 0.001);
        // The answer is of the moment it was made: the server goes on while it travels.
        const answer = structuredClone(server.synced(command));
        await settle();
        return answer;
      },
      apply: (event) => {
        assert.ok(!seen.length || event.version > seen.at(-1), `seed ${seed}: ${event.version} after ${seen.at(-1)}`);
        seen.push(event.version);
        if (event.message) client.set(event.message.id, event.message);
      },
      reset: () => {
        // The newest page, and here that is all of it.
        client.clear();
        for (const one of server.messages.values()) client.set(one.id, one);
      },
      wait: async () => {},
    });
    catchup.hold("7", 0);
    const air = [];
    for (let step = 0; step < 150; step += 1) {
      server.change(random);
      const event = server.log.at(-1);
      if (random() < 0.85) air.push(event);
      if (random() < 0.15) air.push(event);
      while (air.length && random() < 0.6) {
        const [next] = air.splice(Math.floor(random() * Math.min(4, air.length)), 1);
        catchup.observe(structuredClone(next));
      }
      if (random() < 0.1) await settle();
    }
    // The connection comes back, and hello says how far the room is.
    for (let turn = 0; turn < 40 && catchup.version("7") < server.version; turn += 1) {
      catchup.check("7", server.version);
      for (let wait = 0; wait < 30; wait += 1) await settle();
    }
    const byId = (map) => [...map.values()].map(({ id, version, html, deleted }) => ({ id, version, html, deleted })).sort((a, b) => a.id - b.id);
    assert.deepEqual(byId(client), byId(server.messages), `seed ${seed}`);
  }
});
