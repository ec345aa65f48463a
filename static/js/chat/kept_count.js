/** In the sidebar, at one's own lists: how much is to do, and how many reminders are due. */
import { on } from "../lib/events.js";
import { number } from "../lib/words.js";

export default class KeptCount {
  constructor(link) {
    this.link = link;
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:saved.updated", ({ todo }) => this.#show("todo", todo), { signal });
    on("tw:reminders.updated", ({ due }) => this.#show("due", due), { signal });
    on("tw:ui.kept", ({ todo, due }) => (this.#show("todo", todo), this.#show("due", due)), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #show(name, count) {
    const place = this.link.querySelector(`[data-kept-${name}]`);
    place.hidden = count === 0;
    place.firstChild.textContent = number(count);
  }
}
