import assert from "node:assert/strict";
import { test } from "node:test";
import { Router } from "../../../static/js/realtime/router.js";
import { counted } from "../../../static/js/lib/roomlist.js";
import { Store } from "../../../static/js/realtime/store.js";
import { message, seeded } from "./fakes.mjs";

const den = (more = {}) => ({ id: "7", name: "den", version: 10, last_seq: 5, read_seq: 5, unread: 0, mentions: 0, role: "member", member_count: 2, ...more });

function storeWith(...rooms) {
  const announced = [];
  const doubts = [];
  const store = new Store({ announce: (changed) => announced.push(changed), doubt: (room) => doubts.push(room) });
  store.belongsTo(1);
  store.replace(rooms);
  return { store, announced, doubts };
}

const created = (seq, more = {}) => ({ type: "message.created", room: "7", version: 10 + seq, message: message({ id: seq, ...more }) });

test("a message of somebody else is unread, and one that names me counts as a mention too", () => {
  const { store } = storeWith(den());
  store.apply(created(6));
  store.apply(created(7, { mentions: ["1"] }));
  const { unread, mentions, last_seq } = store.room("7");
  assert.deepEqual({ unread, mentions, last_seq }, { unread: 2, mentions: 1, last_seq: 7 });
});

test("the same message a second time counts once", () => {
  const { store } = storeWith(den());
  store.apply(created(6));
  store.apply(created(6));
  assert.equal(store.room("7").unread, 1);
});

test("an edit of an old message makes nothing unread", () => {
  const { store } = storeWith(den());
  store.apply({ ...created(3), type: "message.updated" });
  assert.equal(store.room("7").unread, 0);
  assert.equal(store.room("7").last_seq, 5);
});

const updated = (seq, more = {}) => ({ ...created(seq, more), type: "message.updated" });

test("an unread message that is deleted counts nowhere, and one changed to call me no more gives its mention back", () => {
  const { store, doubts } = storeWith(den());
  store.apply(created(6, { mentions: ["1"] }));
  store.apply(created(7, { mentions_all: "everyone" }));
  store.apply(updated(6, { mentions: [] }));
  assert.equal(store.room("7").mentions, 1);
  store.apply(updated(7, { deleted: true, mentions_all: "everyone" }));
  const { unread, mentions } = store.room("7");
  assert.deepEqual({ unread, mentions, doubts }, { unread: 1, mentions: 0, doubts: [] });
});

test("an unread message moved into a thread makes the room unread no more; out of one, it does", () => {
  const { store } = storeWith(den());
  store.apply(created(6, { mentions: ["1"] }));
  store.apply(updated(6, { mentions: ["1"], in_room: false }));
  assert.deepEqual([store.room("7").unread, store.room("7").mentions], [0, 0]);
  store.apply(updated(6, { mentions: ["1"], in_room: true }));
  assert.deepEqual([store.room("7").unread, store.room("7").mentions], [1, 1]);
});

test("of an unread message from before this page the server is asked, once", () => {
  const { store, doubts } = storeWith(den({ read_seq: 3, unread: 2, mentions: 1 }));
  store.apply(updated(4, { deleted: true }));
  store.apply(updated(4, { deleted: true }));
  assert.deepEqual(doubts, ["7"]);
  store.readUpdated({ room: "7", read_seq: 3, unread: 1, mentions: 0 });
  assert.equal(store.room("7").mentions, 0);
});

test("what I have read is no matter of doubt", () => {
  const { store, doubts } = storeWith(den({ read_seq: 4, unread: 1, mentions: 1 }));
  store.apply(updated(3, { deleted: true }));
  assert.deepEqual([doubts, store.room("7").mentions], [[], 1]);
});

test("what I write where nothing is unread is read; where something is, only the server knows if I wrote it there", () => {
  const { store, doubts } = storeWith(den(), den({ id: "8", read_seq: 2, unread: 3, mentions: 1 }));
  const counts = (id) => (({ unread, mentions, read_seq }) => [unread, mentions, read_seq])(store.room(id));
  store.apply(created(6, { sender: "1" }));
  assert.deepEqual([counts("7"), doubts], [[0, 0, 6], []]);
  store.apply({ ...created(6, { sender: "1" }), room: "8" });
  assert.deepEqual([counts("8"), doubts], [[4, 1, 2], ["8"]]);
  // Told first, there is nothing to ask: sent later, it read nothing.
  store.readUpdated({ room: "8", read_seq: 2, unread: 5, mentions: 1, last_seq: 7 });
  store.apply({ ...created(7, { sender: "1" }), room: "8" });
  assert.deepEqual([counts("8"), doubts], [[5, 1, 2], ["8"]]);
});

test("what I wrote and somebody's words before it, heard the other way round, leave the server to say", () => {
  const { store, doubts } = storeWith(den());
  store.apply(created(7, { sender: "1" }));
  assert.deepEqual([store.room("7").unread, doubts], [0, []]);
  store.apply(created(6));
  assert.deepEqual([store.room("7").unread, doubts], [2, ["7"]]);
});

test("a system line makes no room unread, and adds nothing to one that is", () => {
  const { store } = storeWith(den(), den({ id: "8", read_seq: 4, unread: 1 }));
  store.apply(created(6, { kind: "system" }));
  store.apply({ ...created(6, { kind: "system" }), room: "8" });
  assert.equal(store.room("7").unread, 0);
  assert.deepEqual([store.room("8").unread, store.room("8").read_seq], [1, 4]);
});

test("a system line that I caused reads nothing for me", () => {
  const { store } = storeWith(den({ read_seq: 4, unread: 1 }));
  store.apply(created(6, { kind: "system", sender: "1" }));
  assert.equal(store.room("7").unread, 1);
});

test("the mark of what is read only goes forward", () => {
  const { store } = storeWith(den({ read_seq: 2, unread: 3 }));
  store.markedRead("7", 4);
  store.markedRead("7", 3);
  assert.equal(store.room("7").read_seq, 4);
  store.readUpdated({ room: "7", read_seq: 3, unread: 2, mentions: 0 });
  assert.equal(store.room("7").unread, 1);
  store.readUpdated({ room: "7", read_seq: 5, unread: 0, mentions: 0 });
  assert.equal(store.room("7").unread, 0);
});

test("what everybody hears of a room leaves my own settings of it alone", () => {
  const { store } = storeWith(den({ notify: "none", role: "owner" }));
  store.apply({ type: "room.updated", room: "7", version: 11, state: { id: "7", name: "harbour", version: 11 } });
  const { name, notify, role } = store.room("7");
  assert.deepEqual({ name, notify, role }, { name: "harbour", notify: "none", role: "owner" });
});

test("a new role is mine only where it is about me", () => {
  const { store } = storeWith(den());
  store.apply({ type: "member.updated", room: "7", version: 11, member: { id: "2", role: "moderator" }, member_count: 2 });
  assert.equal(store.room("7").role, "member");
  store.apply({ type: "member.updated", room: "7", version: 12, member: { id: "1", role: "moderator" }, member_count: 2 });
  assert.equal(store.room("7").role, "moderator");
});

test("many changes in one frame are announced once", async () => {
  const { store, announced } = storeWith(den());
  for (let seq = 6; seq < 26; seq += 1) store.apply(created(seq));
  await null;
  assert.deepEqual(announced, [["7"]]);
});

test("a room that is gone after a reconnect is announced as changed, and is gone", async () => {
  const { store, announced } = storeWith(den(), den({ id: "8" }));
  await null;
  store.replace([den()]);
  await null;
  assert.deepEqual(announced.at(-1).sort(), ["7", "8"]);
  assert.equal(store.room("8"), null);
});

test("any order of repeated events ends with the same counts", () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = seeded(seed);
    const { store } = storeWith(den());
    let mentions = 0;
    for (let seq = 6; seq < 40; seq += 1) {
      const named = random() < 0.3;
      mentions += named ? 1 : 0;
      store.apply(created(seq, { mentions: named ? ["1"] : [] }));
      if (random() < 0.5) store.apply(created(5 + Math.ceil(random() * (seq - 5)), { mentions: ["1"] }));
    }
    assert.deepEqual([store.room("7").unread, store.room("7").mentions], [34, mentions], `seed ${seed}`);
  }
});

function router() {
  const { store } = storeWith(den());
  const said = [];
  const held = new Map([["7", 10]]);
  const made = new Router({ store, onHello: (hello) => said.push(["hello", hello.epoch]), say: (name, detail) => said.push([name, detail]) });
  made.catchup = {
    observe: (event) => said.push(["observe", event.version]),
    forget: (room) => held.delete(room),
    hold: (room, version) => held.set(room, version),
    check: (room, version) => said.push(["check", version]),
    version: (room) => held.get(room) ?? null,
    isOpen: () => false,
  };
  return { made, said, held, store };
}

test("durable events wait for their turn, ephemeral ones do not", () => {
  const { made, said } = router();
  made.take(created(6));
  made.take({ type: "typing", room: "7", user: "2" });
  assert.deepEqual(said.map(([name]) => name), ["observe", "tw:typing"]);
});

test("what sync brings is told as new or as changed, by whether it had been heard of", () => {
  const { made, said } = router();
  made.known([den()]);
  made.apply({ type: "message.synced", room: "7", version: 11, message: message({ id: 3, version: 11 }) });
  made.apply({ type: "message.synced", room: "7", version: 12, message: message({ id: 6, version: 12 }) });
  assert.deepEqual(said.map(([name]) => name), ["tw:message.updated", "tw:message.created"]);
});

test("joining a room holds it, leaving lets it go", () => {
  const { made, held, store } = router();
  made.take({ type: "room.joined", room: den({ id: "9", version: 3 }) });
  assert.equal(held.get("9"), 3);
  assert.ok(store.room("9"));
  made.take({ type: "room.left", room: "9", reason: "removed" });
  assert.equal(held.has("9"), false);
  assert.equal(store.room("9"), null);
});

test("room.joined again, for a changed setting, does not skip events that are still to come", () => {
  const { made, said, held } = router();
  made.take({ type: "room.joined", room: den({ version: 12, notify: "none" }) });
  assert.equal(held.get("7"), 10);
  assert.deepEqual(said[0], ["check", 12]);
});

test("hello after a lost connection is announced, and so is what comes after it", async () => {
  const { store, announced } = storeWith(den());
  await Promise.resolve();
  store.replace([den({ unread: 1 })]);
  await Promise.resolve();
  store.apply(created(6));
  await Promise.resolve();
  assert.deepEqual(announced, [["7"], ["7"], ["7"]]);
});

test("a call to everybody counts as a mention, but not my own", () => {
  const { store } = storeWith(den());
  store.apply(created(6, { mentions_all: "everyone" }));
  assert.equal(store.room("7").mentions, 1);
  store.apply(created(7, { mentions_all: "here", mentions: [] }));
  assert.equal(store.room("7").mentions, 1);
  store.apply(created(8, { mentions_all: "everyone", sender: "1" }));
  assert.equal(store.room("7").mentions, 1);
});

test("a mark goes back only where the reader chose so", () => {
  const { store } = storeWith(den());
  const earlier = { room: "7", read_seq: 2, unread: 3, mentions: 1 };
  store.readUpdated(earlier);
  assert.equal(store.room("7").read_seq, 5);
  store.readUpdated({ ...earlier, back: true });
  const { read_seq, unread, mentions } = store.room("7");
  assert.deepEqual({ read_seq, unread, mentions }, { read_seq: 2, unread: 3, mentions: 1 });
});

test("the server's word counts what is still on its way, and not what came beyond it", () => {
  const { store } = storeWith(den());
  const counts = () => [store.room("7").unread, store.room("7").mentions];
  store.readUpdated({ room: "7", read_seq: 5, unread: 2, mentions: 1, last_seq: 7 });
  store.apply(created(6, { mentions: ["1"] }));
  store.apply(created(7));
  assert.deepEqual(counts(), [2, 1]);
  store.apply(created(8));
  store.readUpdated({ room: "7", read_seq: 7, unread: 0, mentions: 0, last_seq: 7 });
  assert.deepEqual(counts(), [1, 0]);
});

test("messages that a sync brings in another order count as in theirs", () => {
  const { store } = storeWith(den());
  store.apply(created(7, { kind: "system" }));
  assert.equal(store.room("7").unread, 0);
  store.apply(created(6));
  assert.equal(store.room("7").unread, 1);
});

test("of an unread message that changed after the server counted it, or before, the server is asked", () => {
  const { store, doubts } = storeWith(den());
  store.apply(created(6, { mentions: ["1"] }));
  store.readUpdated({ room: "7", read_seq: 5, unread: 1, mentions: 0, last_seq: 6 });
  store.apply(updated(6, { mentions: ["1"], reactions: [{}] }));
  assert.deepEqual(doubts, []);
  store.apply(updated(6, { deleted: true }));
  assert.deepEqual([store.room("7").unread, store.room("7").mentions, doubts], [1, 0, ["7"]]);
});

test("an answer that was under way puts back no mark, and no count", () => {
  const { store } = storeWith(den({ unread: 2, last_seq: 7 }));
  store.readUpdated({ room: "7", read_seq: 7, unread: 0, mentions: 0, last_seq: 7 });
  store.apply({ type: "room.updated", room: "7", version: 12, state: den({ name: "harbour", version: 12, unread: 2, last_seq: 7 }) });
  const { name, read_seq, unread } = store.room("7");
  assert.deepEqual({ name, read_seq, unread }, { name: "harbour", read_seq: 7, unread: 0 });
});

test("where too much was missed to count it, the server's count holds, but not its mark: it is asked", () => {
  const { store, doubts } = storeWith(den());
  const anew = (more) => store.apply({ type: "room.updated", room: "7", version: 90, state: den({ version: 90, last_seq: 80, ...more }), anew: true });
  anew({ unread: 75, mentions: 3 });
  store.apply(created(81));
  assert.deepEqual([store.room("7").unread, store.room("7").mentions, doubts], [76, 3, []]);
  store.markedRead("7", 81);
  anew({ unread: 75, mentions: 3 });
  assert.deepEqual([store.room("7").read_seq, store.room("7").unread, doubts], [81, 0, ["7"]]);
  store.readUpdated({ room: "7", read_seq: 2, unread: 79, mentions: 3, last_seq: 81, back: true });
  anew({ read_seq: 81, last_seq: 81, unread: 0, mentions: 0 });
  assert.deepEqual([store.room("7").read_seq, doubts], [2, ["7", "7"]]);
});

test("a room whose settings changed keeps a mark that is on its way to the server", () => {
  const { store } = storeWith(den({ read_seq: 2, unread: 3 }));
  store.markedRead("7", 5);
  store.joined(den({ read_seq: 2, unread: 3, notify: "none" }));
  const { read_seq, unread, notify } = store.room("7");
  assert.deepEqual({ read_seq, unread, notify }, { read_seq: 5, unread: 0, notify: "none" });
});

test("what I wrote stays read when it is deleted", () => {
  const { store } = storeWith(den());
  store.apply(created(6, { sender: "1" }));
  store.apply(created(7));
  store.apply(updated(6, { sender: "1", deleted: true, in_room: false }));
  assert.deepEqual([store.room("7").read_seq, store.room("7").unread], [6, 1]);
});

test("many unread messages are counted as few are", () => {
  const { store } = storeWith(den());
  for (let seq = 6; seq < 5006; seq += 1) store.apply(created(seq, { mentions: seq % 2 ? ["1"] : [] }));
  assert.deepEqual([store.room("7").unread, store.room("7").mentions], [5000, 2500]);
});

test("what one looks at is counted by no list, and truly again as soon as one looks away", async () => {
  const { store, announced } = storeWith(den());
  store.watch("7", true);
  store.apply(created(6));
  assert.equal(store.room("7").unread, 1);
  assert.deepEqual(counted(store.room("7")), { unread: 0, mentions: 0 });
  store.replace([den({ unread: 1 })]);
  assert.deepEqual(counted(store.room("7")), { unread: 0, mentions: 0 });
  await Promise.resolve();
  const before = announced.length;
  store.watch("7", false);
  assert.deepEqual(counted(store.room("7")), { unread: 1, mentions: 0 });
  store.watch("9", false);
  await Promise.resolve();
  assert.equal(announced.length, before + 1);
});
