import assert from "node:assert/strict";
import { test } from "node:test";
import { continues } from "../../../static/js/chat/grouping.js";
import { delayBefore } from "../../../static/js/lib/backoff.js";
import { uuid } from "../../../static/js/lib/ids.js";
import { placeIn } from "../../../static/js/lib/paths.js";
import { Span } from "../../../static/js/lib/span.js";
import { localeFor } from "../../../static/js/lib/locale.js";
import { Dates } from "../../../static/js/lib/time.js";
import { fill } from "../../../static/js/lib/words.js";
import { seeded } from "./fakes.mjs";

const said = (more = {}) => ({ sender: "1", kind: "text", at: 0, day: "2026-03-01", ...more });

test("the same person goes on within five minutes", () => {
  assert.ok(continues(said(), said({ at: 300_000 })));
  assert.ok(!continues(said(), said({ at: 300_001 })));
  assert.ok(!continues(said(), said({ sender: "2" })));
  assert.ok(!continues(said({ kind: "system" }), said()));
  assert.ok(!continues(said(), said({ kind: "system" })));
  assert.ok(!continues(said(), said({ day: "2026-03-02" })));
  assert.ok(!continues(null, said()));
});

test("a message dated before the one above it begins anew", () => {
  assert.ok(!continues(said({ at: 10 }), said({ at: 5 })));
});

test("the run of messages on the page takes the next one, and remembers that there are others", () => {
  const span = new Span({ first: 5, last: 9, newest: 9 });
  assert.ok(span.hearsOf(10));
  span.extend(10, 10);
  assert.ok(!span.hearsOf(12));
  assert.ok(span.hasNewer);
  assert.ok(!span.hearsOf(11));
  assert.ok(span.hasOlder && span.holds(5) && !span.holds(11));
  span.extend(1, 4);
  assert.ok(!span.hasOlder);
});

test("an empty room takes its first message", () => {
  const span = new Span({ newest: 0 });
  assert.ok(span.empty && !span.hasOlder && !span.hasNewer);
  assert.ok(span.hearsOf(1));
});

test("however one turns pages and cuts, the run stays one run within the room", () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = seeded(seed);
    const span = new Span({ first: 951, last: 1000, newest: 1000 });
    let newest = 1000;
    for (let step = 0; step < 200; step += 1) {
      const dice = random();
      if (dice < 0.3 && span.hasOlder) {
        span.extend(Math.max(1, span.first - 50), span.first - 1);
        if (span.last - span.first >= 300) span.cutAfter(span.first + 299);
      } else if (dice < 0.6 && span.hasNewer) {
        span.extend(span.last + 1, Math.min(newest, span.last + 50));
        if (span.last - span.first >= 300) span.cutBefore(span.last - 299);
      } else {
        newest += 1;
        if (span.hearsOf(newest)) span.extend(newest, newest);
      }
      assert.ok(span.first >= 1 && span.first <= span.last && span.last <= newest && span.newest === newest, `seed ${seed}`);
      assert.equal(span.hasNewer, span.last < newest);
      assert.ok(span.last - span.first < 320, `seed ${seed}: ${span.last - span.first}`);
      if (span.last - span.first >= 310) span.cutBefore(span.last - 299);
    }
  }
});

test("days are the reader's, not the server's", () => {
  const late = new Date("2026-03-01T23:30:00Z");
  assert.equal(new Dates("en-GB", "Europe/Berlin").dayKey(late), "2026-03-02");
  assert.equal(new Dates("en-GB", "America/New_York").dayKey(late), "2026-03-01");
  assert.equal(new Dates("en-GB", "Europe/Berlin").clock(late), "00:30");
});

test("today, yesterday, and days by name; the year where it is another", () => {
  const dates = new Dates("en-GB", "Europe/Berlin", { today: "Today", yesterday: "Yesterday" });
  const now = new Date("2026-03-29T12:00:00Z");
  const label = (text) => dates.dayLabel(new Date(text), now);
  assert.equal(label("2026-03-29T00:00:00Z"), "Today");
  assert.equal(label("2026-03-28T22:59:00Z"), "Yesterday");
  assert.equal(label("2026-03-27T10:00:00Z"), "Friday 27 March");
  assert.match(label("2024-03-27T10:00:00Z"), /2024/);
});

test("yesterday is yesterday on the days the clocks change", () => {
  const dates = new Dates("en-GB", "Europe/Berlin", { today: "T", yesterday: "Y" });
  for (const [now, before] of [["2026-03-29T21:30:00Z", "2026-03-28T10:00:00Z"], ["2026-10-25T22:30:00Z", "2026-10-24T10:00:00Z"]]) {
    assert.equal(dates.dayLabel(new Date(before), new Date(now)), "Y");
  }
});

test("in lists of many days a time is its day and hour, or, where room is short, the one of them that tells more", () => {
  const dates = new Dates("en-US", "Europe/Berlin", { today: "Today", yesterday: "Yesterday" });
  const now = new Date("2026-03-29T12:00:00Z");
  const said = (way, text) => dates[way](new Date(text), now).replaceAll("\u202f", " ");
  assert.equal(said("moment", "2026-03-29T08:00:00Z"), "Today, 10:00 AM");
  assert.equal(said("moment", "2026-03-27T20:00:00Z"), "Friday, March 27, 9:00 PM");
  assert.equal(said("brief", "2026-03-29T08:00:00Z"), "10:00 AM");
  assert.equal(said("brief", "2026-03-28T08:00:00Z"), "Yesterday");
});

test("a time zone nobody knows is the browser's own", () => {
  assert.match(new Dates("en-GB", "Mars/Olympus").clock(new Date()), /^\d\d:\d\d$/);
});

test("the browser's variant of the page's language says how times look", () => {
  assert.equal(localeFor("en", ["de-DE", "en-GB"]), "en-GB");
  assert.equal(localeFor("de", ["en-US"]), "de");
});

test("waiting is random up to a growing limit, and never longer than 30 seconds", () => {
  assert.equal(delayBefore(0, () => 1), 500);
  assert.equal(delayBefore(3, () => 1), 4000);
  assert.equal(delayBefore(3, () => 0), 0);
  assert.equal(delayBefore(5000, () => 1), 30_000);
});

test("a UUID is made without randomUUID too, as on plain http", () => {
  const made = uuid({ getRandomValues: (bytes) => bytes.fill(255) });
  assert.equal(made, "ffffffff-ffff-4fff-bfff-ffffffffffff");
  assert.notEqual(uuid(), uuid());
});

test("a word's parts are filled once: what a value contains is not a part", () => {
  assert.equal(fill("{a} and {b}", { a: "{b}", b: "$&" }), "{b} and $&");
  assert.equal(fill("{missing}", {}), "{missing}");
});

test("an address of ours leads to a room, a place in it, or nowhere", () => {
  const at = (path) => placeIn(new URL(path, "http://here"));
  assert.deepEqual(at("/rooms/7/"), { room: "7", message: null, seq: null });
  assert.deepEqual(at("/rooms/7/?at=12"), { room: "7", message: null, seq: 12 });
  assert.deepEqual(at("/rooms/7/m/99/"), { room: "7", message: "99", seq: null });
  for (const path of ["/rooms/", "/rooms/7/members/", "/rooms/x/", "/people/7/"]) assert.equal(at(path), null);
});
