/**
 * When the server asks to slow down: what was written stands in the room as not sent yet, and goes out by itself. Here
 * one reads when. Short waits say nothing: they are over before they are read.
 */
import { on } from "../lib/events.js";
import { plural } from "../lib/words.js";
import { outbox } from "../realtime/outbox.js";

const SHOWN_FROM_MS = 1_000;
const TICK_MS = 250;

export default class Slowed {
  constructor(element) {
    this.element = element;
    this.room = element.closest("form").dataset.room;
    // Read out once; the number that runs is for the eyes.
    [this.said, this.shown] = element.children;
    this.timer = null;
    this.listening = new AbortController();
    on("tw:outbox.changed", ({ room }) => room === this.room && this.#look(), { signal: this.listening.signal });
    this.#look();
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.timer);
  }

  #look() {
    clearTimeout(this.timer);
    const until = outbox.slowedUntil(this.room);
    const left = until === null ? 0 : until - Date.now();
    if (until === null || (this.element.hidden && left < SHOWN_FROM_MS)) return this.#hide();
    const words = plural("slowed", Math.max(1, Math.ceil(left / 1000)));
    if (this.element.hidden) this.said.textContent = words;
    this.element.hidden = false;
    if (this.shown.textContent !== words) this.shown.textContent = words;
    this.timer = setTimeout(() => this.#look(), TICK_MS);
  }

  #hide() {
    this.element.hidden = true;
    this.said.textContent = this.shown.textContent = "";
  }
}
