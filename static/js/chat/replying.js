/**
 * Answering in line: a strip over the words says which message is answered; × or Esc takes it away. What is sent then
 * carries `reply_to`. On touch a swipe over a message begins it. It is kept beside the draft, on this device: whoever looks
 * elsewhere and comes back answers still.
 */
import { keepReply, replyOf } from "../lib/drafts.js";
import { emit, on } from "../lib/events.js";
import { me } from "../lib/me.js";
import { messageOf, textOf } from "./message.js";
import { quoteOf, show } from "./parts/quote.js";

export default class Replying {
  constructor(strip) {
    this.strip = strip;
    this.form = strip.closest("form");
    this.room = this.form.dataset.room;
    this.thread = this.form.dataset.thread ?? null;
    this.user = me()?.id;
    this.quote = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.action", ({ action, row }) => action === "reply" && this.#isOurs(row) && this.#begin(messageOf(row), textOf(row)), { signal });
    on("tw:ui.sending", ({ form, extras }) => form === this.form && this.#carry(extras), { signal });
    on("tw:ui.sent", ({ form }) => form === this.form && this.#end(), { signal });
    for (const name of ["created", "updated"]) on(`tw:message.${name}`, (event) => this.quote && this.#changed(event), { signal });
    strip.querySelector("[data-replying-ends]").addEventListener("click", () => this.#leave(), { signal });
    // Sent or thrown away on another device.
    on("tw:ui.draft-shown", ({ room, thread, text }) => !text && room === this.room && thread === this.thread && this.#forget(), { signal });
    // Before the keys of the whole page, and after the list of suggestions, which closes first.
    this.form.addEventListener("keydown", (event) => this.#key(event), { signal });
    const kept = replyOf(this.user, this.room, this.thread);
    // Deleted meanwhile it cannot be answered; one that is not on the page is the server's to judge.
    if (kept && document.getElementById(`m-${kept.id}`)?.matches(".message--deleted")) this.#end();
    else if (kept) this.#answer(kept);
  }

  stop() {
    this.listening.abort();
  }

  /** Each list has its composer: the room's, or the thread's. */
  #isOurs(row) {
    const list = row.closest(".timeline");
    return (list?.dataset.thread ?? null) === this.thread && list.dataset.room === this.room;
  }

  #begin(message, text) {
    if (!message) return;
    this.#answer(quoteOf(message, text));
    emit("tw:ui.focus-composer", { thread: this.thread });
  }

  #answer(quote) {
    this.#become(quote);
    show(this.strip.querySelector(".quote"), this.room, quote);
    emit("tw:ui.extra", { form: this.form, name: "reply_to", value: quote.id });
  }

  /** The row that is not sent yet shows what it answers. */
  #carry(extras) {
    if (this.quote) extras.shown = { ...extras.shown, quote: this.quote };
  }

  /** Deleted, or moved to another room, where it is heard of, or a note in its place, it cannot be answered any more. */
  #changed({ room, message }) {
    const { id, seq } = this.quote;
    const here = room === this.room;
    if (message.id === id && here && !message.deleted) this.#become(quoteOf(message));
    else if (message.id === id || (here && message.seq === seq)) this.#forget();
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !this.quote) return;
    event.preventDefault();
    this.#leave();
  }

  #leave() {
    this.#forget();
    emit("tw:ui.focus-composer", { thread: this.thread });
  }

  #forget() {
    emit("tw:ui.extra", { form: this.form, name: "reply_to", value: null });
    this.#end();
  }

  #end() {
    this.#become(null);
  }

  #become(quote) {
    this.quote = quote;
    this.strip.hidden = !quote;
    keepReply(this.user, this.room, quote, this.thread);
  }
}
