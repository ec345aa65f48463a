/** What somebody meant who began with a slash. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { action, addressed, asked, beginning, COMMANDS, meant, shrug, statusOf, turned } from "../../../static/js/lib/commands.js";

test("words are words, and so is what only looks like a command", () => {
  for (const text of ["hello", " /me waves", "/", "/ x", "/etc/hosts is gone", "/5", "1/2", ""]) assert.equal(meant(text, "public"), null);
});

test("two slashes send one", () => {
  assert.deepEqual(meant("//shrug is a command", "public"), { literal: "/shrug is a command" });
});

test("a command has its name and the words after it", () => {
  const { command, words } = meant("/ME  waves\nat you ", "public");
  assert.deepEqual([command.name, words], ["me", "waves\nat you"]);
  assert.equal(meant("/away", "direct").command.name, "away");
});

test("what is not understood is said, and why", () => {
  assert.deepEqual(meant("/wave at you", "public"), { unknown: "wave" });
  assert.equal(meant("/topic", "public").wrong, "missing");
  assert.equal(meant("/topic  ", "public").wrong, "missing");
  assert.equal(meant("/away till noon", "public").wrong, "many");
  assert.equal(meant("/leave", "direct").wrong, "where");
});

test("letters find what begins with them and fits the room", () => {
  assert.deepEqual(beginning("", "public", ["post", "topic"]).length, COMMANDS.length);
  assert.deepEqual(beginning("t", "public", ["post"]), [], "who may not set the topic is not offered to");
  assert.deepEqual(beginning("S", "public", []).map(({ name }) => name).slice(0, 2), ["shrug", "status"]);
  assert.deepEqual(beginning("top", "direct", ["topic"]), []);
});

test("an action is one emphasised line about its writer", () => {
  assert.equal(action("Alice", "waves"), "_Alice waves_");
  assert.equal(action("a_b*", "is _so_ glad\nindeed"), "_a\\_b\\* is \\_so\\_ glad_\nindeed");
});

test("a shrug is Markdown for a shrug", () => {
  assert.equal(shrug(""), "¯\\\\\\_(ツ)\\_/¯");
  assert.equal(shrug("no idea"), "no idea ¯\\\\\\_(ツ)\\_/¯");
});

test("a status has an emoji, words, or both", () => {
  assert.deepEqual(statusOf("🌴 on holiday"), { emoji: "🌴", text: "on holiday" });
  assert.deepEqual(statusOf("👩‍💻"), { emoji: "👩‍💻", text: "" });
  assert.deepEqual(statusOf("🇩🇪 in Germany"), { emoji: "🇩🇪", text: "in Germany" });
  assert.deepEqual(statusOf("reading 📖"), { emoji: "", text: "reading 📖" });
  assert.deepEqual(statusOf("Clear"), { emoji: "", text: "" });
});

test("a poll may be begun without a word: its dialog asks for them", () => {
  assert.equal(meant("/poll", "direct").command.name, "poll");
  assert.deepEqual(asked(""), { question: "", options: [] });
});

test("a poll has its question and answers apart by bars, or a line each", () => {
  assert.deepEqual(asked("Lunch? | soup|salad |"), { question: "Lunch?", options: ["soup", "salad"] });
  assert.deepEqual(asked("Lunch?\nsoup\nsalad"), { question: "Lunch?", options: ["soup", "salad"] });
  assert.deepEqual(asked("Lunch?"), { question: "Lunch?", options: [] });
});

test("a direct message has people and maybe words", () => {
  assert.deepEqual(addressed("@ann hello @bob"), { names: "ann", text: "hello @bob" });
  assert.deepEqual(addressed("@ann, @bob hello"), { names: "ann bob", text: "hello" });
  assert.deepEqual(addressed("ann hello there"), { names: "ann", text: "hello there" });
  assert.deepEqual(addressed("@ann"), { names: "ann", text: "" });
});

test("muted and heard again a room counts what it counted before, as far as this browser knows", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  for (const notify of ["mentions", "all"]) {
    assert.equal(turned(notify, "den", storage), "none");
    assert.equal(turned("none", "den", storage), notify);
  }
  assert.equal(turned("none", "elsewhere", storage), "all");
  const closed = { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("full"); } };
  assert.deepEqual([turned("mentions", "den", closed), turned("none", "den", closed)], ["none", "all"]);
});
