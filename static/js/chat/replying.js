/**
 * Answering in line: a strip over the words says which message is answered; × or Esc takes it away. What is sent then
 * carries `reply_to`. On touch a swipe over a message begins it.
 */
import { emit, on } from "../lib/events.js";
import { messageOf, textOf } from "./message.js";
import { quoteOf, show } from "./parts/quote.js";

export default class Replying {
  constructor(strip) {
    this.strip = strip;
    this.form = strip.closest("form");
    this.thread = this.form.dataset.thread ?? null;
    this.quote = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.action", ({ action, row }) => action === "reply" && this.#isOurs(row) && this.#begin(messageOf(row), textOf(row)), { signal });
    on("tw:ui.sending", ({ form, extras }) => form === this.form && this.#carry(extras), { signal });
    on("tw:ui.sent", ({ form }) => form === this.form && this.#end(), { signal });
    on("tw:message.updated", ({ message }) => message.id === this.quote?.id && this.#changed(message), { signal });
    strip.querySelector("[data-replying-ends]").addEventListener("click", () => this.#leave(), { signal });
    // Before the keys of the whole page, and after the list of suggestions, which closes first.
    this.form.addEventListener("keydown", (event) => this.#key(event), { signal });
  }

  stop() {
    this.listening.abort();
  }

  /** Each list has its composer: the room's, or the thread's. */
  #isOurs(row) {
    const list = row.closest(".timeline");
    return (list?.dataset.thread ?? null) === this.thread && list.dataset.room === this.form.dataset.room;
  }

  #begin(message, text) {
    if (!message) return;
    this.quote = quoteOf(message, text);
    show(this.strip.querySelector(".quote"), message.room, this.quote);
    this.strip.hidden = false;
    emit("tw:ui.extra", { form: this.form, name: "reply_to", value: message.id });
    emit("tw:ui.focus-composer", { thread: this.thread });
  }

  /** The row that is not sent yet shows what it answers. */
  #carry(extras) {
    if (this.quote) extras.shown = { ...extras.shown, quote: this.quote };
  }

  #changed(message) {
    if (message.deleted) this.#leave();
    else this.quote = quoteOf(message);
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !this.quote) return;
    event.preventDefault();
    this.#leave();
  }

  #leave() {
    emit("tw:ui.extra", { form: this.form, name: "reply_to", value: null });
    this.#end();
    emit("tw:ui.focus-composer", { thread: this.thread });
  }

  #end() {
    this.quote = null;
    this.strip.hidden = true;
  }
}
