/**
 * The composer: Enter sends, Shift+Enter breaks; on a touch keyboard Enter breaks and the button sends. What is written
 * goes to the outbox and stands in the timeline at once. Too long is refused with the count, and the text stays.
 */
import { countCharacters, inOpenFence, insert } from "../lib/edit.js";
import { emit, on } from "../lib/events.js";
import { number, plural } from "../lib/words.js";
import { outbox } from "../realtime/outbox.js";
import { socket } from "../realtime/socket.js";

const TYPING_EVERY_MS = 4_000;
/** From so few characters left on the count shows. */
const COUNT_FROM = 500;
const touch = matchMedia("(pointer: coarse) and (hover: none)");

export default class Composer {
  constructor(form) {
    this.form = form;
    this.area = form.querySelector("textarea");
    this.count = form.querySelector(".composer__count");
    this.room = form.dataset.room;
    this.most = Number(form.dataset.most);
    this.typedAt = 0;
    this.listening = new AbortController();
    const { signal } = this.listening;
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.area.addEventListener("input", () => this.#changed(), { signal });
    // On the form, so that the list of suggestions, on the textarea itself, takes its keys first.
    form.addEventListener("keydown", (event) => this.#key(event), { signal });
    on("tw:ui.focus-composer", () => this.focus(), { signal });
    on("tw:ui.insert", ({ text }) => insert(this.area, text), { signal });
    // Plain text only: a textarea takes nothing else. Nothing to do for paste.
    this.area.enterKeyHint = touch.matches ? "enter" : "send";
    this.#changed({ typed: false });
    if (!touch.matches && !document.querySelector("dialog[open]")) this.focus();
  }

  stop() {
    this.listening.abort();
  }

  focus() {
    this.area.focus({ preventScroll: true });
  }

  #key(event) {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.target !== this.area) return;
    if (event.key === "Enter") {
      const always = event.ctrlKey || event.metaKey;
      const breaks = event.shiftKey || event.altKey || touch.matches || inOpenFence(this.area.value, this.area.selectionStart);
      if (breaks && !always) return;
      event.preventDefault();
      this.form.requestSubmit();
    } else if (event.key === "ArrowUp" && this.area.value === "" && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      emit("tw:ui.edit-last", { room: this.room });
    }
  }

  #submit(event) {
    event.preventDefault();
    const body = this.area.value;
    if (!body.trim()) return this.focus();
    if (countCharacters(body.trim()) > this.most) {
      this.#showCount();
      this.focus();
      return;
    }
    outbox.enqueue({ room: this.room, body });
    this.area.value = "";
    this.typedAt = 0;
    this.area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "sent" }));
    this.focus();
    emit("tw:ui.sent", { room: this.room });
  }

  #changed({ typed = true } = {}) {
    this.#fit();
    this.#showCount();
    const now = Date.now();
    if (typed && this.area.value.trim() && now - this.typedAt > TYPING_EVERY_MS) {
      this.typedAt = now;
      socket.send({ type: "typing", room: this.room });
    }
  }

  /** Browsers without field-sizing need the height said. */
  #fit() {
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
