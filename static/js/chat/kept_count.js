/** In the sidebar: how much is to do, how many reminders are due, and the offer to catch up, until one looked there. */
import { on } from "../lib/events.js";
import { number } from "../lib/words.js";

export default class KeptCount {
  constructor(link) {
    this.link = link;
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:saved.updated", ({ todo }) => this.#show("todo", todo), { signal });
    on("tw:reminders.updated", ({ due }) => this.#show("due", due), { signal });
    on("tw:ui.kept", ({ todo, due, offer }) => (this.#show("todo", todo), this.#show("due", due), this.#offer(offer)), { signal });
    on("tw:ui.room", () => document.querySelector(".catch-up") && this.#offer(""), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #offer(text) {
    const place = document.querySelector(".offer");
    place.hidden = !text;
    place.querySelector("[data-offer]").textContent = text;
  }

  #show(name, count) {
    const place = this.link.querySelector(`[data-kept-${name}]`);
    place.hidden = count === 0;
    place.firstChild.textContent = number(count);
  }
}
