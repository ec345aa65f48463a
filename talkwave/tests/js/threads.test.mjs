import assert from "node:assert/strict";
import { test } from "node:test";
import { Threads } from "../../../static/js/realtime/threads.js";

const settled = () => new Promise((done) => setTimeout(done));

/** Ann, id 1, follows thread 10 in room 7 up to seq 5; chose not to follow 20; the list says so. */
async function harness({ request } = {}) {
  const listed = [
    { root: "10", room: "7", following: true, read_seq: 5, last_seq: 5, named_seq: 0 },
    { root: "20", room: "7", following: false, read_seq: 0, last_seq: 6, named_seq: 0 },
  ];
  const counts = [];
  const threads = new Threads({ say: () => {}, request: request ?? (async () => ({ threads: listed })), count: (rooms) => counts.push(Object.fromEntries(rooms)) });
  await threads.load("1");
  await settled();
  return { threads, counts };
}

const answer = (root, seq, { sender = "2", mentions = [], ...more } = {}) => ({
  room: "7",
  message: { id: `a${seq}`, seq, thread_root: root, thread: null, kind: "text", sender: { id: sender }, mentions, deleted: false, moved_at: null, ...more },
});
const root = (id, last_seq, sender = "2", room = "7") => ({
  room,
  message: { id, seq: 1, thread_root: null, thread: last_seq ? { count: 1, last_seq } : null, kind: "text", sender: { id: sender }, mentions: [], deleted: false, moved_at: null },
});

test("an answer is news in a thread one follows, once, and not in others", async () => {
  const { threads, counts } = await harness();
  for (const event of [answer("10", 8), answer("10", 8), answer("20", 9), answer("30", 10)]) threads.heard(event);
  await settled();
  assert.equal(threads.hasNews("10"), true);
  assert.equal(threads.hasNews("20"), false);
  assert.equal(threads.of("30"), null);
  assert.deepEqual(counts.at(-1), { 7: { threads: 1, threads_named: 0 } });
});

test("who answers, who is named and whose message it is follows; being named brings back who chose not to", async () => {
  const { threads } = await harness();
  threads.heard(answer("30", 10, { sender: "1" }));
  assert.equal(threads.of("30").following, true);
  assert.equal(threads.hasNews("30"), false);
  threads.heard(answer("40", 11, { mentions: ["1"] }));
  assert.equal(threads.hasNews("40"), true);
  threads.heard(root("50", 12, "1"));
  assert.equal(threads.hasNews("50"), true);
  threads.heard(answer("20", 13, { mentions: ["1"] }));
  assert.equal(threads.hasNews("20"), true);
});

test("a call to all who are here makes nobody follow, but whom it names besides", async () => {
  const { threads } = await harness();
  const called = { mentions: ["1"], mentions_all: "here" };
  threads.heard(answer("40", 11, { ...called, html: '<p>@here and <span class="mention" data-user="12">@Max</span></p>' }));
  threads.heard(answer("20", 12, { ...called, html: "<p>@here</p>" }));
  await settled();
  assert.equal(threads.of("40"), null);
  assert.equal(threads.of("20").following, false);
  threads.heard(answer("40", 13, { ...called, html: '<p>@here and <span class="mention" data-user="1">@Ann</span></p>' }));
  await settled();
  assert.equal(threads.of("40").following, true);
});

test("where the last answer is deleted nothing is new any more", async () => {
  const { threads } = await harness();
  threads.heard(answer("10", 8));
  threads.heard(root("10", 5));
  assert.equal(threads.hasNews("10"), false);
  threads.heard(answer("10", 9));
  threads.heard(root("10", null));
  assert.equal(threads.hasNews("10"), false);
});

test("the server's word counts, and never takes back what was read", async () => {
  const { threads } = await harness();
  threads.heard(answer("10", 8));
  threads.updated({ room: "7", root: "10", following: true, read_seq: 8 });
  threads.updated({ room: "7", root: "10", following: true, read_seq: 3 });
  assert.equal(threads.hasNews("10"), false);
  threads.heard(answer("10", 9));
  threads.allRead();
  assert.equal(threads.hasNews("10"), false);
  assert.equal(threads.unread(), 0);
});

test("which threads name the reader is counted until they read that far, or are named no more", async () => {
  let asked = 0;
  const list = (named_seq) => ({ threads: [{ root: "10", room: "7", following: true, read_seq: 5, last_seq: 7, named_seq }] });
  const { threads, counts } = await harness({ request: async () => ((asked += 1), list(asked === 1 ? 7 : 0)) });
  assert.deepEqual(counts.at(-1), { 7: { threads: 1, threads_named: 1 } });
  threads.updated({ room: "7", root: "10", following: true, read_seq: 7 });
  threads.heard(answer("10", 8));
  threads.heard(answer("10", 8, { mentions: ["1"] }));
  threads.heard(answer("10", 9));
  await settled();
  assert.deepEqual(counts.at(-1), { 7: { threads: 1, threads_named: 1 } });
  assert.equal(asked, 1);
  // Whether an earlier one names them still, the server is asked.
  threads.heard(answer("10", 8, { deleted: true }));
  await settled();
  assert.equal(asked, 2);
  assert.deepEqual(counts.at(-1), { 7: { threads: 1, threads_named: 0 } });
  threads.heard(answer("10", 9, { sender: "1", mentions: ["1"] }));
  await settled();
  assert.equal(counts.at(-1)[7].threads_named, 0);
});

test("answering is reading; with something unread before, only the server knows: it may have been sent later", async () => {
  let listed = [];
  const { threads } = await harness({ request: async () => ({ threads: listed }) });
  threads.heard(answer("10", 8, { sender: "1" }));
  assert.deepEqual([threads.hasNews("10"), threads.of("10").read_seq], [false, 8]);
  threads.heard(answer("10", 9));
  listed = [{ root: "10", room: "7", following: true, read_seq: 8, last_seq: 10, named_seq: 0 }];
  threads.heard(answer("10", 10, { sender: "1" }));
  await settled();
  assert.deepEqual([threads.hasNews("10"), threads.of("10").read_seq], [true, 8]);
});

test("the thread one looks at is no news while one does", async () => {
  const { threads, counts } = await harness();
  threads.watch("10", true);
  threads.heard(answer("10", 8, { mentions: ["1"] }));
  await settled();
  assert.deepEqual(counts.at(-1), { 7: { threads: 0, threads_named: 0 } });
  threads.watch("20", false);
  assert.equal(threads.unread(), 0);
  threads.watch("10", false);
  await settled();
  assert.deepEqual(counts.at(-1), { 7: { threads: 1, threads_named: 1 } });
});

test("what is heard while the list is on its way counts after it", async () => {
  let give;
  const threads = new Threads({ say: () => {}, request: () => new Promise((done) => (give = done)), count: () => {} });
  const loading = threads.load("1");
  threads.heard(answer("10", 8));
  give({ threads: [{ root: "10", room: "7", following: true, read_seq: 5, last_seq: 5 }] });
  await loading;
  assert.equal(threads.hasNews("10"), true);
});

test("a thread that went to another room is asked for anew: its numbers are others", async () => {
  let asked = 0;
  const { threads } = await harness({ request: async () => ((asked += 1), { threads: [{ root: "10", room: asked > 1 ? "8" : "7", following: true, read_seq: 2, last_seq: 2 }] }) });
  threads.heard(root("10", 2, "2", "8"));
  await settled();
  assert.equal(asked, 2);
  assert.equal(threads.of("10").room, "8");
});

test("nothing is counted of a room one left, and of a thread that went away the server is asked, once for many", async () => {
  let asked = 0;
  const here = { root: "10", room: "7", following: true, read_seq: 5, last_seq: 8, named_seq: 0 };
  const { threads, counts } = await harness({ request: async () => ((asked += 1), { threads: asked > 1 ? [] : [here] }) });
  const note = (seq) => ({ room: "7", message: { ...root("n", null).message, id: `n${seq}`, seq, kind: "system", system: { event: "moved_away" } } });
  assert.equal(counts.at(-1)[7].threads, 1);
  for (const seq of [1, 5, 8]) threads.heard(note(seq));
  await settled();
  assert.equal(asked, 2);
  assert.deepEqual(counts.at(-1), { 7: { threads: 0, threads_named: 0 } });
  // Nothing is unread in that room any more: nobody asks.
  threads.heard(note(9));
  threads.heard(answer("30", 10, { mentions: ["1"] }));
  await settled();
  assert.equal(asked, 2);
  assert.equal(threads.unread(), 1);
  threads.left("7");
  await settled();
  assert.equal(threads.unread(), 0);
  assert.deepEqual(counts.at(-1), { 7: { threads: 0, threads_named: 0 } });
});
