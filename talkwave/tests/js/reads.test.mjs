import assert from "node:assert/strict";
import { test } from "node:test";
import { Reads } from "../../../static/js/realtime/reads.js";
import { Refused } from "../../../static/js/realtime/socket.js";
import { Store } from "../../../static/js/realtime/store.js";
import { fakeClock } from "./fakes.mjs";

function harness() {
  const clock = fakeClock();
  const store = new Store({ announce: () => {} });
  store.replace([{ id: "7", version: 1, last_seq: 20, read_seq: 5, unread: 15, mentions: 2 }]);
  const asked = [];
  const state = { online: true, refusals: [] };
  const request = async (command) => {
    if (!state.online) throw new Refused("offline");
    asked.push(command.seq);
    if (state.refusals.length) throw state.refusals.shift();
  };
  return { clock, store, asked, state, reads: new Reads({ request, store, timers: clock.timers }) };
}

test("marks in quick succession are told as one, the furthest", async () => {
  const { reads, asked, clock, store } = harness();
  for (const seq of [6, 9, 8, 12]) reads.mark("7", seq);
  await clock.pass(500);
  assert.deepEqual(asked, [12]);
  assert.equal(store.room("7").unread, 8);
});

test("in doubt what is unread, a mark long passed is told, once and a moment later", async () => {
  const { reads, asked, clock } = harness();
  reads.doubt("7");
  reads.doubt("7");
  assert.deepEqual(asked, []);
  await clock.pass(3_000);
  assert.deepEqual(asked, [0]);
});

test("a mark never goes back", async () => {
  const { reads, asked, clock } = harness();
  reads.mark("7", 12);
  await clock.pass(500);
  reads.mark("7", 10);
  reads.mark("7", 5);
  await clock.pass(500);
  assert.deepEqual(asked, [12]);
});

test("read while offline is told when the connection is back", async () => {
  const { reads, asked, clock, state } = harness();
  state.online = false;
  reads.mark("7", 20);
  await clock.pass(500);
  assert.deepEqual(asked, []);
  state.online = true;
  reads.flush();
  await clock.pass(0);
  assert.deepEqual(asked, [20]);
});

test("a mark the server could not take is told again, when it says or a moment later; one it will not take is not", async () => {
  const { reads, asked, clock, state } = harness();
  state.refusals = [new Refused("rate_limited", "", 2), new Refused("unavailable")];
  reads.mark("7", 12);
  await clock.pass(2_000);
  assert.deepEqual(asked, [12]);
  await clock.pass(500);
  assert.deepEqual(asked, [12, 12]);
  reads.mark("7", 14);
  await clock.pass(5_000);
  assert.deepEqual(asked, [12, 12, 14]);
  state.refusals = [new Refused("not_found")];
  reads.mark("7", 15);
  await clock.pass(60_000);
  reads.flush();
  await clock.pass(0);
  assert.deepEqual(asked, [12, 12, 14, 15]);
});

test("a room one is not in has no mark", async () => {
  const { reads, asked, clock } = harness();
  reads.mark("9", 3);
  await clock.pass(500);
  assert.deepEqual(asked, []);
});

test("what was to be said of a room is forgotten where the reader went back in it", async () => {
  const { reads, asked, clock, store } = harness();
  reads.mark("7", 12);
  reads.forget("7");
  await clock.pass(500);
  assert.deepEqual(asked, []);
  assert.equal(store.room("7").read_seq, 5);
  reads.mark("7", 8);
  await clock.pass(500);
  assert.deepEqual(asked, [8]);
});
