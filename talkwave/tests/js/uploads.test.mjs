import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpRefused } from "../../../static/js/lib/http.js";
import { fitted } from "../../../static/js/lib/sizes.js";
import { allReady, Queue, Upload } from "../../../static/js/realtime/uploads.js";

const KIB = 1024;
const away = () => new HttpRefused("unavailable", "");
const settle = async (turns = 40) => {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((done) => setImmediate(done));
};

/** A server that keeps what it took, and whose answers may get lost. */
function server({ lose = () => false, size = 1000 * KIB, finish = null } = {}) {
  const calls = [];
  const stored = new Map();
  let ids = 0;
  const call = (name, ...more) => (calls.push([name, ...more]), lose(name, calls));
  return {
    calls,
    stored,
    async begin(room, file) {
      if (call("begin")) throw away();
      const id = `u${(ids += 1)}`;
      stored.set(id, "");
      return { id, offset: 0, size: file.size, piece: size };
    },
    async state(id) {
      if (call("state", id)) throw away();
      if (!stored.has(id)) throw new HttpRefused("not_found", "Not here.", 404);
      return { id, offset: stored.get(id).length, piece: size };
    },
    async piece(id, offset, data, said) {
      const before = call("piece", offset);
      if (before === "way") throw away();
      if (!stored.has(id)) throw new HttpRefused("not_found", "Not here.", 404);
      if (offset !== stored.get(id).length) throw new HttpRefused("conflict", "Elsewhere.", 409);
      said(Math.floor(data.size / 2));
      stored.set(id, stored.get(id) + (await data.text()));
      // Taken, and the answer lost.
      if (before) throw away();
      return { offset: stored.get(id).length };
    },
    async finish(id, told) {
      if (call("finish", told)) throw away();
      if (finish) return finish(calls);
      return { file: { id: `f-${id}`, alt: told.alt }, note: "" };
    },
    async cancel(id) {
      calls.push(["cancel", id]);
      stored.delete(id);
    },
    async describe(id, alt) {
      calls.push(["describe", id, alt]);
    },
    async discard(id) {
      calls.push(["discard", id]);
    },
  };
}

function file(length = 1200 * KIB) {
  const blob = new Blob(["x".repeat(length - 3), "end"]);
  blob.name = "a.txt";
  return blob;
}

function upload(net, { source = file(), wait = async () => {}, queue = new Queue(), told = {} } = {}) {
  const states = [];
  const it = new Upload(source, { room: 7 }, told, { net, queue, wait, now: Date.now, say: (name, { upload: { state } }) => states.at(-1) === state || states.push(state) });
  return { it, states };
}

test("a file goes in pieces, one after the other, and is ready", async () => {
  const net = server();
  const { it, states } = upload(net, { told: { duration: 2 } });
  it.start();
  await settle();
  assert.equal(it.state, "ready");
  assert.deepEqual(states, ["waiting", "sending", "looking", "ready"]);
  assert.equal(net.stored.get("u1").length, 1200 * KIB);
  assert.ok(net.stored.get("u1").endsWith("end"));
  const offsets = net.calls.filter(([name]) => name === "piece").map(([, offset]) => offset);
  // Quick pieces grow, up to what the server takes.
  assert.deepEqual(offsets, [0, 256 * KIB, 768 * KIB]);
  assert.deepEqual(net.calls.at(-1), ["finish", { duration: 2, alt: "" }]);
});

for (const kind of ["way", "answer"]) {
  test(`a piece whose ${kind} is lost is asked about, and nothing comes twice`, async () => {
    let lost = 0;
    const net = server({ lose: (name) => name === "piece" && (lost += 1) === 2 && kind });
    const { it, states } = upload(net);
    it.start();
    await settle();
    assert.equal(it.state, "ready");
    assert.equal(net.stored.get("u1").length, 1200 * KIB);
    assert.ok(states.includes("stalled"));
    assert.equal(net.calls.filter(([name]) => name === "begin").length, 1);
  });
}

test("a network that is away is waited for, however long", async () => {
  let away = 30;
  const net = server({ lose: () => (away -= 1) > 0 });
  const { it } = upload(net);
  it.start();
  await settle(200);
  assert.equal(it.state, "ready");
});

const page = new Set();
globalThis.addEventListener = (name, handler) => page.add(handler);
globalThis.removeEventListener = (name, handler) => page.delete(handler);

test("paused it stands still, and goes on where it was", async () => {
  const net = server();
  let it;
  const { piece } = net;
  net.piece = async (...more) => {
    const answer = await piece(...more);
    if (more[1] === 0) it.pause();
    return answer;
  };
  ({ it } = upload(net));
  it.start();
  await settle();
  assert.equal(it.state, "paused");
  // Only this page can go on with it: the browser asks before it goes.
  assert.equal(page.size, 1);
  const asked = net.calls.length;
  await settle();
  assert.equal(net.calls.length, asked + 0);
  net.piece = piece;
  it.start();
  await settle();
  assert.equal(it.state, "ready");
  assert.equal(page.size, 0);
  assert.equal(net.calls.filter(([name]) => name === "begin").length, 1);
  assert.equal(net.stored.get("u1").length, 1200 * KIB);
});

test("cancelled it is gone here and there", async () => {
  const net = server();
  const { it } = upload(net);
  it.start();
  await settle(2);
  it.cancel();
  await settle();
  assert.equal(it.state, "cancelled");
  assert.equal(net.stored.size, 0);
});

test("what is refused for what it is says why, and can be tried again", async () => {
  let broken = true;
  const finish = () => {
    if (broken) throw new HttpRefused("bad_request", "This picture is damaged.", 400);
    return { file: { id: "f", alt: "" }, note: "" };
  };
  const net = server({ finish });
  const { it } = upload(net);
  it.start();
  await settle();
  assert.deepEqual([it.state, it.error, it.final], ["failed", "This picture is damaged.", true]);
  broken = false;
  net.stored.clear();
  it.start();
  await settle();
  assert.equal(it.state, "ready");
  assert.equal(it.error, "");
});

test("what the server has forgotten begins anew, also where it could not be asked for a while", async () => {
  // The network goes with the first piece, and is away for two questions more.
  const net = server({ lose: (name, calls) => name === "state" && calls.filter(([called]) => called === name).length < 3 });
  let forget = true;
  const { piece } = net;
  net.piece = (id, ...more) => {
    if (!forget) return piece(id, ...more);
    net.stored.delete(id);
    forget = false;
    throw away();
  };
  const { it } = upload(net);
  it.start();
  await settle(80);
  assert.equal(it.state, "ready");
  assert.equal(net.stored.get("u2").length, 1200 * KIB);
});

test("a server that cannot says so after a while", async () => {
  const net = server({
    finish: () => {
      throw new HttpRefused("unavailable", "There is no space left.", 503);
    },
  });
  const { it } = upload(net);
  it.start();
  await settle(200);
  assert.deepEqual([it.state, it.error, it.final], ["failed", "There is no space left.", false]);
});

test("a description given meanwhile goes along, one given later is told", async () => {
  const net = server();
  const { it } = upload(net);
  await it.describe("A cat");
  it.start();
  await settle();
  assert.equal(net.calls.at(-1)[1].alt, "A cat");
  await it.describe("Two cats");
  assert.deepEqual(net.calls.at(-1), ["describe", "f-u1", "Two cats"]);
});

test("a description is told until the server has heard it, the latest wins, and a refusal is said", async () => {
  const net = server();
  const { it } = upload(net);
  it.start();
  await settle();
  let lost = 3;
  const heard = [];
  net.describe = async (id, alt) => {
    if ((lost -= 1) > 0) throw away();
    heard.push(alt);
  };
  const [first, second] = [it.describe("A cat"), it.describe("Two cats")];
  await Promise.all([first, second]);
  assert.deepEqual(heard, ["Two cats"]);
  assert.equal(it.file.alt, "Two cats");
  await it.describe("Two cats");
  assert.equal(heard.length, 1);
  net.describe = async () => {
    throw new HttpRefused("too_long", "Too long.", 400);
  };
  await assert.rejects(it.describe("x".repeat(9_000)), /Too long/);
  assert.equal(it.file.alt, "Two cats");
});

test("only a few go at a time, in the order they came", async () => {
  const queue = new Queue(2);
  const begun = [];
  const ends = [];
  for (const name of ["a", "b", "c"]) queue.enter(() => (begun.push(name), new Promise((end) => ends.push(end))));
  assert.deepEqual(begun, ["a", "b"]);
  ends[0]();
  await settle(2);
  assert.deepEqual(begun, ["a", "b", "c"]);
});

test("all of a message's files are there, or one says why not", async () => {
  const ready = { state: "ready", file: { id: "1" } };
  assert.deepEqual(await allReady([ready, { ...ready, file: { id: "2" } }]), ["1", "2"]);
  await assert.rejects(allReady([ready, { state: "failed", name: "b.png", error: "Damaged." }]), /b.png: Damaged./);
});

test("a picture is scaled into its box and never up", () => {
  assert.deepEqual(fitted(768, 320), { width: 384, height: 160 });
  assert.deepEqual(fitted(100, 3200), { width: 10, height: 320 });
  assert.deepEqual(fitted(20, 10), { width: 20, height: 10 });
  assert.deepEqual(fitted(5000, 1), { width: 384, height: 1 });
});
