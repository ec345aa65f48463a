/** A voice note is there however its recording ends. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Recording } from "../../../static/js/chat/recording.js";

let now = 0;
globalThis.performance.now = () => now;
globalThis.AudioContext = class {
  createAnalyser = () => ({ fftSize: 4, getFloatTimeDomainData: (samples) => samples.fill(0.5) });
  createMediaStreamSource = () => ({ connect() {} });
  close() {}
};
globalThis.MediaRecorder = class extends EventTarget {
  state = "inactive";
  start() {
    this.state = "recording";
  }
  hands(bytes) {
    this.dispatchEvent(Object.assign(new Event("dataavailable"), { data: new Blob([bytes]) }));
  }
  stop() {
    this.state = "inactive";
    queueMicrotask(() => {
      this.hands("rest");
      this.dispatchEvent(new Event("stop"));
    });
  }
};
const page = new Set();
globalThis.addEventListener = (name, handler) => page.add(handler);
globalThis.removeEventListener = (name, handler) => page.delete(handler);

function microphone() {
  const track = Object.assign(new EventTarget(), { stopped: false, stop: () => (track.stopped = true) });
  return { track, stream: { getTracks: () => [track] } };
}

function begin() {
  const { track, stream } = microphone();
  const recording = new Recording(stream, { type: "audio/webm;codecs=opus", most: 300, name: "Voice note.webm" });
  return { recording, track };
}

beforeEach(() => (now = 0));

test("finished, it has its bytes, its length and its shape, and the page may go again", async () => {
  const { recording, track } = begin();
  assert.equal(page.size, 1);
  recording.recorder.hands("first ");
  recording.listen();
  now = 2_500;
  recording.finish();
  now = 9_000;
  const { file, told, asked } = await recording.done;
  assert.deepEqual([await file.text(), file.name, file.type, asked], ["first rest", "Voice note.webm", "audio/webm", true]);
  assert.deepEqual([told.duration, JSON.parse(told.waveform)[0]], ["2.50", 100]);
  assert.ok(track.stopped);
  assert.equal(page.size, 0);
});

test("where the microphone goes, by its track or by the recorder, what was said is there", async () => {
  for (const goes of [({ track }) => track.dispatchEvent(new Event("ended")), ({ recording }) => recording.recorder.stop()]) {
    now = 0;
    const begun = begin();
    begun.recording.recorder.hands("said ");
    now = 1_000;
    goes(begun);
    const { file, told, asked } = await begun.recording.done;
    assert.deepEqual([await file.text(), told.duration, asked], ["said rest", "1.00", false]);
  }
});

test("thrown away, nothing is there", async () => {
  const { recording, track } = begin();
  recording.throwAway();
  assert.equal(await recording.done, null);
  assert.ok(track.stopped && recording.thrown);
});
