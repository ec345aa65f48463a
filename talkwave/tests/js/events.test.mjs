/** What sleeps until it is wanted hears what woke it, and nobody hears it twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { catchingUp, emit, on } from "../../../static/js/lib/events.js";

test("what is made because of an event hears it, by each handler of that name", () => {
  const heard = [];
  const made = catchingUp({ name: "tw:ui.move", detail: { ids: [1] } }, () => {
    on("tw:ui.move", ({ ids }) => heard.push(["first", ids]));
    on("tw:ui.action", () => heard.push(["another name"]));
    on("tw:ui.move", ({ ids }) => heard.push(["second", ids]));
    return "made";
  });
  assert.equal(made, "made");
  assert.deepEqual(heard, [["first", [1]], ["second", [1]]]);
});

test("who listened before does not hear it again, and who listens later hears what comes", () => {
  const before = [];
  const after = [];
  on("tw:ui.forward", (detail) => before.push(detail));
  emit("tw:ui.forward", 1);
  catchingUp({ name: "tw:ui.forward", detail: 1 }, () => on("tw:ui.forward", (detail) => after.push(detail)));
  on("tw:ui.forward", (detail) => after.push(["late", detail]));
  emit("tw:ui.forward", 2);
  assert.deepEqual(before, [1, 2]);
  assert.deepEqual(after, [1, 2, ["late", 2]]);
});
