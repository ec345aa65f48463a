/**
 * Voice notes, recorded in the composer: a press on the microphone begins, Enter or the button finishes, Esc or the cross
 * throws it away. What comes out is a file like any other. Where nothing else is written it is sent at once; what ended
 * by itself, or because one left the room, waits in its composer.
 */
import { clone } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { bar, clock } from "../lib/sound.js";
import { word } from "../lib/words.js";

const LISTEN_EVERY_MS = 100;
const BARS = 120;
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
    this.form.addEventListener("submit", (event) => this.recording && this.#sendAll(event), { signal, capture: true });
  }

  stop() {
    this.listening?.abort();
    this.recording?.finish();
  }

  async #start() {
    if (this.asking) return;
    this.asking = true;
    try {
      // Not part of every visit.
      const { Recording, stopTracks } = await import("./recording.js");
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
      // The room was left while the browser asked.
      if (this.listening.signal.aborted) return stopTracks(stream);
      this.#record(stream, Recording);
    } catch (error) {
      const why = { NotAllowedError: "voice.refused", SecurityError: "voice.refused", TypeError: "unreachable" }[error.name];
      emit("tw:ui.toast", { tone: "error", text: word(why ?? "voice.none") });
    } finally {
      this.asking = false;
    }
  }

  #record(stream, Recording) {
    const name = `${word("voice.name")}.${ENDINGS[this.type.split(";")[0].split("/")[1]]}`;
    this.recording = new Recording(stream, { type: this.type, most: this.most, name });
    this.recording.done.then((note) => this.#done(note));
    this.strip = clone("voice-template");
    const { strip } = this;
    strip.addEventListener("click", ({ target }) => {
      const does = target.closest("[data-voice]")?.dataset.voice;
      if (does === "done") this.recording.finish();
      else if (does === "cancel") this.recording.throwAway();
    });
    strip.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.recording.throwAway();
    });
    this.form.querySelector(".composer__extras").append(strip);
    this.button.setAttribute("aria-pressed", "true");
    strip.querySelector('[data-voice="done"] > span').textContent = word(this.#goesAtOnce() ? "voice.send" : "voice.add");
    strip.querySelector(".voice__state").textContent = word("voice.recording");
    // Enter on the button in focus finishes.
    strip.querySelector('[data-voice="done"]').focus();
    this.timer = setInterval(() => this.#listen(), LISTEN_EVERY_MS);
  }

  /** Sent while it records: what was said until then goes along, with the words. */
  #sendAll(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    this.sending = true;
    this.recording.finish();
  }

  #goesAtOnce() {
    return !this.area.value.trim() && !this.form.querySelector(".attached__item");
  }

  #listen() {
    const levels = this.recording.listen();
    const { seconds } = this.recording;
    this.strip.querySelector(".voice__time").textContent = clock(seconds);
    // Talk is rarely louder than a third of what a microphone can take.
    this.strip.querySelector(".voice__levels").replaceChildren(...levels.slice(-BARS).map((level, place) => bar(Math.min(100, level * 300), place)));
    if (seconds < this.most) return;
    emit("tw:ui.toast", { text: word("voice.longest") });
    this.recording.finish();
  }

  #done(note) {
    const { thrown } = this.recording;
    const left = this.listening.signal.aborted;
    const atOnce = note?.asked && !left && (this.sending || this.#goesAtOnce());
    this.recording = null;
    this.sending = false;
    clearInterval(this.timer);
    this.strip.remove();
    this.button.setAttribute("aria-pressed", "false");
    if (!note && !thrown) emit("tw:ui.toast", { tone: "error", text: word("voice.none") });
    if (note && left) emit("tw:ui.toast", { text: word("voice.kept") });
    else if (note && !note.asked) emit("tw:ui.toast", { tone: "warning", text: word("voice.lost") });
    if (note) emit("tw:ui.attach", { form: this.form, files: [note.file], told: note.told });
    if (left) return;
    if (atOnce) this.form.requestSubmit();
    else (note ? this.area : this.button).focus();
  }
}
