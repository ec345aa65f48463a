/** A message opened from a search: the words that were searched stand marked in it, as the browser's own highlight. */
import { on } from "../lib/events.js";

const NAME = "found";

export default class Found {
  constructor() {
    this.listening = new AbortController();
    on("tw:ui.room", () => requestAnimationFrame(() => this.#mark()), { signal: this.listening.signal });
  }

  stop() {
    this.listening.abort();
  }

  #mark() {
    if (!globalThis.CSS?.highlights) return;
    CSS.highlights.delete(NAME);
    const asked = new URLSearchParams(location.search);
    const body = document.querySelector(`.timeline .message[data-seq="${Number(asked.get("at"))}"] .message__main`);
    const words = (asked.get("find") ?? "").toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu);
    if (!body || !words) return;
    const ranges = [];
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.toLowerCase();
      // Some letters change their number with their case: then places would be off.
      if (text.length !== node.data.length || node.parentElement.closest(".message__head")) continue;
      for (const word of words) {
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
          if (/[\p{L}\p{N}]/u.test(text[at - 1] ?? "") && /^[\x20-\x7e]+$/.test(word)) continue;
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + word.length);
          ranges.push(range);
        }
      }
    }
    if (ranges.length) CSS.highlights.set(NAME, new Highlight(...ranges));
  }
}
