/**
 * The dialog in which one makes a poll: a question, its answers, and how one may choose. `tw:ui.poll` opens it too. It is
 * asked now, or at a time that is asked for, as words are that are sent later. Closed before, it is there again where it was
 * begun; "Cancel" throws it away.
 */
import { emit, on } from "../lib/events.js";
import { post } from "../lib/http.js";
import { uuid } from "../lib/ids.js";
import { plural, word } from "../lib/words.js";
import { outbox } from "../realtime/outbox.js";
import { agreed } from "./called.js";

export default class PollDialog {
  constructor(dialog) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.question = this.form.elements.question;
    this.list = dialog.querySelector(".poll-form__options");
    this.more = dialog.querySelector("[data-poll=more]");
    this.most = Number(dialog.dataset.most);
    this.to = null;
    /** Half-written ones, one a composer (its room, its thread), while this page lives. */
    this.begun = new Map();
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("click", ({ target }) => target.closest?.("[data-does=poll]") && this.open({ form: target.closest("form") }), { signal });
    on("tw:ui.poll", (wish) => this.open(wish), { signal });
    this.form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.more.addEventListener("click", () => this.#add().focus(), { signal });
    this.later = dialog.querySelector("[data-poll=later]");
    this.later.addEventListener("click", () => this.#askLater(), { signal });
    this.list.addEventListener("click", ({ target }) => this.#remove(target.closest("[data-poll=remove]")), { signal });
    dialog.querySelector("[data-poll=cancel]").addEventListener("click", () => this.#done(), { signal });
    dialog.addEventListener("close", () => this.#keep(), { signal });
    this.form.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.form.addEventListener("input", () => this.#say(""), { signal });
  }

  stop() {
    this.listening.abort();
  }

  /** `form` is the composer it is for: its room, or its thread. */
  open({ form = document.querySelector("form.composer"), ...given }) {
    if (!form) return;
    this.to = { room: form.dataset.room, thread: form.dataset.thread ?? null, form };
    const { question = "", options = [], ways = {} } = given.question ? given : (this.begun.get(this.#place) ?? {});
    this.form.reset();
    this.#say("");
    this.question.value = question;
    const { multiple, anonymous, closes } = this.form.elements;
    [multiple.checked, anonymous.checked, closes.value] = [Boolean(ways.multiple), Boolean(ways.anonymous), ways.closes ?? ""];
    this.list.replaceChildren();
    for (const text of [...options, "", ""].slice(0, Math.max(2, options.length))) this.#add(text);
    this.dialog.showModal();
    (question ? this.list.querySelector("input") : this.question).focus();
  }

  get #place() {
    return `${this.to.room}:${this.to.thread ?? ""}`;
  }

  #keep() {
    const { question, multiple, anonymous, closes } = this.form.elements;
    const options = this.#inputs().map((input) => input.value).filter((text) => text.trim());
    if (!question.value.trim() && !options.length) return this.begun.delete(this.#place);
    const ways = { multiple: multiple.checked, anonymous: anonymous.checked, closes: closes.value };
    return this.begun.set(this.#place, { question: question.value, options, ways });
  }

  /** It is asked, or thrown away. */
  #done() {
    this.form.reset();
    this.list.replaceChildren();
    this.dialog.close();
  }

  #inputs() {
    return [...this.list.querySelectorAll("input")];
  }

  #add(text = "") {
    const item = document.getElementById("poll-option-template").content.firstElementChild.cloneNode(true);
    const input = item.querySelector("input");
    input.value = text;
    this.list.append(item);
    this.#number();
    return input;
  }

  #remove(button) {
    const item = button?.closest("li");
    if (!item || this.#inputs().length <= 2) return;
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    this.#number();
    next.querySelector("input").focus();
  }

  #number() {
    const inputs = this.#inputs();
    for (const [index, input] of inputs.entries()) {
      input.setAttribute("aria-label", word("poll.option", { n: index + 1 }));
      const remove = input.parentElement.querySelector("[data-poll=remove]");
      remove.setAttribute("aria-label", word("poll.remove", { n: index + 1 }));
      remove.hidden = inputs.length <= 2;
    }
    this.more.hidden = inputs.length >= this.most;
  }

  /** Enter goes on to the next field, and makes an answer where there is none: a poll is written without the mouse. */
  #key(event) {
    const inputs = [this.question, ...this.#inputs()];
    const at = inputs.indexOf(event.target);
    if (at < 0 || event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || !event.target.value.trim()) return;
    event.preventDefault();
    const next = inputs[at + 1];
    if (next) next.focus();
    else if (!this.more.hidden) this.#add().focus();
  }

  /** A message of its own: what waits in the composer (words, files, an answer begun) is another one, and stays there. */
  async #submit(event) {
    event.preventDefault();
    const asked = this.#read();
    const { room, thread } = this.to;
    if (!asked || !(await this.#agreed(asked))) return;
    outbox.enqueue({ room, ...asked, ...(thread === null ? {} : { thread, in_room: false }) });
    this.#done();
    emit("tw:ui.sent", { room, thread, form: this.form });
  }

  /** May it call whom it would? False, too, where it was asked or closed meanwhile. In a thread it calls no group. */
  async #agreed({ body }) {
    const { room, thread } = this.to;
    return (await agreed(thread === null ? [room] : [], body)) && this.dialog.open;
  }

  /** It stays written until the server has it. */
  async #askLater() {
    const asked = this.#read();
    if (!asked || !(await this.#agreed(asked))) return;
    const { dialog, later } = this;
    const { thread, form } = this.to;
    const fields = new FormData();
    const { options, ...ways } = asked.poll;
    const given = { body: asked.body, ...(thread === null ? {} : { thread }) };
    for (const [name, value] of Object.entries({ ...given, ...ways })) fields.append(name, value === true ? "1" : value);
    for (const text of options) fields.append("options", text);
    // Asked for again after a lost answer, it waits once.
    fields.append("client_id", uuid());
    emit("tw:ui.moment", {
      title: word("poll.later"),
      button: word("later.button"),
      about: asked.body,
      // Once it is kept, this dialog is gone as well.
      get back() {
        return dialog.open ? later : form.querySelector("textarea");
      },
      send: async ({ when }) => {
        fields.set("when", when);
        const answer = await post(form.querySelector("[data-module=later]").dataset.url, fields);
        this.#done();
        return answer;
      },
    });
  }

  /** The message as it is to be sent; null where something is missing, which is said. */
  #read() {
    this.#say("");
    const body = this.question.value.trim();
    const options = this.#inputs().map((input) => input.value.trim()).filter(Boolean);
    if (outbox.full) return this.#say(word("outbox.full"));
    if (!body) return this.#say(word("poll.no-question"), this.question);
    if (options.length < 2) return this.#say(plural("poll.few", 2), this.#inputs().find((input) => !input.value.trim()));
    if (options.length > this.most) return this.#say(word("poll.many", { n: this.most }), this.#inputs()[this.most]);
    const lower = this.#inputs().map((input) => input.value.trim().toLowerCase());
    const twice = lower.findIndex((text, at) => text && lower.indexOf(text) < at);
    if (twice >= 0) return this.#say(word("poll.same"), this.#inputs()[twice]);
    const { multiple, anonymous, closes } = this.form.elements;
    const poll = { options, multiple: multiple.checked, anonymous: anonymous.checked };
    if (closes.value) poll.closes_after = Number(closes.value);
    return { body, poll };
  }

  #say(text, field = null) {
    this.dialog.querySelector(".poll-form__error").textContent = text;
    field?.focus();
    return null;
  }
}
