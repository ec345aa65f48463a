/**
 * In a composer: send what is written later, at a time of the menu or one that is asked for; and a line that says how
 * much waits to be sent here. The words go through `tw:ui.sending` first, as if sent now: whoever has to ask, asks.
 */
import { emit, on } from "../lib/events.js";
import { post } from "../lib/http.js";
import { browserZone } from "../lib/time.js";
import { plural, word } from "../lib/words.js";

/** What of the extras of a message can wait with it. */
const KEPT = ["reply_to", "thread"];

export default class Later {
  #wanted = null;

  constructor(element) {
    this.element = element;
    this.form = element.closest("form.composer");
    this.area = this.form.querySelector("textarea");
    this.button = element.querySelector("[popovertarget]");
    this.listening = new AbortController();
    const { signal } = this.listening;
    element.addEventListener("click", ({ target }) => this.#choose(target.closest("[data-later]")), { signal });
    on("tw:ui.sending", (sending) => sending.form === this.form && this.#wanted && this.#take(sending), { signal });
    on("tw:scheduled.updated", ({ room, count }) => room === this.form.dataset.room && this.#strip(count), { signal });
    this.button.hidden = false;
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

  #take({ body, extras, cancel }) {
    const wanted = this.#wanted;
    cancel();
    if (extras.attachments?.length || extras.poll) {
      emit("tw:ui.toast", { text: word("later.files"), tone: "warning" });
      return;
    }
    const { room, thread } = this.form.dataset;
    const kept = Object.fromEntries(KEPT.filter((name) => extras[name]).map((name) => [name, extras[name]]));
    const fields = { body, zone: browserZone(), ...(thread ? { thread } : {}), ...kept };
    const send = async ({ when }) => {
      const answer = await post(this.element.dataset.url, { ...fields, when });
      this.#empty(room, thread, Object.keys(extras));
      return answer;
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

  /** As after sending: the words are the server's now. */
  #empty(room, thread = null, extras = []) {
    for (const name of extras) emit("tw:ui.extra", { form: this.form, name, value: null });
    this.area.value = "";
    this.area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "sent" }));
    emit("tw:ui.sent", { room, thread, form: this.form });
  }

  #strip(count) {
    let strip = this.form.querySelector(".composer__later");
    if (!count) return strip?.remove();
    if (!strip) {
      strip = document.createElement("a");
      Object.assign(strip, { className: "composer__later", href: this.element.dataset.list });
      strip.dataset.pane = "";
      this.form.querySelector(".composer__extras").append(strip);
    }
    strip.textContent = plural("later.here", count);
  }
}
