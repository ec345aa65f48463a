/**
 * The composer's draft: what is being written is kept, comes back after a reload and on other devices, and a draft that
 * another device wrote meanwhile is offered over the composer (realtime/drafts.js).
 */
import { clone } from "../lib/dom.js";
import { insert } from "../lib/edit.js";
import { on } from "../lib/events.js";
import { drafts } from "../realtime/drafts.js";

const QUIET_MS = 400;
const SHOWN_MOST = 160;

export default class WrittenDraft {
  constructor(element) {
    this.element = element;
    this.area = element.querySelector("textarea");
    this.room = element.dataset.room;
    this.thread = element.dataset.thread ?? null;
    this.timer = null;
    this.note = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    const mine = (handler) => (event) => event.room === this.room && event.thread === this.thread && handler(event);
    this.area.addEventListener("input", () => this.#later(), { signal });
    // The last moments one is told of on a phone, and before a page is left.
    document.addEventListener("visibilitychange", () => this.keep(), { signal });
    addEventListener("pagehide", () => this.keep(), { signal });
    on("tw:ui.draft-shown", mine(({ text }) => this.#show(text)), { signal });
    on("tw:ui.draft-other", mine(({ text }) => this.#offer(text)), { signal });
    const { value } = this.area;
    const text = drafts.open(this.room, this.thread, value);
    if (text !== value) this.#show(text);
    // Written before this ran: nothing has been told of it.
    else if (value) this.#later();
    this.#offer(drafts.other(this.room, this.thread));
  }

  stop() {
    this.keep();
    this.listening.abort();
  }

  keep() {
    clearTimeout(this.timer);
    if (this.timer === null) return;
    this.timer = null;
    drafts.write(this.room, this.thread, this.area.value);
  }

  #show(text) {
    // What was typed in this very moment is not known yet: it stays, and is found to differ.
    if (this.timer !== null) return this.keep();
    this.area.value = text;
    this.area.setSelectionRange(text.length, text.length);
    this.area.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "restored" }));
    clearTimeout(this.timer);
    this.timer = null;
  }

  /** Another device wrote something else: both stay until one decides. */
  #offer(text) {
    this.note?.remove();
    this.note = null;
    if (!text) return;
    this.note = clone("other-draft-template");
    const words = text.trim().replace(/\s+/g, " ");
    this.note.querySelector("[data-text]").textContent = words.length > SHOWN_MOST ? `${words.slice(0, SHOWN_MOST)}…` : words;
    this.note.querySelector("[data-draft=use]").addEventListener("click", () => this.#use(text));
    this.note.querySelector("[data-draft=delete]").addEventListener("click", () => this.#decided());
    this.element.before(this.note);
  }

  #use(text) {
    const { area } = this;
    area.setSelectionRange(area.value.length, area.value.length);
    // It may have taken the empty place by itself, as one presses.
    if (area.value.trim() !== text.trim()) insert(area, area.value.trim() ? `\n\n${text}` : text);
    this.#decided();
  }

  #decided() {
    this.keep();
    drafts.settle(this.room, this.thread);
    this.area.focus({ preventScroll: true });
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), this.area.value ? QUIET_MS : 0);
  }
}
