/** What the chat page thinks with: finding by letters, the order of rooms, keys, and changes to text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { countCharacters, goOn, inOpenFence } from "../../../static/js/lib/edit.js";
import { best, plain, score } from "../../../static/js/lib/fuzzy.js";
import { KEYMAP, matches } from "../../../static/js/lib/keymap.js";
import { Listbox } from "../../../static/js/lib/listbox.js";
import { arrange, counted, kindOf, titleOf, waiting } from "../../../static/js/lib/roomlist.js";

const room = (id, more = {}) => ({ id: String(id), name: `room ${id}`, kind: "public", unread: 0, mentions: 0, notify: "all", pinned: false, archived: false, last_message_at: null, ...more });
const person = (id, name) => ({ id: String(id), username: name.toLowerCase(), display_name: name });
const ids = (rooms) => rooms.map(({ id }) => id);
const names = (item) => [item];

test("the start of a name beats the start of a word, that beats the middle, that beats scattered letters", () => {
  const scores = ["design", "new design", "redesign", "d-e-s-i-g-n"].map((name) => score(name, "design"));
  assert.deepEqual([...scores].sort((a, b) => b - a), scores);
  assert.ok(scores.at(-1) > 0);
});

test("case and accents do not matter, and other scripts are found as they are", () => {
  assert.deepEqual(best(["Café", "Kaffee", "غرفة القهوة"], "cafe", names), ["Café"]);
  assert.deepEqual(best(["Café", "غرفة القهوة"], "القهوة", names), ["غرفة القهوة"]);
  assert.equal(plain("ÅNGSTRÖM"), "angstrom");
});

test("letters that are not all there, or not in order, find nothing", () => {
  assert.deepEqual(best(["release notes"], "rxn", names), []);
  assert.deepEqual(best(["release notes"], "nr", names), []);
  assert.deepEqual(best(["Profile and settings"], "den", names), []);
  assert.deepEqual(best(["release notes"], "rln", names), ["release notes"]);
});

test("without letters everything is found, in its own order", () => {
  assert.deepEqual(best(["b", "a"], "  ", names), ["b", "a"]);
});

test("rooms stand pinned, then unread, then the latest, and archived ones last", () => {
  const rooms = [
    room(1, { last_message_at: "2026-01-05" }),
    room(2, { unread: 3, last_message_at: "2026-01-01" }),
    room(3, { pinned: true }),
    room(4, { archived: true, unread: 9, last_message_at: "2026-01-09" }),
    room(5, { last_message_at: "2026-01-06" }),
    room(6, { unread: 1, last_message_at: "2026-01-02" }),
  ];
  assert.deepEqual(ids(arrange(rooms)), ["3", "6", "2", "5", "1", "4"]);
});

test("a room that was unread when it was opened keeps its place while it is open", () => {
  const rooms = [room(1, { last_message_at: "2026-01-05" }), room(2, { last_message_at: "2026-01-01" })];
  assert.deepEqual(ids(arrange(rooms, "2")), ["2", "1"]);
  assert.deepEqual(ids(arrange(rooms)), ["1", "2"]);
});

test("what waits in threads counts as the room they are in counts", () => {
  const busy = { unread: 5, mentions: 2, threads: 3, threads_named: 1 };
  assert.deepEqual(waiting(room(1, busy)), { unread: 8, mentions: 3 });
  assert.deepEqual(waiting(room(1, { ...busy, watched: true })), { unread: 3, mentions: 1 });
  assert.deepEqual(waiting(room(1, { ...busy, notify: "mentions" })), { unread: 1, mentions: 3 });
  assert.deepEqual(waiting(room(1, { ...busy, notify: "none" })), { unread: 0, mentions: 0 });
  assert.deepEqual(waiting(room(1, { ...busy, kind: "direct" })), { unread: 8, mentions: 8 });
  assert.deepEqual(waiting(room(1)), { unread: 0, mentions: 0 });
});

test("what counts is what one asked for", () => {
  const busy = { unread: 5, mentions: 2 };
  assert.deepEqual(counted(room(1, busy)), busy);
  assert.deepEqual(counted(room(1, { ...busy, notify: "mentions" })), { unread: 0, mentions: 2 });
  assert.deepEqual(counted(room(1, { ...busy, notify: "none" })), { unread: 0, mentions: 0 });
  assert.deepEqual(counted(room(1, { ...busy, kind: "direct" })), { unread: 5, mentions: 5 });
});

test("a conversation is called by the others in it, and one with nobody else by its own word", () => {
  const ann = person(1, "Ann");
  const bob = person(2, "Bob");
  const cy = person(3, "Cy");
  const direct = (...members) => room(9, { kind: "direct", name: "", members });
  assert.equal(titleOf(direct(ann, bob), "1"), "Bob");
  assert.equal(titleOf(direct(ann, bob, cy), "1"), "Bob, Cy");
  assert.equal(titleOf(direct(ann), "1", "Notes"), "Notes");
  assert.equal(kindOf(direct(ann, bob), "1").partner, bob);
  assert.equal(kindOf(direct(ann, bob, cy), "1").partner, null);
});

const press = (key, more = {}) => ({ key, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...more });

test("a key is meant only with exactly its companions", () => {
  assert.ok(matches(press("k", { ctrlKey: true }), ["Mod+K"]));
  assert.ok(!matches(press("k"), ["Mod+K"]));
  assert.ok(!matches(press("k", { ctrlKey: true, shiftKey: true }), ["Mod+K"]));
  assert.ok(matches(press("X", { ctrlKey: true, shiftKey: true }), ["Mod+Shift+X"]));
  assert.ok(!matches(press("ArrowDown", { altKey: true, shiftKey: true }), ["Alt+ArrowDown"]));
});

test("a sign is meant with Shift or without, as keyboards differ", () => {
  assert.ok(matches(press("?", { shiftKey: true }), ["?"]));
  assert.ok(matches(press("?"), ["?"]));
});

test("no key means two things in one place", () => {
  for (const where of new Set(KEYMAP.map((entry) => entry.where))) {
    const keys = KEYMAP.filter((entry) => entry.where === where).flatMap((entry) => entry.keys);
    assert.equal(new Set(keys).size, keys.length, where);
  }
});

test("the Enter that ends a composition takes no suggestion, in Safari either", () => {
  const taken = [];
  const one = {};
  const list = { hidden: false, addEventListener() {}, querySelectorAll: () => [one], querySelector: () => one };
  const box = new Listbox({}, list, { choose: (chosen) => taken.push(chosen) });
  const enter = (more) => box.key({ key: "Enter", keyCode: 13, preventDefault() {}, stopPropagation() {}, ...more });
  assert.ok(!enter({ isComposing: true }));
  assert.ok(!enter({ keyCode: 229 }));
  assert.deepEqual(taken, []);
  assert.ok(enter());
  assert.deepEqual(taken, [one]);
});

test("Enter breaks the line inside a fence that is still open, and only there", () => {
  assert.ok(inOpenFence("```js\nlet a", 11));
  assert.ok(!inOpenFence("```js\nlet a\n```\n", 16));
  assert.ok(!inOpenFence("before ```\n", 0));
});

test("a new line goes on with a list, and in an empty item ends it", (t) => {
  const area = { focus() {}, setSelectionRange: (start, end) => Object.assign(area, { selectionStart: start, selectionEnd: end }) };
  const typed = (text) => {
    area.value = area.value.slice(0, area.selectionStart) + text + area.value.slice(area.selectionEnd);
    area.setSelectionRange(area.selectionStart + text.length, area.selectionStart + text.length);
    return true;
  };
  const before = globalThis.document;
  globalThis.document = { execCommand: (command, _, text = "") => typed(text) };
  t.after(() => (globalThis.document = before));
  const after = (value, caret = value.length) => {
    Object.assign(area, { value, selectionStart: caret, selectionEnd: caret });
    return goOn(area) && area.value;
  };
  assert.equal(after("- milk"), "- milk\n- ");
  assert.equal(after("- milk\n- "), "- milk\n\n");
  assert.equal(after("- "), "");
  assert.equal(after("so:\n  * [x] milk"), "so:\n  * [x] milk\n  * [ ] ");
  assert.equal(after("9. nine and ten", 7), "9. nine\n10.  and ten");
  assert.equal(after("> said"), "> said\n> ");
  for (const plain of ["milk", "-milk", "1.5 l", "```\n- a", ""]) assert.equal(after(plain), false);
  assert.equal(after("- milk", 0), false);
});

test("characters are counted as the server counts them", () => {
  assert.equal(countCharacters("🌊a"), 2);
  assert.equal(countCharacters("نورا"), 4);
});
