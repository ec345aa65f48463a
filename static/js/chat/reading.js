/**
 * When a message counts as read: the tab is seen and has the focus, and half of the message has been in view for 0.7 s.
 * The mark is one number and only grows, so the last such message is all that matters.
 */
import { isWatching } from "../lib/dom.js";

const DWELL_MS = 700;

export class Reading {
  #timer = null;
  #candidate = 0;

  /** `lastSeen()`: the seq of the last message in view, or 0; `mark(seq)`. */
  constructor({ lastSeen, mark, signal }) {
    Object.assign(this, { lastSeen, mark });
    for (const name of ["focus", "blur"]) addEventListener(name, () => this.look(), { signal });
    document.addEventListener("visibilitychange", () => this.look(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Something moved, came or went. */
  look() {
    if (!isWatching()) {
      clearTimeout(this.#timer);
      this.#timer = null;
      return;
    }
    if (this.#timer !== null) return;
    this.#candidate = this.lastSeen();
    if (this.#candidate) this.#timer = setTimeout(() => this.#dwelt(), DWELL_MS);
  }

  #dwelt() {
    this.#timer = null;
    if (!isWatching()) return;
    const now = this.lastSeen();
    const seen = Math.min(now, this.#candidate);
    if (seen) this.mark(seen);
    if (now > seen) this.look();
  }
}
