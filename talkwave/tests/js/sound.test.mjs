import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, loudness, waveform } from "../../../static/js/lib/sound.js";

test("a time as a clock says it", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(65.9), "1:05");
  assert.equal(clock(3700), "1:01:40");
  for (const unknown of [NaN, Infinity, undefined]) assert.equal(clock(unknown), "–:––");
});

test("how loud samples are", () => {
  assert.equal(loudness([]), 0);
  assert.equal(loudness([0, 0]), 0);
  assert.equal(loudness([0.5, -0.5]), 0.5);
  assert.equal(loudness([2, -2]), 1);
});

test("a waveform has its number of levels, whole and from 0 to 100, however long the recording was", () => {
  for (const length of [0, 1, 5, 63, 64, 65, 9000]) {
    const found = waveform(Array.from({ length }, (_, place) => (place % 7) / 10));
    assert.equal(found.length, 64);
    assert.ok(found.every((level) => Number.isInteger(level) && level >= 0 && level <= 100), String(length));
  }
});

test("the loudest moment reaches the top and stands where it was", () => {
  const levels = Array(640).fill(0.1);
  levels[325] = 0.4;
  const found = waveform(levels);
  assert.equal(Math.max(...found), 100);
  assert.equal(found.indexOf(100), 32);
  assert.equal(found[0], 25);
});

test("silence stays silence", () => {
  assert.deepEqual(waveform(Array(100).fill(0.0005), 4), [0, 0, 0, 0]);
});
