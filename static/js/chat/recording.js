/**
 * One recording, from a microphone to a file. It ends when it is asked to, and when the microphone goes (a call, a plug
 * that is pulled): what was recorded until then is there either way.
 */
import { holdPage } from "../lib/leaving.js";
import { loudness, waveform } from "../lib/sound.js";

const BITS_PER_SECOND = 32_000;

export class Recording {
  #parts = [];
  #levels = [];
  #began = performance.now();
  #seconds = null;
  #asked = false;
  /** Nobody wants it. */
  thrown = false;

  /** `type` is what is recorded, `most` its seconds, `name` the file's. */
  constructor(stream, { type, most, name }) {
    Object.assign(this, { stream, type, most, name });
    this.recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS_PER_SECOND });
    this.context = new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.context.createMediaStreamSource(stream).connect(this.analyser);
    this.recorder.addEventListener("dataavailable", ({ data }) => this.#parts.push(data));
    /** What came of it, once: { file, told, asked }; `asked` is false where the microphone ended it. Null where there is nothing, or it was thrown away. */
    this.done = new Promise((resolve) => this.recorder.addEventListener("stop", () => resolve(this.#end()), { once: true }));
    for (const track of stream.getTracks()) track.addEventListener("ended", () => this.#stop());
    holdPage(this, true);
    this.recorder.start(1000);
  }

  get seconds() {
    return this.#seconds ?? Math.min(this.most, (performance.now() - this.#began) / 1000);
  }

  /** Listens how loud it is now; all that was heard so far. */
  listen() {
    const samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(samples);
    this.#levels.push(loudness(samples));
    return this.#levels;
  }

  finish() {
    this.#asked = true;
    this.#stop();
  }

  throwAway() {
    this.thrown = true;
    this.#stop();
  }

  #stop() {
    this.#seconds ??= this.seconds;
    if (this.recorder.state !== "inactive") this.recorder.stop();
  }

  /** The recorder has handed over all it has. */
  #end() {
    this.#seconds ??= this.seconds;
    stopTracks(this.stream);
    this.context.close();
    holdPage(this, false);
    const type = this.type.split(";")[0];
    const file = new File(this.#parts, this.name, { type });
    if (this.thrown || file.size === 0) return null;
    const told = { voice: 1, duration: this.#seconds.toFixed(2), waveform: JSON.stringify(waveform(this.#levels)) };
    return { file, told, asked: this.#asked };
  }
}

export function stopTracks(stream) {
  for (const track of stream.getTracks()) track.stop();
}
