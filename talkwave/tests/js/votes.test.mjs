/** Votes: every press counts, shows at once, and goes back where the server refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asWished, forget, know, press } from "../../../static/js/chat/parts/votes.js";

const ME = "7";
const nothing = () => {};
const settle = () => new Promise((resolve) => setImmediate(resolve));

function poll(id, version, users, more = {}) {
  const options = Object.entries(users).map(([option, who]) => ({ id: option, text: option, users: who, count: who.length }));
  const voters = new Set(Object.values(users).flat()).size;
  return { id, version, poll: { multiple: true, anonymous: false, voters, options, ...more } };
}

/** A server that answers when the test says so. */
function slow(mine = []) {
  const asked = [];
  return {
    asked,
    mine: async () => ({ options: mine }),
    vote: (id, options) => new Promise((resolve, reject) => {
      asked.push({ options, takes: (version) => resolve({ message: { version } }), refuses: () => reject(new Error("no")) });
    }),
  };
}

const shown = (message) => {
  const { poll: { options, voters }, mine } = asWished(message, ME, nothing, slow());
  return { counts: options.map(({ count }) => count), voters, mine: [...mine].sort() };
};

test("of quick presses none is lost: they show at once, and the latest goes when the first is answered", async () => {
  const message = poll("1", 1, { a: ["8"], b: [], c: [] });
  const net = slow();
  const first = press(message, ME, "a", nothing, net);
  press(message, ME, "b", nothing, net);
  press(message, ME, "c", nothing, net);
  press(message, ME, "a", nothing, net);
  await settle();
  assert.deepEqual(shown(message), { counts: [1, 1, 1], voters: 2, mine: ["b", "c"] });
  assert.deepEqual(net.asked.map(({ options }) => options), [["a"]]);
  net.asked[0].takes(2);
  await settle();
  assert.deepEqual(net.asked[1].options, ["b", "c"]);
  // What the first press made of it is no news.
  assert.deepEqual(shown(poll("1", 2, { a: ["8", ME], b: [], c: [] })).mine, ["b", "c"]);
  net.asked[1].takes(3);
  await first;
  assert.equal(net.asked.length, 2);
  assert.deepEqual(shown(poll("1", 3, { a: ["8"], b: [ME], c: [ME] })), { counts: [1, 1, 1], voters: 2, mine: ["b", "c"] });
  // Changed on another device: that is newer.
  assert.deepEqual(shown(poll("1", 4, { a: ["8"], b: [ME], c: [] })).mine, ["b"]);
});

test("of a poll with one choice the next takes the place of the one before, and a second press takes it back", async () => {
  const message = poll("2", 1, { a: [ME], b: [] }, { multiple: false });
  const net = slow();
  press(message, ME, "b", nothing, net);
  await settle();
  assert.deepEqual(shown(message), { counts: [0, 1], voters: 1, mine: ["b"] });
  press(message, ME, "b", nothing, net);
  await settle();
  assert.deepEqual(shown(message), { counts: [0, 0], voters: 0, mine: [] });
});

test("refused, everything goes back to what the server has, and may be tried anew", async () => {
  const message = poll("3", 5, { a: [ME], b: [] });
  const net = slow();
  let told = 0;
  const pressed = press(message, ME, "b", () => (told += 1), net);
  await settle();
  net.asked[0].refuses();
  await assert.rejects(pressed);
  assert.deepEqual(shown(message), { counts: [1, 0], voters: 1, mine: ["a"] });
  assert.equal(told, 2);
  press(message, ME, "b", nothing, net);
  await settle();
  assert.deepEqual(net.asked[1].options, ["a", "b"]);
});

test("where the poll does not say what one chose, a press waits for it and is added", async () => {
  const message = poll("4", 1, { a: [], b: [] }, { anonymous: true, voters: 3 });
  const net = slow(["a"]);
  press(message, ME, "b", nothing, net);
  await settle();
  assert.deepEqual(net.asked[0].options, ["a", "b"]);
  net.asked[0].takes(2);
  await settle();
  assert.deepEqual(shown({ ...message, version: 2 }).mine, ["a", "b"]);
  know("4", ["b"]);
  assert.deepEqual(shown({ ...message, version: 3 }).mine, ["b"]);
});

test("what was missed while away is asked for anew, also while a press waits for it", async () => {
  const message = poll("6", 1, { a: [], b: [], c: [] }, { anonymous: true, voters: 3 });
  const net = slow(["a"]);
  asWished(message, ME, nothing, net);
  await settle();
  forget();
  press(message, ME, "b", nothing, net);
  net.mine = async () => ({ options: ["c"] });
  forget();
  await settle();
  assert.deepEqual(net.asked[0].options, ["c", "b"]);
});

test("and where that cannot be known nothing is sent: what was chosen before would be lost", async () => {
  const message = poll("5", 1, { a: [], b: [] }, { anonymous: true, voters: 3 });
  const net = { ...slow(), mine: () => Promise.reject(new Error("away")) };
  await assert.rejects(press(message, ME, "b", nothing, net));
  assert.equal(net.asked.length, 0);
});
