/**
 * In a composer: send what is written later, with its files, at a time of the menu or one that is asked for; and a line
 * that says how much waits to be sent here. It goes through `tw:ui.sending` first, as if sent now: whoever has to ask, asks.
 */
import { emit, on } from "../lib/events.js";
import { post } from "../lib/http.js";
import { uuid } from "../lib/ids.js";
import { plural, word } from "../lib/words.js";

/** What was tried and is not known to be taken: {what, id}. */
let tried = null;

export default class Later {
  #wanted = null;

  constructor(element) {
    this.element = element;
    this.form = element.closest("form.composer");
    this.area = this.form.querySelector("textarea");
    this.button = this.form.querySelector("[type=submit]");
    this.listening = new AbortController();
    const { signal } = this.listening;
    element.addEventListener("click", ({ target }) => this.#choose(target.closest("[data-later]")), { signal });
    on("tw:ui.sending", (sending) => sending.form === this.form && this.#take(this.#wanted, sending), { signal });
    on("tw:scheduled.updated", ({ room, count }) => room === this.form.dataset.room && this.#strip(count), { signal });
    element.querySelector("[popovertarget]").hidden = false;
    this.#strip(Number(element.dataset.count));
  }

  stop() {
    this.listening.abort();
  }

  #choose(item) {
    if (!item) return;
    this.#wanted = item.dataset.later === "pick" ? "pick" : item.textContent.trim();
    this.form.requestSubmit();
    // Nothing was written, or it is too long: the composer said so, and Enter sends now as ever.
    this.#wanted = null;
  }

  #take(wanted, sending) {
    // On its way to wait already: not now as well, nor twice.
    if (this.button.ariaBusy) return sending.cancel();
    if (!wanted) return;
    sending.later = true;
    sending.instead((body, extras) => this.#leave(wanted, body, extras));
  }

  #leave(wanted, body, extras) {
    if (extras.hold) return emit("tw:ui.toast", { text: word("later.files"), tone: "warning" });
    const { room, thread } = this.form.dataset;
    const fields = new FormData();
    for (const [name, value] of Object.entries({ body, thread, reply_to: extras.reply_to, in_room: extras.in_room ? "1" : undefined })) {
      if (value !== undefined) fields.append(name, value);
    }
    for (const id of extras.attachments ?? []) fields.append("attachments", id);
    // Tried again because an answer was lost, the same words wait once.
    const what = `${room} ${new URLSearchParams(fields)}`;
    if (tried?.what !== what) tried = { what, id: uuid() };
    fields.append("client_id", tried.id);
    const typed = this.area.value;
    const send = async ({ when }) => {
      fields.set("when", when);
      this.button.ariaBusy = "true";
      try {
        const answer = await post(this.element.dataset.url, fields);
        tried = null;
        this.#empty(room, thread, Object.keys(extras), typed);
        return answer;
      } finally {
        this.button.ariaBusy = null;
      }
    };
    if (wanted === "pick") {
      emit("tw:ui.moment", { title: word("later.title"), button: word("later.button"), about: body.trim(), back: this.area, send });
      return;
    }
    send({ when: wanted }).then(
      ({ detail }) => emit("tw:ui.toast", { text: detail, tone: "success" }),
      (refusal) => emit("tw:ui.toast", { text: refusal.message || word("unreachable"), tone: "error" }),
    );
    this.area.focus({ preventScroll: true });
  }

  /** As after sending: the words are the server's now. What was written meanwhile stays. */
  #empty(room, thread = null, extras = [], typed = "") {
    for (const name of extras) emit("tw:ui.extra", { form: this.form, name, value: null });
    if (this.area.value !== typed) return;
    this.area.value = "";
    this.area.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "sent" }));
    emit("tw:ui.sent", { room, thread, form: this.form });
  }

  /** In the room's composer alone, for all its threads too: it would be more than waits for this one. */
  #strip(count) {
    let strip = this.form.querySelector(".composer__later");
    if (!count || this.form.dataset.thread) return strip?.remove();
    if (!strip) {
      strip = document.createElement("a");
      Object.assign(strip, { className: "composer__later", href: this.element.dataset.list });
      strip.dataset.pane = "";
      this.form.querySelector(".composer__extras").append(strip);
    }
    strip.textContent = plural("later.here", count);
  }
}
