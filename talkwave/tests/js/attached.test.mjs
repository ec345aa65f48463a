import assert from "node:assert/strict";
import { test } from "node:test";

const stored = new Map();
globalThis.localStorage = {
  getItem: (key) => stored.get(key) ?? null,
  setItem: (key, value) => stored.set(key, value),
  removeItem: (key) => stored.delete(key),
};
const KEY = "tw:files:1:7";
const file = (id) => ({ id, name: `${id}.txt` });
const ids = () => JSON.parse(stored.get(KEY) ?? "[]").map(({ id }) => id);

/** Each tab has a module of its own; they share the storage. */
const tab = (name) => import(`../../../static/js/lib/attached.js?${name}`);

/** What the other tabs hear of what `act` writes. */
function told(act) {
  const oldValue = stored.get(KEY) ?? null;
  act();
  return { key: KEY, oldValue, newValue: stored.get(KEY) ?? null };
}

test("what another tab attached in the same moment is not written away", async () => {
  stored.clear();
  const [one, two] = [await tab("one"), await tab("two")];
  const attached = told(() => one.keepFiles(1, 7, [file("a")]));
  two.keepFiles(1, 7, [file("b")]);
  assert.deepEqual(ids(), ["a", "b"]);
  assert.deepEqual(two.changedFiles(1, 7, attached), { gone: [], come: [file("a")] });
  assert.equal(two.changedFiles(1, 8, attached), null);
});

test("what one tab sends or takes away is gone in the other, and comes back in neither", async () => {
  stored.clear();
  const [one, two] = [await tab("three"), await tab("four")];
  one.keepFiles(1, 7, [file("a"), file("b")]);
  assert.deepEqual(two.keptFiles(1, 7), [file("a"), file("b")]);
  const taken = told(() => one.keepFiles(1, 7, [file("b")]));
  // Not heard of yet, it is written once more.
  const again = told(() => two.keepFiles(1, 7, [file("a"), file("b"), file("c")]));
  assert.deepEqual(one.changedFiles(1, 7, again), { gone: [], come: [file("c")] });
  assert.deepEqual(two.changedFiles(1, 7, taken), { gone: ["a"], come: [] });
  two.keepFiles(1, 7, [file("b"), file("c")]);
  assert.deepEqual(ids(), ["b", "c"]);
  const sent = told(() => one.keepFiles(1, 7, []));
  assert.deepEqual(two.changedFiles(1, 7, sent).gone, ["b", "c"]);
});

test("a file that was removed where one lists them stands in no composer of this tab either", async () => {
  stored.clear();
  const { forgetFile, keepFiles, changedFiles } = await tab("six");
  keepFiles(1, 7, [file("a"), file("b")]);
  const heard = [];
  // As a real one lists what it holds.
  globalThis.localStorage[KEY] = "";
  globalThis.StorageEvent = class { constructor(_name, change) { Object.assign(this, change); } };
  globalThis.dispatchEvent = (change) => heard.push(changedFiles(1, 7, change)?.gone);
  forgetFile("a");
  assert.deepEqual([ids(), heard], [["b"], [["a"]]]);
});

test("what cannot be read is nothing", async () => {
  stored.set(KEY, "{");
  const { keptFiles } = await tab("five");
  assert.deepEqual(keptFiles(1, 7), []);
});
