/**
 * The composer: Enter sends, Shift+Enter breaks; on a touch keyboard Enter breaks and the button sends. What is written
 * goes to the outbox and stands in the timeline at once. Too long is refused with the count, and the text stays.
 */
import { countCharacters, goOn, inOpenFence, insert } from "../lib/edit.js";
import { emit, on } from "../lib/events.js";
import { number, plural } from "../lib/words.js";
import { outbox } from "../realtime/outbox.js";
import { socket } from "../realtime/socket.js";

const TYPING_EVERY_MS = 4_000;
/** From so few characters left on the count shows. */
const COUNT_FROM = 500;
const touch = matchMedia("(pointer: coarse) and (hover: none)");

/** The composer written in last: what is inserted from elsewhere goes there. */
let current = null;

export default class Composer {
  constructor(form) {
    this.form = form;
    /** What goes with the words (`reply_to`, `attachments`, …): fields of the message, put here by `tw:ui.extra`. */
    this.extras = {};
    current ??= this;
    this.area = form.querySelector("textarea");
    this.count = form.querySelector(".composer__count");
    this.room = form.dataset.room;
    this.thread = form.dataset.thread ?? null;
    this.most = Number(form.dataset.most);
    this.typedAt = 0;
    this.listening = new AbortController();
    const { signal } = this.listening;
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.area.addEventListener("input", () => this.#changed(), { signal });
    // On the form, so that the list of suggestions, on the textarea itself, takes its keys first.
    form.addEventListener("keydown", (event) => this.#key(event), { signal });
    form.addEventListener("focusin", () => (current = this), { signal });
    on("tw:ui.focus-composer", (wish) => (wish?.thread ?? null) === this.thread && this.focus(), { signal });
    on("tw:ui.insert", ({ text, form: wanted = current.form }) => wanted === form && insert(this.area, text), { signal });
    on("tw:ui.extra", ({ form: wanted, name, value }) => wanted === form && this.#extra(name, value), { signal });
    this.area.enterKeyHint = touch.matches ? "enter" : "send";
    this.#changed({ typed: false });
    // Whoever was led to a message of this room stands there.
    const led = form.closest("main")?.contains(document.activeElement.closest(".message"));
    if (!touch.matches && !led && !document.querySelector("dialog[open]")) this.focus();
  }

  stop() {
    this.listening.abort();
    if (current === this) current = null;
  }

  /** Something goes with the message from now on; null takes it away. */
  #extra(name, value) {
    if (value === null) delete this.extras[name];
    else this.extras[name] = value;
  }

  focus() {
    this.area.focus({ preventScroll: true });
  }

  #key(event) {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.target !== this.area) return;
    if (event.key === "Enter") {
      const always = event.ctrlKey || event.metaKey;
      const breaks = event.shiftKey || event.altKey || touch.matches || inOpenFence(this.area.value, this.area.selectionStart);
      if (breaks && !always) return goOn(this.area) && event.preventDefault();
      event.preventDefault();
      this.form.requestSubmit();
    } else if (event.key === "ArrowUp" && this.area.value === "" && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      emit("tw:ui.edit-last", { room: this.room, thread: this.thread });
    }
  }

  #submit(event) {
    event.preventDefault();
    this.#try(null);
  }

  /** `deliver(body, extras)` takes the message in place of the outbox. */
  #try(deliver) {
    let body = this.area.value;
    if (!body.trim() && !this.extras.attachments?.length) return this.focus();
    if (countCharacters(body.trim()) > this.most) {
      this.#showCount();
      this.focus();
      return;
    }
    // Its words stay, and slowed.js says why.
    if (outbox.full) return this.focus();
    let held = false;
    // Whoever has something to do or to ask first (a command, a question) holds it back, and the text stays; agreed, it is
    // tried `again`. It may stand for other words, or go another way instead.
    const { form, room, extras } = this;
    const ways = { cancel: () => (held = true), replace: (words) => (body = words), instead: (way) => (deliver = way), again: () => this.#try(deliver) };
    emit("tw:ui.sending", { form, room, body, extras, ...ways });
    if (held) return;
    if (deliver) deliver(body, extras);
    else this.send(body);
  }

  /** Sends the words with what goes with them, and is empty again. */
  send(body) {
    const thread = this.thread === null ? {} : { thread: this.thread, in_room: false };
    const { client_id } = outbox.enqueue({ room: this.room, body, ...thread, ...this.extras });
    this.extras = {};
    this.area.value = "";
    this.typedAt = 0;
    this.area.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "sent" }));
    this.focus();
    emit("tw:ui.sent", { room: this.room, thread: this.thread, form: this.form, client_id });
  }

  #changed({ typed = true } = {}) {
    this.#fit();
    this.#showCount();
    const now = Date.now();
    const { value } = this.area;
    // A command is for oneself: nobody waits for what it would be.
    if (typed && value.trim() && value[0] !== "/" && now - this.typedAt > TYPING_EVERY_MS) {
      this.typedAt = now;
      socket.send({ type: "typing", room: this.room });
    }
  }

  /**
   * What takes more than two lines gets the whole width of a small screen (composer.css), until all of it is gone.
   * Browsers without field-sizing need the height said.
   */
  #fit() {
    const { classList } = this.form;
    if (!this.area.value) classList.remove("composer--long");
    else if (this.area.scrollHeight > 5 * parseFloat(getComputedStyle(this.area).fontSize)) classList.add("composer--long");
    if (CSS.supports("field-sizing", "content")) return;
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight}px`;
  }

  #showCount() {
    // There are never more characters than units (`length`): a short text need not be counted.
    const near = this.area.value.length > this.most - COUNT_FROM;
    const left = near ? this.most - countCharacters(this.area.value.trim()) : this.most;
    const shown = left > COUNT_FROM ? "" : left >= 0 ? plural("composer.left", left) : plural("composer.over", -left, { most: number(this.most) });
    if (this.count.textContent !== shown) this.count.textContent = shown;
    this.count.classList.toggle("composer__count--over", left < 0);
    if (left < 0) this.area.setAttribute("aria-invalid", "true");
    else this.area.removeAttribute("aria-invalid");
  }
}
