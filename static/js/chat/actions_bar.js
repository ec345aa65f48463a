/**
 * What one can do with a message: a bar in its corner while it is pointed at or has the focus, the same buttons as a
 * sheet after a long press. There is one bar; it moves to the row it is about, and shows what is possible there.
 * A press says `tw:ui.action` {action, id, seq, room, row}; who does it listens.
 */
import { possible } from "../lib/actions.js";
import { copyText, firstWords, focusOn } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";
import { messagePath } from "../lib/paths.js";
import { word, why } from "../lib/words.js";
import { request } from "../realtime/socket.js";
import { messageOf } from "./message.js";

const touch = matchMedia("(pointer: coarse) and (hover: none)");
const LONG_PRESS_MS = 450;
const MOVED_PX = 10;
const PREVIEW = 200;

export default class ActionsBar {
  #row = null;
  #press = null;
  #armed = false;
  #moving = false;

  constructor(bar) {
    this.bar = bar;
    this.section = bar.closest(".timeline");
    this.list = this.section.querySelector(".timeline__list");
    this.menu = bar.querySelector(".actions__menu");
    this.sheet = this.section.querySelector(".actions-sheet");
    this.may = new Set(this.section.dataset.may.split(" "));
    this.listening = new AbortController();
    const { signal } = this.listening;
    const listen = (target, name, handler, options) => target.addEventListener(name, handler, { signal, ...options });
    listen(this.list, "pointerover", (event) => event.pointerType === "mouse" && this.#show(rowOf(event)));
    listen(this.list, "pointerleave", () => this.#leave());
    // Under a finger the focus comes back from what was closed: there the bar waits for Enter.
    listen(this.list, "focusin", (event) => !touch.matches && event.target.matches(":focus-visible") && this.#show(rowOf(event)));
    listen(this.list, "focusout", (event) => this.list.contains(event.relatedTarget) || this.#leave());
    listen(this.list, "pointerdown", (event) => this.#down(event));
    for (const name of ["pointermove", "pointerup", "pointercancel"]) listen(this.list, name, (event) => this.#undo(event));
    listen(this.list, "click", (event) => event.altKey && !event.target.closest("a, button, input") && emit("tw:ui.act", { action: "unread", row: rowOf(event) }));
    listen(this.list, "contextmenu", (event) => this.#press?.opened && event.preventDefault());
    listen(bar, "click", (event) => this.#click(event.target.closest("[data-action]")));
    listen(bar, "keydown", (event) => this.#key(event));
    listen(this.sheet, "close", () => this.#backToBar());
    // The finger that opened the sheet is lifted over it: that is no choice yet.
    listen(this.sheet, "pointerdown", () => (this.#armed = true), { capture: true });
    listen(this.sheet, "click", (event) => this.#armed || event.detail === 0 || (event.stopPropagation(), event.preventDefault()), { capture: true });
    // A message may stand in the room and in its thread, each with a bar of its own: `row` says which is meant.
    const here = (handler) => ({ row }) => this.list.contains(row) && handler(row);
    on("tw:ui.message-actions", here((row) => this.#enter(row)), { signal });
    on("tw:ui.copy-link", here((row) => this.#do("copy-link", row)), { signal });
    on("tw:ui.delete", here((row) => this.#do("delete", row)), { signal });
    // Deleted or pinned under the pointer, it has other actions; the row is drawn first.
    on("tw:message.updated", ({ message }) => message.id === this.#row?.dataset.id && setTimeout(() => this.#again()), { signal });
    on("tw:ui.act", ({ action, row }) => this.list.contains(row) && this.#offers(action, row) && this.#do(action, row), { signal });
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.#press?.timer);
  }

  /** Is this possible for this row now? */
  #offers(action, row) {
    this.#offer(row);
    return this.bar.querySelector(`[data-action="${action}"]`)?.hidden === false;
  }

  #again() {
    if (!this.#row) return;
    const held = this.bar.contains(document.activeElement) ? document.activeElement : null;
    if (!this.#row.isConnected || !this.#offer(this.#row)) this.#leave();
    if (held?.hidden) this.#row?.focus();
  }

  /** Puts the bar into a row; away from rows that have nothing to act on. */
  #show(row) {
    if (this.sheet.open || this.menu.matches(":popover-open") || (row === this.#row && !row?.matches(".message--editing"))) return;
    if (!row?.dataset.id || !this.#offer(row)) return this.#leave();
    this.#row = row;
    // Moved while the focus is in it, it loses that: whoever hears of it must not move it once more.
    this.#moving = true;
    row.append(this.bar);
    this.#moving = false;
    this.bar.hidden = false;
  }

  #leave() {
    if (this.#moving || this.sheet.open || this.menu.matches(":popover-open") || this.bar.contains(document.activeElement)) return;
    this.bar.hidden = true;
    this.#row = null;
    // Not left in a row: the row may go, and the bar with it.
    if (this.bar.parentElement !== this.section) this.section.append(this.bar);
  }

  /** Shows the buttons that make sense for this row. True where there is one. */
  #offer(row) {
    const message = messageOf(row);
    const busy = row.matches(".message--editing") || !message;
    const facts = { message, mine: row.matches(".message--mine"), saved: row.matches(".message--saved"), may: this.may, hours: Number(this.bar.dataset.editHours), most: Number(document.getElementById("reaction-template").dataset.most) };
    for (const button of this.bar.querySelectorAll("[data-action]")) {
      button.hidden = busy || !possible(button.dataset.needs ?? "", facts);
    }
    this.#rule();
    const more = this.menu.querySelector("[data-action]:not([hidden])");
    this.bar.querySelector(".actions__more").hidden = !more;
    return Boolean(more ?? this.bar.querySelector("[data-action]:not([hidden])"));
  }

  /** A line stands only between what is shown. */
  #rule() {
    let shown = false;
    let line = null;
    for (const part of this.menu.children) {
      if (part.matches(".menu__line")) {
        part.hidden = true;
        line = shown ? part : null;
      } else if (!part.hidden) {
        shown = true;
        if (line) line.hidden = false;
        line = null;
      }
    }
  }

  /** Those the arrows walk over: of the bar, or of the sheet. */
  #buttons() {
    // Of the favourites the bar shows three, the sheet six.
    const all = [...this.bar.querySelectorAll(".actions__button:not([hidden])")].filter((button) => button.offsetParent);
    return this.sheet.open ? all : all.filter((button) => !this.menu.contains(button));
  }

  /** Enter on a row: into its bar. */
  #enter(row) {
    this.#row = null;
    this.#show(row);
    this.#buttons()[0]?.focus();
  }

  #key(event) {
    if (this.menu.matches(":popover-open")) return;
    const buttons = this.#buttons();
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape" && !this.sheet.open) this.#row?.focus();
    else if (to !== undefined) buttons.at(to % buttons.length)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #down(event) {
    clearTimeout(this.#press?.timer);
    this.#press = null;
    const row = rowOf(event);
    if (event.pointerType === "mouse" || !row?.dataset.id || event.target.closest(".edit, .actions, .reaction, .poll__option[data-named]")) return;
    const { clientX, clientY } = event;
    this.#press = { clientX, clientY, opened: false, timer: setTimeout(() => this.#openSheet(row), LONG_PRESS_MS) };
  }

  /** A finger that moves scrolls, one that is lifted taps: neither is a long press. */
  #undo(event) {
    if (!this.#press || this.#press.opened) return;
    const { clientX, clientY } = this.#press;
    if (event.type === "pointermove" && Math.hypot(event.clientX - clientX, event.clientY - clientY) < MOVED_PX) return;
    clearTimeout(this.#press.timer);
    this.#press = null;
  }

  #openSheet(row) {
    this.#press.opened = true;
    this.#armed = false;
    if (!this.#offer(row)) return;
    this.#row = row;
    this.sheet.firstElementChild.textContent = firstWords(row, PREVIEW);
    this.sheet.append(this.bar);
    this.bar.classList.add("actions--sheet");
    this.bar.hidden = false;
    getSelection()?.removeAllRanges();
    this.sheet.showModal();
  }

  #backToBar() {
    this.bar.classList.remove("actions--sheet");
    this.bar.hidden = true;
    this.section.append(this.bar);
    this.#row = null;
  }

  #click(button) {
    const row = this.#row;
    if (!button || !row) return;
    if (this.sheet.open) this.sheet.close();
    this.#do(button.dataset.action, row);
  }

  async #do(action, row) {
    if (!row) return;
    const { id, seq } = row.dataset;
    const { room } = this.section.dataset;
    if (action === "edit") emit("tw:ui.edit", { id, row });
    if (action === "copy-link") copy(new URL(messagePath(room, id), location).href, word("copied-link"));
    if (action === "copy-text") copy(row.querySelector(".message__body").innerText.trim(), word("copied-text"));
    if (action === "delete") this.#delete(row);
    emit("tw:ui.action", { action, id, seq: Number(seq), room, row });
  }

  /** Gone at once, and back within a few seconds: nobody needs to be asked first. */
  async #delete(row) {
    this.#offer(row);
    const { id } = row.dataset;
    if (this.bar.querySelector("[data-action=delete]").hidden) return;
    this.#leaveFocus(row);
    if (!(await this.#ask({ type: "message.delete", id }))) return;
    const undo = { name: word("undo"), run: () => this.#ask({ type: "message.restore", id }) };
    emit("tw:ui.toast", { text: word("deleted"), actions: [undo] });
  }

  async #ask(command) {
    try {
      await request(command);
      return true;
    } catch (refusal) {
      emit("tw:ui.toast", { text: why(refusal), tone: "error" });
      return false;
    }
  }

  /** The row may go with its message: whoever stands in it is put in the next. */
  #leaveFocus(row) {
    if (!row.contains(document.activeElement)) return;
    const rows = [...this.list.querySelectorAll(":scope > .message")];
    const at = rows.indexOf(row);
    focusOn(rows[at + 1] ?? rows[at - 1]);
  }
}

on("tw:ui.copy", ({ text, said }) => copy(text, said));

async function copy(text, said) {
  const copied = await copyText(text);
  emit("tw:ui.toast", copied ? { text: said, tone: "success" } : { text: word("not-copied"), tone: "warning" });
}

const rowOf = (event) => event.target.closest(".message");
