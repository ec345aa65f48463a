import assert from "node:assert/strict";
import { test } from "node:test";
import { Refused, Socket } from "../../../static/js/realtime/socket.js";
import { fakeClock, fakeWebSockets, hello } from "./fakes.mjs";

function harness({ random = () => 0.5 } = {}) {
  const clock = fakeClock();
  const { FakeWebSocket, opened } = fakeWebSockets();
  const socket = new Socket({ url: "ws://here/ws/", WebSocket: FakeWebSocket, timers: clock.timers, now: clock.now, random });
  const states = [];
  const objects = [];
  socket.onState = (state) => states.push(state);
  socket.onObject = (object) => objects.push(object);
  socket.connect();
  return { socket, clock, opened, states, objects, peer: () => opened.at(-1) };
}

test("it is online with hello, and not before", () => {
  const { socket, peer, states } = harness();
  assert.equal(socket.state, "offline");
  peer().serves(hello());
  assert.deepEqual(states, ["online"]);
});

test("an answer goes to whoever asked, an event to the router, in the order of the frame", async () => {
  const { socket, peer, objects } = harness();
  peer().serves(hello());
  const asked = socket.request({ type: "history", room: "7" });
  const { ref } = peer().last("history");
  peer().serves({ type: "typing", room: "7" }, { type: "history", ref, messages: [] }, { type: "pong" });
  assert.deepEqual((await asked).messages, []);
  assert.deepEqual(objects.map((object) => object.type), ["hello", "typing"]);
});

test("an error with the ref refuses, with code, words and how long to wait", async () => {
  const { socket, peer } = harness();
  peer().serves(hello());
  const asked = socket.request({ type: "message.send" });
  peer().serves({ type: "error", ref: peer().last("message.send").ref, code: "rate_limited", detail: "Slower.", retry_after: 3 });
  await assert.rejects(asked, (refusal) => refusal instanceof Refused && refusal.code === "rate_limited" && refusal.retryAfter === 3 && refusal.message === "Slower.");
});

test("what is asked while offline, or when the connection is lost, is refused as offline", async () => {
  const { socket, peer } = harness();
  await assert.rejects(socket.request({ type: "sync" }), { code: "offline" });
  peer().serves(hello());
  const asked = socket.request({ type: "sync" });
  peer().drops();
  await assert.rejects(asked, { code: "offline" });
});

test("a question without an answer ends, and the connection is tried", async () => {
  const { socket, clock, peer, states } = harness();
  peer().serves(hello());
  const asked = assert.rejects(socket.request({ type: "sync" }), { code: "unavailable" });
  await clock.pass(20_000);
  await asked;
  assert.ok(peer().last("ping"));
  await clock.pass(5_000);
  assert.equal(states.at(-1), "offline");
});

test("it says every heartbeat how many frames it has received", async () => {
  const { clock, peer } = harness();
  peer().serves(hello());
  peer().serves({ type: "typing" });
  await clock.pass(25_000);
  assert.equal(peer().last("ping").received, 2);
});

test("after 200 frames it confirms without waiting for the heartbeat", () => {
  const { peer } = harness();
  peer().serves(hello());
  for (let frame = 0; frame < 198; frame += 1) peer().serves({ type: "typing" });
  assert.equal(peer().last("ping"), undefined);
  peer().serves({ type: "typing" });
  assert.equal(peer().last("ping").received, 200);
});

test("after 1 MiB of large frames it confirms too, before the server's window is full", () => {
  const { peer } = harness();
  peer().serves(hello());
  const large = { type: "typing", room: "7", pad: "語".repeat(2 ** 15) };
  for (let count = 0; count < 10; count += 1) peer().serves(large);
  assert.equal(peer().last("ping"), undefined);
  peer().serves(large);
  assert.equal(peer().last("ping").received, 12);
});

test("a peer that answers no ping is dead after another heartbeat, and a new connection is tried", async () => {
  const { clock, opened, peer, states } = harness();
  peer().serves(hello());
  await clock.pass(25_000);
  await clock.pass(25_000);
  assert.equal(states.at(-1), "offline");
  await clock.pass(1_000);
  assert.equal(opened.length, 2);
});

test("a peer that answers is alive, however late a hidden tab's timers come", async () => {
  const { clock, peer, states } = harness();
  peer().serves(hello());
  for (let beat = 0; beat < 10; beat += 1) {
    await clock.pass(25_000);
    peer().serves({ type: "pong" });
  }
  assert.deepEqual(states, ["online"]);
});

test("a server that accepts and says nothing is given up", async () => {
  const { clock, opened } = harness();
  opened[0].readyState = 1;
  await clock.pass(27_000);
  assert.equal(opened.length, 2);
});

test("the first try is quick, later ones are further apart, never more than 30 seconds", async () => {
  const { clock, opened, peer } = harness({ random: () => 1 });
  const waits = [];
  for (let tries = 0; tries < 10; tries += 1) {
    peer().drops();
    const before = clock.now();
    const count = opened.length;
    while (opened.length === count) await clock.pass(100);
    waits.push(clock.now() - before);
  }
  assert.deepEqual(waits.slice(0, 4), [500, 1000, 2000, 4000]);
  assert.deepEqual(waits.slice(-2), [30_000, 30_000]);
});

test("a connection that lasted makes the next try quick again, one that fell at once does not", async () => {
  const { clock, opened, peer } = harness({ random: () => 1 });
  for (let tries = 0; tries < 4; tries += 1) {
    peer().serves(hello());
    peer().drops();
    await clock.pass(30_000);
  }
  peer().serves(hello());
  peer().drops();
  const count = opened.length;
  await clock.pass(4_000);
  assert.equal(opened.length, count);
  await clock.pass(30_000);
  peer().serves(hello());
  await clock.pass(5_000);
  peer().drops();
  await clock.pass(500);
  assert.equal(opened.length, count + 2);
});

test("signed out, suspended and out of order are the end", async () => {
  for (const code of [4401, 4403, 4413]) {
    const { socket, clock, opened, peer, states } = harness();
    peer().serves(hello());
    peer().drops(code);
    await clock.pass(120_000);
    assert.deepEqual([states.at(-1), socket.stopCode, opened.length], ["stopped", code, 1]);
    socket.hurry();
    assert.equal(opened.length, 1);
  }
});

test("a restart brings everybody back, not at the same moment", async () => {
  const waits = [];
  for (const random of [() => 0.1, () => 0.9]) {
    const { clock, opened, peer } = harness({ random });
    peer().serves(hello());
    peer().drops(1012);
    const before = clock.now();
    while (opened.length === 1) await clock.pass(50);
    waits.push(clock.now() - before);
  }
  assert.ok(waits[1] - waits[0] >= 1_000, String(waits));
});

test("closed for flooding, it stays away as long as it was told", async () => {
  const { clock, opened, peer, socket } = harness({ random: () => 0 });
  peer().serves(hello(), { type: "error", code: "rate_limited", retry_after: 10 });
  peer().drops(4429);
  socket.hurry();
  await clock.pass(9_000);
  assert.equal(opened.length, 1);
  await clock.pass(2_000);
  assert.equal(opened.length, 2);
});

test("the network is back: it tries at once", async () => {
  const { opened, peer, socket, clock } = harness({ random: () => 1 });
  for (let tries = 0; tries < 6; tries += 1) {
    peer().drops();
    await clock.pass(30_000);
  }
  peer().drops();
  const count = opened.length;
  socket.hurry();
  assert.equal(opened.length, count + 1);
});

test("a frame that is no JSON is put aside, and the next one is heard", (context) => {
  const error = context.mock.method(console, "error", () => {});
  const { peer, objects } = harness();
  peer().serves(hello());
  peer().onmessage({ data: "{" });
  peer().serves({ type: "typing" });
  assert.equal(objects.at(-1).type, "typing");
  assert.equal(error.mock.callCount(), 1);
});
