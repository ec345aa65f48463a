/**
 * The timeline by keyboard. It is one tab stop: the current row, on which ↑ ↓ Home End move, Enter goes into its
 * actions, E changes it, R or + reacts, Del (⌫) deletes it, C copies its link, S saves and P pins it, Q answers
 * quoting it, T in its thread, F forwards it, X chooses it, Esc goes back to writing. Links within the row
 * can be reached by Tab once one is in it; what scrolls by itself (code, tables) always.
 */
import { emit } from "../lib/events.js";

const INNER = "a[href], button, [tabindex]:not(pre, .table)";
/** These do what the button of that name does. */
const ACTS = { q: "reply", t: "thread", u: "unread", f: "forward", x: "select" };
const DOES = { e: "tw:ui.edit", Delete: "tw:ui.delete", Backspace: "tw:ui.delete", c: "tw:ui.copy-link", s: "tw:ui.save", p: "tw:ui.pin" };

/** Was a key the last thing one used, and not a pointer? */
let byKeys = false;
addEventListener("keydown", () => (byKeys = true), true);
addEventListener("pointerdown", () => (byKeys = false), true);

export class Keys {
  #current = null;
  /** Is it the current one because somebody was there, or was led there, and not as the newest? */
  #chosen = false;

  constructor(list, signal) {
    this.list = list;
    list.addEventListener("keydown", (event) => this.#key(event), { signal });
    list.addEventListener("focusin", (event) => this.#enter(event.target.closest(".message"), { inside: true }), { signal });
    list.addEventListener("focusout", (event) => list.contains(event.relatedTarget) || inner(this.#current, -1), { signal });
  }

  /** Rows came or went: the newest is the way in, unless somebody is in the list, or sees where they last were. */
  settle() {
    if (this.list.contains(document.activeElement) || this.#stays()) return;
    this.#enter(this.list.querySelector(":scope > .message:last-of-type") ?? this.list.lastElementChild);
    this.#chosen = false;
  }

  /**
   * One was led to this row: the keys go on from there. Who is writing keeps the focus, and finds it by Tab; so does who
   * points and is about to write: the first letter of that is no command.
   */
  target(row) {
    this.#enter(row);
    const { activeElement: at } = document;
    const writes = at.matches("input, textarea") && (at.value || !byKeys);
    // A page that opens under a pointer leads to its composer, and under a finger frames no row.
    const opens = !byKeys && at.matches("body, #main");
    if (!writes && !opens) row.focus({ preventScroll: true });
  }

  /** One went to the newest: that is the way in again. */
  release() {
    this.#chosen = false;
  }

  #stays() {
    if (!this.#chosen || !this.#current.isConnected) return false;
    const row = this.#current.getBoundingClientRect();
    const box = this.list.closest(".timeline__scroll").getBoundingClientRect();
    return row.bottom > box.top && row.top < box.bottom;
  }

  #enter(row, { inside = false } = {}) {
    if (!row) return;
    this.#chosen = true;
    if (row !== this.#current) {
      this.#current?.removeAttribute("tabindex");
      inner(this.#current, -1);
      this.#current = row;
      row.tabIndex = 0;
    }
    if (inside) inner(row, 0);
  }

  #key(event) {
    const row = event.target.closest(".message");
    if (!row || event.target !== row || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
      if (row && event.key === "Escape" && !event.target.closest(".edit, .actions")) row.focus();
      return;
    }
    const next = this.#next(row, event.key);
    if (next) {
      this.#enter(next);
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
    } else if (event.repeat) return; // A key held down means this row alone, and the next gets the focus when this one goes.
    else if (event.key === "Enter") emit("tw:ui.message-actions", { row });
    else if (event.key === "Escape") {
      emit("tw:ui.focus-composer", { thread: this.list.closest("[data-thread]")?.dataset.thread });
      // What was set back by hand is read by the same Esc (chat/keyboard.js).
      if (this.list.closest("[data-held]")) return;
    }
    else if (["r", "+"].includes(event.key.toLowerCase()) && row.dataset.id) emit("tw:ui.react", { row });
    else if (event.key in ACTS && row.dataset.id && !event.shiftKey) emit("tw:ui.act", { action: ACTS[event.key], row });
    else if (event.key in DOES && row.dataset.id && !event.shiftKey) emit(DOES[event.key], { id: row.dataset.id, row });
    else return;
    event.preventDefault();
  }

  #next(row, key) {
    const rows = [...this.list.querySelectorAll(":scope > .message")];
    const at = rows.indexOf(row);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[key];
    return to === undefined ? null : (rows[Math.max(0, Math.min(to, rows.length - 1))] ?? null);
  }
}

/** What is in a row can be tabbed to (0), or not (-1). The bar of actions steers its own buttons. */
function inner(row, tabIndex) {
  for (const element of row?.querySelectorAll(INNER) ?? []) if (!element.closest(".actions")) element.tabIndex = tabIndex;
}
