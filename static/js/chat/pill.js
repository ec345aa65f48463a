/** The two buttons over the timeline: how much is new below (or simply the way back down), how much is unread above. */
import { plural, word } from "../lib/words.js";

export class Pill {
  /** `name(n)` gives its words for a count; `press()` is what it does. */
  constructor(button, { name, press, signal }) {
    Object.assign(this, { button, name });
    this.text = button.querySelector(".pill__text");
    button.addEventListener("click", press, { signal });
  }

  /** Shown with a count (0 where there is only the way), or hidden with null. */
  show(count) {
    const hidden = count === null;
    if (this.button.hidden !== hidden) this.button.hidden = hidden;
    if (hidden) return;
    const text = this.name(count);
    if (this.text.textContent !== text) this.text.textContent = text;
    this.button.classList.toggle("pill--news", count > 0);
  }
}

export const belowWords = (count) => (count > 0 ? plural("new", count) : word("newest"));
export const aboveWords = (count) => plural("unread-above", count);
