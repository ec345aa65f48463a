/**
 * Voice notes, recorded in the composer: a press on the microphone begins, Enter or the button finishes, Esc or the cross
 * throws it away. What comes out is a file like any other. Where nothing else is written it is sent at once.
 */
import { clone } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { clock, loudness, waveform } from "../lib/sound.js";
import { word } from "../lib/words.js";
import { bar } from "./player.js";

const LISTEN_EVERY_MS = 100;
const BARS = 120;
const BITS_PER_SECOND = 32_000;
/** What browsers record, the smaller first; the last is Safari's. */
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const ENDINGS = { webm: "webm", ogg: "ogg", mp4: "m4a" };

export default class Voice {
  constructor(button) {
    this.button = button;
    this.form = button.closest("form");
    this.area = this.form.querySelector("textarea");
    this.most = Number(button.dataset.most);
    this.recording = null;
    this.asking = false;
    const type = globalThis.MediaRecorder && TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    // On an insecure address browsers have no microphone to give.
    if (!type || !navigator.mediaDevices?.getUserMedia) return;
    this.type = type;
    button.hidden = false;
    this.listening = new AbortController();
    const { signal } = this.listening;
    button.addEventListener("click", () => this.recording || this.#start(), { signal });
  }

  stop() {
    this.listening?.abort();
    this.#end();
  }

  async #start() {
    if (this.asking) return;
    this.asking = true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
      // The room was left while the browser asked.
      if (this.listening.signal.aborted) return stopTracks(stream);
      this.#record(stream);
    } catch (error) {
      const refused = error.name === "NotAllowedError" || error.name === "SecurityError";
      emit("tw:ui.toast", { tone: "error", text: word(refused ? "voice.refused" : "voice.none") });
    } finally {
      this.asking = false;
    }
  }

  #record(stream) {
    const recorder = new MediaRecorder(stream, { mimeType: this.type, audioBitsPerSecond: BITS_PER_SECOND });
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const strip = clone("voice-template");
    this.recording = { stream, recorder, context, analyser, strip, levels: [], parts: [], began: performance.now() };
    recorder.addEventListener("dataavailable", ({ data }) => this.recording?.parts.push(data));
    recorder.addEventListener("stop", () => this.#recorded());
    strip.addEventListener("click", ({ target }) => {
      const does = target.closest("[data-voice]")?.dataset.voice;
      if (does === "done") this.#finish();
      else if (does === "cancel") this.#cancel();
    });
    strip.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.#cancel();
    });
    this.form.querySelector(".composer__extras").append(strip);
    this.button.setAttribute("aria-pressed", "true");
    strip.querySelector('[data-voice="done"] > span').textContent = word(this.#goesAtOnce() ? "voice.send" : "voice.add");
    strip.querySelector(".voice__state").textContent = word("voice.recording");
    // Enter on the button in focus finishes.
    strip.querySelector('[data-voice="done"]').focus();
    recorder.start(1000);
    this.recording.timer = setInterval(() => this.#listen(), LISTEN_EVERY_MS);
  }

  #goesAtOnce() {
    return !this.area.value.trim() && !this.form.querySelector(".attached__item");
  }

  #seconds() {
    return Math.min(this.most, (performance.now() - this.recording.began) / 1000);
  }

  #listen() {
    const { analyser, levels, strip } = this.recording;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    levels.push(loudness(samples));
    const seconds = this.#seconds();
    strip.querySelector(".voice__time").textContent = clock(seconds);
    // Talk is rarely louder than a third of what a microphone can take.
    strip.querySelector(".voice__levels").replaceChildren(...levels.slice(-BARS).map((level, place) => bar(Math.min(100, level * 300), place)));
    if (seconds < this.most) return;
    emit("tw:ui.toast", { text: word("voice.longest") });
    this.#finish();
  }

  #finish() {
    if (!this.recording || this.recording.recorder.state === "inactive") return;
    this.recording.duration = this.#seconds();
    this.recording.recorder.stop();
  }

  #cancel() {
    this.#end();
    this.button.focus();
  }

  /** The recorder has handed over all it has. */
  #recorded() {
    if (!this.recording?.duration) return;
    const { parts, levels, duration } = this.recording;
    const atOnce = this.#goesAtOnce();
    this.#end();
    const type = this.type.split(";")[0];
    const file = new File(parts, `${word("voice.name")}.${ENDINGS[type.split("/")[1]]}`, { type });
    const told = { voice: 1, duration: duration.toFixed(2), waveform: JSON.stringify(waveform(levels)) };
    emit("tw:ui.attach", { form: this.form, files: [file], told });
    if (atOnce) this.form.requestSubmit();
    else this.area.focus();
  }

  #end() {
    if (!this.recording) return;
    const { stream, recorder, context, strip, timer } = this.recording;
    this.recording = null;
    clearInterval(timer);
    if (recorder.state !== "inactive") recorder.stop();
    stopTracks(stream);
    context.close();
    strip.remove();
    this.button.setAttribute("aria-pressed", "false");
  }
}

function stopTracks(stream) {
  for (const track of stream.getTracks()) track.stop();
}
