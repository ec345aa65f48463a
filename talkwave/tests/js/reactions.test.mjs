/** What the favourites learn, and how a wish stands until the server has said how it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asWished, doubt, isMine, know, learn, wish } from "../../../static/js/chat/parts/reactions.js";
import { among, byName, inTone, keepSkinTone, skinTone, toned } from "../../../static/js/lib/emojis.js";
import { on } from "../../../static/js/lib/events.js";
import { Favourites } from "../../../static/js/lib/favourites.js";

globalThis.document ??= { body: { dataset: { userId: "7" } } };

const DAY = 24 * 3_600_000;

function memory(initial = {}) {
  const kept = new Map(Object.entries(initial));
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), kept };
}

test("three are at hand before anything was used", () => {
  assert.deepEqual(new Favourites("7", memory()).top(3), ["👍", "❤️", "😂"]);
  assert.equal(new Favourites("7", memory()).top(6).length, 6);
});

test("what is used twice takes the place of what is used least, and the others stay where they are", () => {
  const favourites = new Favourites("7", memory());
  favourites.use("🌊");
  assert.deepEqual(favourites.top(3), ["👍", "❤️", "😂"]);
  favourites.use("🌊");
  assert.deepEqual(favourites.top(3), ["👍", "❤️", "🌊"]);
  for (let n = 0; n < 5; n += 1) favourites.use("🎈");
  assert.deepEqual(favourites.top(3, ["👍", "❤️", "🌊"]), ["👍", "🎈", "🌊"]);
});

test("of the six for a finger the three most used are those at hand", () => {
  const favourites = new Favourites("7", memory());
  for (let n = 0; n < 3; n += 1) favourites.use("🌊");
  assert.deepEqual(favourites.top(6), ["👍", "❤️", "🌊", "🎉", "🙏", "😂"]);
});

test("favourites stand in the tone chosen last, each once", () => {
  const storage = memory();
  const favourites = new Favourites("7", storage);
  for (let n = 0; n < 2; n += 1) favourites.use("👋");
  keepSkinTone(3, storage);
  favourites.use("👋🏽");
  assert.deepEqual(favourites.top(6), ["👍🏽", "❤️", "👋🏽", "🎉", "🙏🏽", "😂"]);
  keepSkinTone(0, storage);
  assert.deepEqual(favourites.top(3, ["👍🏽", "❤️", "👋🏽"]), ["👍", "❤️", "👋"]);
  assert.deepEqual(["☝🏽", "☝️", "👪", "🧑‍🚀", ":party:"].map((sign) => toned(sign, 0)), ["☝️", "☝️", "👪", "🧑‍🚀", ":party:"]);
  assert.deepEqual(["☝️", "👪", "👀"].map((sign) => toned(sign, 5)), ["☝🏿", "👪", "👀"]);
});

test("an old habit makes way for a new one", () => {
  let now = 0;
  const favourites = new Favourites("7", memory(), () => now);
  for (let n = 0; n < 10; n += 1) favourites.use("🎈");
  assert.ok(favourites.top(1).includes("🎈"));
  now = 90 * DAY;
  for (let n = 0; n < 2; n += 1) favourites.use("🌊");
  const top = favourites.top(3);
  assert.ok(top.includes("🌊") && !top.includes("🎈"), top.join());
});

test("each person has their own", () => {
  const storage = memory();
  const first = new Favourites("7", storage);
  for (let n = 0; n < 3; n += 1) first.use("🌊");
  assert.deepEqual(new Favourites("8", storage).top(3), ["👍", "❤️", "😂"]);
});

test("one of the community's own becomes a favourite with its picture, as long as it is there", () => {
  const favourites = new Favourites("7", memory());
  for (let n = 0; n < 4; n += 1) favourites.use(":party:", "/emoji/party-1.webp");
  assert.ok(favourites.top(3).includes(":party:"));
  assert.equal(favourites.picture(":party:"), "/emoji/party-1.webp");
  favourites.use(":party:");
  assert.equal(favourites.picture(":party:"), "/emoji/party-1.webp");
  assert.equal(favourites.picture("👍"), null);
  assert.deepEqual(favourites.top(3, undefined, (sign) => sign !== ":party:"), ["👍", "❤️", "😂"]);
});

test("what is called as one searches comes before what only has to do with it", () => {
  const astronaut = { unicode: "🧑‍🚀", annotation: "astronaut", shortcodes: ["astronaut"], tags: ["rocket"] };
  const rocket = { unicode: "🚀", annotation: "rocket", shortcodes: ["rocket"] };
  const own = { name: "rocketeer", url: "/emoji/rocketeer.webp" };
  assert.deepEqual(byName([own, astronaut, rocket], "Rocket "), [rocket, own, astronaut]);
  const faces = ["grinning face", "grinning cat"].map((annotation) => ({ annotation, shortcodes: [] }));
  assert.deepEqual(byName(faces, "grinning cat"), [faces[1], faces[0]]);
});

test("while one writes, what one uses comes first, and what has only to do with it last", () => {
  const sign = (emoji, shortcode, annotation, tags) => ({ emoji, shortcodes: [shortcode], annotation, tags });
  const signs = [
    sign("♥️", "hearts", "Herz", []),
    sign("❤️", "heart", "rotes Herz", ["liebe"]),
    sign("👍", "+1", "Daumen hoch", ["herzlich"]),
    { name: "herzig", url: "/emoji/herzig.webp" },
  ];
  const texts = (letters, used) => among(signs, letters, 8, used, 0).map(({ text }) => text);
  assert.deepEqual(texts("herz", ["❤️"]), ["❤️", "♥️", ":herzig:", "👍"]);
  assert.deepEqual(texts("herz", []), ["♥️", ":herzig:", "❤️", "👍"]);
  assert.deepEqual(texts("liebe", ["👍"]), ["❤️"]);
});

test("a store that is broken, full or forbidden is no reason to fail", () => {
  for (const broken of ["", "{", "null", "[1]", '{"👍":"x"}', '{"👍":[null,null]}']) {
    const favourites = new Favourites("7", memory({ "tw:emoji:7": broken }));
    assert.equal(favourites.top(3).length, 3);
    favourites.use("🌊");
  }
  const closed = { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("full"); } };
  const favourites = new Favourites("7", closed);
  favourites.use("🌊");
  assert.equal(favourites.top(3).length, 3);
  assert.equal(skinTone(closed), 0);
  keepSkinTone(3, closed);
});

test("the skin tone is remembered, and applies where there are tones", () => {
  const storage = memory();
  assert.equal(skinTone(storage), 0);
  keepSkinTone(3, storage);
  assert.equal(skinTone(storage), 3);
  const wave = { emoji: "👋", skins: [{ tone: 3, emoji: "👋🏽" }] };
  assert.equal(inTone(wave, 3), "👋🏽");
  assert.equal(inTone(wave, 0), "👋");
  assert.equal(inTone({ emoji: "🌊" }, 3), "🌊");
});

const message = (id, version, ...reactions) => ({ id, version, deleted: false, reactions });
const kind = (emoji, ...users) => ({ emoji, count: users.length, users });

test("a wish shows at once, and is nothing more once the server says the same", () => {
  wish("1", "👍", true);
  assert.deepEqual(asWished(message("1", 1, kind("👍", "8")), "7"), [{ emoji: "👍", count: 2, mine: true, url: undefined }]);
  assert.ok(isMine(message("1", 1), "👍", "7"));
  assert.equal(asWished(message("1", 2, kind("👍", "8", "7")), "7")[0].count, 2);
  assert.equal(asWished(message("1", 3, kind("👍", "8")), "7")[0].count, 1);
});

test("leaving alone takes the chip away", () => {
  wish("2", "👍", false);
  assert.deepEqual(asWished(message("2", 1, kind("👍", "7")), "7"), []);
});

test("a wish that is refused is undone, a later one is not", () => {
  const first = wish("3", "👍", true);
  const second = wish("3", "👍", true);
  first.undo();
  assert.ok(isMine(message("3", 1), "👍", "7"));
  second.undo();
  assert.ok(!isMine(message("3", 1), "👍", "7"));
});

test("a wish holds while it waits, whatever others do; once answered, what is newer counts", () => {
  const wished = wish("4", "👍", true);
  assert.ok(isMine(message("4", 9, kind("🎉", "8")), "👍", "7"));
  wished.answered(9);
  assert.ok(isMine(message("4", 9, kind("🎉", "8")), "👍", "7"));
  assert.ok(!isMine(message("4", 10, kind("🎉", "8")), "👍", "7"));
});

test("a deleted message has none", () => {
  wish("5", "👍", true);
  assert.deepEqual(asWished({ ...message("5", 2), deleted: true }, "7"), []);
});

test("of very many only the first are named: whoever is not among them is asked for, once, and learns of changes", () => {
  const many = { id: "many", version: 1, deleted: false, reactions: [{ emoji: "👍", count: 60, users: ["1", "2"] }] };
  assert.equal(isMine(many, "👍", "7"), false);
  assert.equal(isMine(many, "👍", "2"), true);
  // Nothing is known of it: nobody asked.
  know("many", "👍", true);
  assert.equal(isMine(many, "👍", "7"), false);
});

test("what one did among very many is asked for once a connection, and what another device took back is known then", async () => {
  const many = { id: "88", version: 1, deleted: false, reactions: [{ emoji: "👍", count: 60, users: ["1", "2"] }] };
  const answers = [["👍"], []];
  const asked = [];
  globalThis.fetch = async (url) => (asked.push(url), Response.json({ mine: answers.shift() }));
  const answered = () => new Promise((done) => on("tw:ui.reacted", done, { once: true }));
  learn(many, "7");
  learn(many, "7");
  assert.deepEqual(await answered(), { id: "88" });
  assert.equal(isMine(many, "👍", "7"), true);
  learn(many, "7");
  assert.ok([...doubt()].includes("88"));
  // Until the answer is here it stays as it was.
  assert.equal(isMine(many, "👍", "7"), true);
  learn(many, "7");
  await answered();
  assert.equal(isMine(many, "👍", "7"), false);
  assert.deepEqual(asked, ["/messages/88/reactions.json", "/messages/88/reactions.json"]);
});
