/**
 * The page to catch up on: its times, and which of its rooms are read by now, as far as it shows them: by its own button
 * (chat/unread.js), in another tab or on another device.
 */
import { on } from "../lib/events.js";
import { showTimes } from "../lib/time.js";
import { word } from "../lib/words.js";
import { room as known } from "../realtime/store.js";

export default class CatchUp {
  constructor(element) {
    this.element = element;
    this.listening = new AbortController();
    on("tw:store.rooms", ({ changed }) => changed.forEach((id) => this.#show(id)), { signal: this.listening.signal });
    showTimes(element);
  }

  stop() {
    this.listening.abort();
  }

  #show(id) {
    const section = this.element.querySelector(`#catch-up-${CSS.escape(id)}`)?.closest(".catch-up__room");
    const form = section?.querySelector("[data-reads]");
    const read = known(id)?.read_seq >= Number(form?.elements.seq.value);
    if (!form || form.hidden === read) return;
    // What had the focus goes: reading on begins at the room's name.
    if (form.contains(document.activeElement)) section.querySelector(".catch-up__name a").focus();
    form.hidden = read;
    const [count, badge] = [".catch-up__unread", ".badge--mention"].map((name) => section.querySelector(name));
    count.dataset.unread ??= count.textContent;
    count.textContent = read ? word("read.all-here") : count.dataset.unread;
    if (badge) badge.hidden = read;
  }
}
