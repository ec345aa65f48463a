/**
 * When the server asks to slow down: what was written stands in the room as not sent yet, and goes out by itself. Here
 * one reads when. Short waits say nothing: they are over before they are read. Where very many messages wait to go out,
 * what is in the composer stays there, and this says so.
 */
import { on } from "../lib/events.js";
import { plural, word } from "../lib/words.js";
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
    this.full = false;
    this.listening = new AbortController();
    on("tw:outbox.changed", ({ room }) => (room === this.room || outbox.full || this.full) && this.#look(), { signal: this.listening.signal });
    this.#look();
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.timer);
  }

  #look() {
    clearTimeout(this.timer);
    this.full = outbox.full;
    if (this.full) return this.#show(word("outbox.full"), word("outbox.full"));
    const until = outbox.slowedUntil(this.room);
    const left = until === null ? 0 : until - Date.now();
    if (until === null || (this.element.hidden && left < SHOWN_FROM_MS)) return this.#hide();
    const words = plural("slowed", Math.max(1, Math.ceil(left / 1000)));
    this.#show(words, this.element.hidden ? words : this.said.textContent);
    this.timer = setTimeout(() => this.#look(), TICK_MS);
  }

  #show(words, said) {
    if (this.said.textContent !== said) this.said.textContent = said;
    this.element.hidden = false;
    if (this.shown.textContent !== words) this.shown.textContent = words;
  }

  #hide() {
    this.element.hidden = true;
    this.said.textContent = this.shown.textContent = "";
  }
}
