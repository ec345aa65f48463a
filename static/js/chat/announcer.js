/**
 * Says new messages to a screen reader: one or two by name and words, more as a number, and no oftener than a voice
 * can follow. Pages of history and what one wrote oneself are not announced.
 */
import { plural, word } from "../lib/words.js";

const EVERY_MS = 3_000;
const EACH_MOST = 2;
const CHARACTERS_MOST = 200;

export class Announcer {
  #waiting = [];
  #timer = null;

  constructor(region) {
    this.region = region;
  }

  stop() {
    clearTimeout(this.#timer);
  }

  /** `name` wrote `text`. */
  say(name, text) {
    this.#waiting.push(word("said", { name, text: text.slice(0, CHARACTERS_MOST) }));
    if (this.#timer === null) this.#speak();
  }

  #speak() {
    this.#timer = null;
    if (!this.#waiting.length) return;
    const lines = this.#waiting.length > EACH_MOST ? [plural("said-many", this.#waiting.length)] : this.#waiting;
    this.#waiting = [];
    this.region.replaceChildren(
      ...lines.map((line) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = line;
        return paragraph;
      }),
    );
    this.#timer = setTimeout(() => this.#speak(), EVERY_MS);
  }
}
