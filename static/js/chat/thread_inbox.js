/** The list of threads one follows: shown anew when something in one of them changed, and nobody is in the middle of it. */
import { on } from "../lib/events.js";
import { page } from "../lib/http.js";
import { showTimes } from "../lib/time.js";

/** Answers come in bunches: the list is fetched once, after the last. */
const SETTLES_MS = 600;

export default class ThreadInbox {
  constructor(element) {
    this.element = element;
    this.timer = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:threads.changed", () => this.#later(), { signal });
    on("tw:ui.posted", ({ action }) => new URL(action, location).pathname.includes("/threads/") && this.#load(), { signal });
    showTimes(this.element);
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.timer);
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#load(), SETTLES_MS);
  }

  async #load() {
    const list = this.element.querySelector("[data-found]");
    try {
      const { found } = await page(location.pathname + location.search, { signal: this.listening.signal });
      const fresh = found.querySelector("[data-found]");
      if (!fresh || !list.isConnected) return;
      const here = document.activeElement?.closest?.(".threads__item");
      const { root } = here && list.contains(here) ? here.dataset : {};
      list.replaceChildren(...fresh.childNodes);
      if (root) list.querySelector(`[data-root="${CSS.escape(root)}"] .threads__link`)?.focus({ preventScroll: true });
      showTimes(this.element);
    } catch {
      // Offline, or on the way elsewhere: the next change, or the next visit, shows it.
    }
  }
}
