/**
 * In the head of a room: how many messages are pinned; the open list of them is shown anew when that changes. Known by
 * their seq: of one that moved to another room, the room hears only of the note that takes its place.
 */
import { emit, on } from "../lib/events.js";
import { number, plural } from "../lib/words.js";

export default class Pins {
  constructor(link) {
    this.link = link;
    this.pinned = new Set(link.dataset.pinned.split(" ").filter(Boolean));
    this.listening = new AbortController();
    const { signal } = this.listening;
    for (const name of ["created", "updated"]) {
      on(`tw:message.${name}`, ({ room, message }) => room === link.dataset.room && this.#changed(message), { signal });
    }
    this.#show();
  }

  stop() {
    this.listening.abort();
  }

  #changed({ seq, pinned, deleted }) {
    const place = String(seq);
    const before = this.pinned.has(place);
    const now = Boolean(pinned) && !deleted;
    if (now) this.pinned.add(place);
    else this.pinned.delete(place);
    if (before === now) return;
    this.#show();
    if (document.querySelector("#side:not([hidden]) [data-kept=pins]")) emit("tw:ui.side", { again: true });
  }

  #show() {
    const { size } = this.pinned;
    const count = this.link.querySelector("[data-pins-count]");
    count.textContent = number(size);
    count.hidden = size === 0;
    this.link.setAttribute("aria-label", plural("pins", size));
  }
}
