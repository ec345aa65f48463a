import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox } from "../../../static/js/realtime/outbox.js";
import { Refused } from "../../../static/js/realtime/socket.js";
import { MemoryStorage } from "../../../static/js/realtime/storage.js";
import { seeded } from "./fakes.mjs";

const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((done) => setImmediate(done));
};

let ids = 0;

function harness({ request, storage = new MemoryStorage(), others = [], tab = "t1" }) {
  const said = [];
  const waits = [];
  let now = 0;
  const outbox = new Outbox({
    request,
    say: (name, detail) => said.push([name, detail]),
    wait: async (ms) => void waits.push(ms),
    now: () => ++now,
    makeId: () => `id-${++ids}`,
    open: async () => storage,
    tab: { id: tab, tells: true, claim: async () => {}, lives: async (id) => id === tab || others.includes(id) },
  });
  return { outbox, storage, said, waits };
}

/** A server that stores each client_id once, and may lose the way there or the way back. */
function server({ lose = () => false } = {}) {
  const stored = [];
  const seen = new Map();
  const request = async (command) => {
    if (lose()) throw new Refused("offline");
    if (!seen.has(command.client_id)) {
      stored.push(command);
      seen.set(command.client_id, { type: "ack", client_id: command.client_id, id: `m${stored.length}`, room: command.room, seq: stored.length });
    }
    await null;
    if (lose()) throw new Refused("offline");
    return seen.get(command.client_id);
  };
  return { request, stored };
}

test("a message is sent, acked, and gone from the outbox and its storage", async () => {
  const { request, stored } = server();
  const { outbox, storage, said } = harness({ request });
  await outbox.start(1);
  const entry = outbox.enqueue({ room: 7, body: "hello" });
  assert.equal(entry.state, "waiting");
  assert.equal(outbox.waiting, 1);
  await settle();
  assert.deepEqual(stored.map(({ body, room }) => [room, body]), [["7", "hello"]]);
  assert.equal(outbox.waiting, 0);
  assert.deepEqual(await storage.all(), []);
  assert.equal(said.filter(([name]) => name === "tw:outbox.acked").length, 1);
});

test("one room's messages go out one after the other, in the order they were written", async () => {
  let under = 0;
  const order = [];
  const { outbox } = harness({
    request: async (command) => {
      assert.equal((under += 1), 1);
      await settle();
      under -= 1;
      order.push(command.body);
      return { client_id: command.client_id, id: "1", room: "7", seq: 1 };
    },
  });
  await outbox.start(1);
  for (const body of ["a", "b", "c"]) outbox.enqueue({ room: "7", body });
  for (let turn = 0; turn < 6; turn += 1) await settle();
  assert.deepEqual(order, ["a", "b", "c"]);
});

test("a slow room does not hold up another", async () => {
  const done = [];
  const { outbox } = harness({
    request: (command) => (command.room === "7" ? new Promise(() => {}) : (done.push(command.room), Promise.resolve({ client_id: command.client_id, id: "1", room: "8", seq: 1 }))),
  });
  await outbox.start(1);
  outbox.enqueue({ room: "7", body: "stuck" });
  outbox.enqueue({ room: "8", body: "free" });
  await settle();
  assert.deepEqual(done, ["8"]);
});

test("offline it waits, and goes out once the connection is back, with the same id", async () => {
  let online = false;
  const { request, stored } = server({ lose: () => !online });
  const { outbox } = harness({ request });
  await outbox.start(1);
  const entry = outbox.enqueue({ room: "7", body: "later" });
  await settle();
  assert.equal(outbox.pending("7")[0].state, "waiting");
  online = true;
  outbox.flush();
  await settle();
  assert.deepEqual(stored.map((command) => command.client_id), [entry.client_id]);
});

test("what was not acked survives a reload, in order and with the same ids", async () => {
  const storage = new MemoryStorage();
  const before = harness({ request: async () => { throw new Refused("offline"); }, storage });
  await before.outbox.start(1);
  const kept = ["one", "two", "three"].map((body) => before.outbox.enqueue({ room: "7", body }).client_id);
  await settle();
  const { request, stored } = server();
  const after = harness({ request, storage, tab: "t2" });
  await after.outbox.start(1);
  await settle();
  assert.deepEqual(stored.map((command) => command.client_id), kept);
  assert.deepEqual(await storage.all(), []);
});

test("what another living tab is sending is left to it", async () => {
  const storage = new MemoryStorage();
  await storage.put({ client_id: "x", user: "1", tab: "other", room: "7", body: "theirs", created_at: 1, state: "waiting", error: null });
  const { request, stored } = server();
  const { outbox } = harness({ request, storage, others: ["other"] });
  await outbox.start(1);
  await settle();
  assert.deepEqual(stored, []);
  assert.equal((await storage.all()).length, 1);
});

test("what a tab left that was closed meanwhile is sent once the connection is back, and nothing of one's own twice", async () => {
  const storage = new MemoryStorage();
  const others = ["other"];
  const { request, stored } = server();
  const { outbox } = harness({ request, storage, others });
  await outbox.start(1);
  const left = { client_id: "x", user: "1", tab: "other", room: "7", body: "theirs", created_at: 1, state: "sending", error: null };
  await storage.put(left);
  // One that is acked, and not out of the storage yet.
  await storage.put({ ...left, client_id: "y", tab: "t1", body: "mine" });
  await outbox.resume();
  await settle();
  assert.deepEqual(stored, []);
  others.pop();
  await outbox.resume();
  await settle();
  assert.deepEqual(stored.map((command) => command.client_id), ["x"]);
});

test("what another person left on this device is wiped and never sent", async () => {
  const storage = new MemoryStorage();
  await storage.put({ client_id: "x", user: "2", tab: "gone", room: "7", body: "private", created_at: 1, state: "waiting", error: null });
  const { request, stored } = server();
  const { outbox } = harness({ request, storage });
  await outbox.start(1);
  await settle();
  assert.deepEqual(stored, []);
  assert.deepEqual(await storage.all(), []);
});

test("a refusal stays with its reason until one retries or deletes it, and the next message still goes", async () => {
  const { request, stored } = server();
  let refuse = true;
  const { outbox, storage } = harness({
    request: async (command) => {
      if (refuse && command.body === "no") throw new Refused("forbidden", "You may not.");
      return request(command);
    },
  });
  await outbox.start(1);
  const entry = outbox.enqueue({ room: "7", body: "no" });
  outbox.enqueue({ room: "7", body: "yes" });
  await settle();
  assert.deepEqual(stored.map(({ body }) => body), ["yes"]);
  assert.deepEqual([entry.state, entry.error], ["failed", { code: "forbidden", detail: "You may not." }]);
  assert.equal((await storage.all())[0].state, "failed");
  assert.equal(outbox.waiting, 0);
  refuse = false;
  outbox.retry(entry.client_id);
  await settle();
  assert.deepEqual(stored.map(({ body }) => body), ["yes", "no"]);
  assert.deepEqual(await storage.all(), []);
});

test("what failed because its thread went to another room is tried again there, and both rooms are told", async () => {
  const { request, stored } = server();
  const { outbox, said } = harness({
    request: async (command) => {
      if (command.room === "7") throw new Refused("not_found", "It is not here.");
      return request(command);
    },
  });
  await outbox.start(1);
  const entry = outbox.enqueue({ room: "7", body: "an answer", thread: "10" });
  await settle();
  assert.equal(entry.state, "failed");
  said.length = 0;
  outbox.retry(entry.client_id, "8");
  await settle();
  assert.deepEqual(stored.map(({ room, thread }) => [room, thread]), [["8", "10"]]);
  assert.deepEqual(outbox.pending(), []);
  for (const room of ["7", "8"]) assert.ok(JSON.stringify(said).includes(`"room":"${room}"`));
});

test("with nothing left but what failed, the outbox rests", async () => {
  let asked = 0;
  const { outbox, said } = harness({
    request: async () => {
      asked += 1;
      throw new Refused("read_only", "Archived.");
    },
  });
  await outbox.start(1);
  for (const room of ["7", "8"]) outbox.enqueue({ room, body: "no" });
  await settle();
  const quiet = said.length;
  for (let turn = 0; turn < 3; turn += 1) outbox.flush();
  await settle();
  assert.deepEqual([asked, said.length], [2, quiet]);
});

test("too fast is waited out as long as the server says, and nothing fails", async () => {
  const { request, stored } = server();
  const refusals = [new Refused("rate_limited", "", 2.5), new Refused("unavailable")];
  const { outbox, waits } = harness({
    request: async (command) => {
      const refusal = refusals.shift();
      if (refusal) throw refusal;
      return request(command);
    },
  });
  await outbox.start(1);
  outbox.enqueue({ room: "7", body: "a" });
  await settle();
  assert.equal(waits[0], 2500);
  assert.ok(waits[1] >= 1000);
  assert.equal(stored.length, 1);
});

test("while it is waited out, the room says when the last of its messages will be out, and no longer", async () => {
  const { request } = server();
  const refusals = [new Refused("rate_limited", "", 2.5)];
  const during = [];
  const outbox = new Outbox({
    request: async (command) => {
      const refusal = refusals.shift();
      if (refusal) throw refusal;
      return request(command);
    },
    say: () => during.push(outbox.slowedUntil("7")),
    wait: async () => during.push(outbox.slowedUntil("7")),
    now: () => 1_000,
    open: async () => new MemoryStorage(),
    tab: { id: "t1", tells: true, claim: async () => {}, lives: async (id) => id === "t1" },
  });
  await outbox.start(1);
  outbox.enqueue({ room: "7", body: "a" });
  outbox.enqueue({ room: "7", body: "b" });
  await settle();
  assert.ok(during.includes(1_000 + 2 * 2_500));
  assert.equal(outbox.slowedUntil("7"), null);
  assert.deepEqual(outbox.pending(), []);
});

test("a deleted one is not sent any more", async () => {
  const { request, stored } = server({ lose: () => true });
  const { outbox, storage } = harness({ request });
  await outbox.start(1);
  const entry = outbox.enqueue({ room: "7", body: "never mind" });
  await settle();
  await outbox.discard(entry.client_id);
  assert.deepEqual([outbox.pending(), await storage.all(), stored], [[], [], []]);
});

test("a storage that refuses does not keep a message from being sent", async () => {
  const storage = { all: async () => { throw new Error("no"); }, put: async () => { throw new Error("full"); }, remove: async () => { throw new Error("no"); } };
  const { request, stored } = server();
  const { outbox } = harness({ request, storage });
  await outbox.start(1);
  outbox.enqueue({ room: "7", body: "a" });
  await settle();
  assert.equal(stored.length, 1);
});

test("however often the network fails in whichever direction, each message is stored once and in order", async () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = seeded(seed);
    const { request, stored } = server({ lose: () => random() < 0.4 });
    const { outbox, storage } = harness({ request });
    await outbox.start(1);
    const bodies = Array.from({ length: 12 }, (_, n) => `${n}`);
    for (const body of bodies) {
      outbox.enqueue({ room: "7", body });
      if (random() < 0.3) await settle();
    }
    for (let turn = 0; turn < 400 && outbox.waiting; turn += 1) {
      outbox.flush();
      await settle();
    }
    assert.deepEqual(stored.map(({ body }) => body), bodies, `seed ${seed}`);
    await settle();
    assert.deepEqual(await storage.all(), []);
  }
});

test("a message that waits for its files lets the next ones pass, and goes with them", async () => {
  const { request, stored } = server();
  const { outbox } = harness({ request });
  await outbox.start(1);
  let bring;
  const hold = { files: () => new Promise((done) => (bring = done)), cancel: () => {} };
  outbox.enqueue({ room: 7, body: "picture", attachments: [""], hold });
  outbox.enqueue({ room: 7, body: "words" });
  await settle();
  assert.deepEqual(stored.map(({ body }) => body), ["words"]);
  assert.deepEqual([outbox.waiting, outbox.isBehind], [1, false], "its files hold it up, not the connection");
  bring(["5", "6"]);
  await settle();
  assert.deepEqual(stored.map(({ body, attachments }) => [body, attachments]), [["words", undefined], ["picture", ["5", "6"]]]);
});

test("files that do not come make the message fail, and can be tried again; discarded, they are not wanted", async () => {
  const { request, stored } = server();
  const { outbox } = harness({ request });
  await outbox.start(1);
  let tries = 0;
  let cancelled = 0;
  const files = async () => {
    if ((tries += 1) === 1) throw Object.assign(new Error("cat.png: Damaged."), { code: "file" });
    return ["5"];
  };
  const entry = outbox.enqueue({ room: 7, body: "x", attachments: [""], hold: { files, cancel: () => (cancelled += 1) } });
  await settle();
  assert.deepEqual([entry.state, entry.error.detail], ["failed", "cat.png: Damaged."]);
  outbox.retry(entry.client_id);
  await settle();
  assert.deepEqual(stored.map(({ attachments }) => attachments), [["5"]]);
  const other = outbox.enqueue({ room: 7, body: "y", attachments: [""], hold: { files: () => new Promise(() => {}), cancel: () => (cancelled += 1) } });
  await outbox.discard(other.client_id);
  assert.equal(cancelled, 1);
  const back = [];
  const third = outbox.enqueue({ room: 7, body: "z", attachments: [""], hold: { files: () => new Promise(() => {}), cancel: () => (cancelled += 1), back: (body) => back.push(body) } });
  for (let press = 0; press < 2; press += 1) outbox.takeBack(third.client_id);
  assert.deepEqual([back, cancelled, outbox.pending(7)], [["z"], 1, []], "taken back once, and its files go on");
  assert.equal(stored.length, 1);
});

test("a message whose files went with the page is kept, says so, and is not sent by itself", async () => {
  const storage = new MemoryStorage();
  const first = harness({ request: server().request, storage });
  await first.outbox.start(1);
  first.outbox.enqueue({ room: 7, body: "x", attachments: ["5", ""], hold: { files: () => new Promise(() => {}), cancel: () => {} } });
  await settle();
  const { request, stored } = server();
  const { outbox } = harness({ request, storage, tab: "t2" });
  await outbox.start(1);
  await settle();
  const [entry] = outbox.pending(7);
  assert.equal(entry.state, "failed");
  assert.deepEqual(stored, []);
  outbox.retry(entry.client_id);
  await settle();
  // With those that were there.
  assert.deepEqual(stored.map(({ body, attachments }) => [body, attachments]), [["x", ["5"]]]);
});
