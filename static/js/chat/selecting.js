/**
 * Several messages chosen at once, in a room or a thread: boxes in the gutter, and a bar in the composer's place with
 * what can be done with all of them. X on a message begins it; then a tap, Space or X choose, Shift chooses what lies
 * between, Esc ends it. What is chosen stays so while messages come and pages go; what is deleted or moved away leaves.
 */
import { emit, on } from "../lib/events.js";
import { post } from "../lib/http.js";
import { me } from "../lib/me.js";
import { roomVerbPath } from "../lib/paths.js";
import { datesFor } from "../lib/time.js";
import { plural, word } from "../lib/words.js";
import { messageOf, textOf } from "./message.js";

const CHOOSABLE = '.message[data-id][data-kind="text"]:not(.message--deleted, .message--unsent, .message--editing)';
const WORDS_MOST = 60;
/** What a key does with all that is chosen; the keys of a single message rest meanwhile. */
const DOES = { f: "forward", c: "copy", Delete: "delete", Backspace: "delete" };
const touch = matchMedia("(pointer: coarse) and (hover: none)");
const PASSED_ON = ["ArrowUp", "ArrowDown", "Home", "End", "Tab", "PageUp", "PageDown", "?"];

export default class Selecting {
  #anchor = null;
  /** On a phone "back" ends it, where the browser lets a page know. */
  #back = null;

  constructor(bar) {
    this.bar = bar;
    this.section = bar.closest(".timeline");
    this.list = this.section.querySelector(".timeline__list");
    this.status = this.section.querySelector("[data-selection-status]");
    this.room = this.section.dataset.room;
    this.may = new Set(this.section.dataset.may.split(" "));
    this.most = Number(bar.dataset.most);
    /** By id: { message, text }, the words as they were last seen on the page. */
    this.chosen = new Map();
    this.observer = new MutationObserver(() => this.#paint());
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.action", ({ action, row }) => action === "select" && this.list.contains(row) && this.#begin(row), { signal });
    for (const name of ["tw:message.created", "tw:message.updated"]) on(name, ({ message }) => this.active && this.#hear(message), { signal });
    on("tw:ui.forwarded", ({ ids }) => this.active && ids.every((id) => this.chosen.has(id)) && this.#end(), { signal });
    // Before the list's own listeners: a click chooses, whatever it hits, and no finger opens the sheet or swipes.
    this.section.addEventListener("click", (event) => this.#click(event), { capture: true, signal });
    this.section.addEventListener("pointerdown", (event) => this.#down(event), { capture: true, signal });
    this.section.addEventListener("mousedown", (event) => this.active && event.shiftKey && rowOf(event) && event.preventDefault(), { capture: true, signal });
    document.addEventListener("keydown", (event) => this.#key(event), { capture: true, signal });
    // After it: where the arrows went, there the range ends.
    this.section.addEventListener("keydown", (event) => this.#walked(event), { signal });
    bar.addEventListener("click", ({ target }) => this.#do(target.closest("[data-does]")), { signal });
  }

  stop() {
    this.listening.abort();
    this.observer.disconnect();
    this.#back?.destroy();
  }

  get active() {
    return !this.bar.hidden;
  }

  #begin(row) {
    if (!row.matches(CHOOSABLE)) return;
    if (!this.active) {
      this.bar.hidden = false;
      this.section.classList.add("timeline--selecting");
      this.observer.observe(this.list, { childList: true });
      if (touch.matches && globalThis.CloseWatcher) {
        this.#back = new CloseWatcher();
        this.#back.onclose = () => this.active && this.#end();
      }
    }
    this.#toggle(row);
    focus(row);
  }

  #end() {
    const row = this.#row(this.#anchor?.id);
    const hadFocus = this.section.contains(document.activeElement) || document.activeElement === document.body;
    this.chosen.clear();
    this.#anchor = null;
    this.#back?.destroy();
    this.bar.hidden = true;
    this.section.classList.remove("timeline--selecting");
    this.observer.disconnect();
    this.#paint();
    this.status.textContent = word("select.ended");
    if (hadFocus && row) focus(row);
    else if (hadFocus) emit("tw:ui.focus-composer", { thread: this.section.dataset.thread });
  }

  #toggle(row) {
    const { id } = row.dataset;
    if (this.chosen.has(id)) this.chosen.delete(id);
    else if (!this.#choose(row)) return;
    this.#anchor = { id, seq: Number(row.dataset.seq) };
    this.#changed();
  }

  /** All between the last one chosen and this. */
  #reach(row) {
    const from = this.#anchor?.seq ?? Number(row.dataset.seq);
    const to = Number(row.dataset.seq);
    const between = ({ dataset }) => Number(dataset.seq) >= Math.min(from, to) && Number(dataset.seq) <= Math.max(from, to);
    for (const one of this.#rows().filter(between)) if (!this.chosen.has(one.dataset.id) && !this.#choose(one)) break;
    this.#changed();
  }

  #choose(row) {
    const message = messageOf(row);
    if (!message) return false;
    if (this.chosen.size >= this.most) {
      emit("tw:ui.toast", { text: plural("select.most", this.most), tone: "warning" });
      return false;
    }
    this.chosen.set(row.dataset.id, { message, text: textOf(row) });
    return true;
  }

  #changed() {
    if (this.chosen.size === 0) return this.#end();
    const all = this.#messages();
    const said = plural("select.count", all.length);
    this.bar.querySelector("[data-count]").textContent = said;
    this.status.textContent = said;
    const mine = all.filter((message) => this.#mayDelete(message)).length;
    const remove = this.bar.querySelector("[data-does=delete]");
    remove.disabled = mine === 0;
    const name = mine && mine < all.length ? word("select.delete-some", { n: mine, all: all.length }) : word("select.delete");
    remove.querySelector(".selection__name").textContent = name;
    this.bar.querySelector("[data-does=move]").disabled = !all.every((message) => this.#mayMove(message));
    this.#paint();
  }

  #mayDelete({ sender }) {
    return this.may.has("delete_others") || (sender.id === me()?.id && this.may.has("post"));
  }

  #mayMove({ sender }) {
    return this.may.has("move") || (sender.id === me()?.id && this.may.has("post"));
  }

  /** Boxes for the rows that are on the page now, as they are chosen. */
  #paint() {
    for (const row of this.list.querySelectorAll(":scope > .message")) {
      const shown = this.active && row.matches(CHOOSABLE);
      const isChosen = shown && this.chosen.has(row.dataset.id);
      let box = row.querySelector(":scope > .message__choose");
      row.classList.toggle("message--chosen", isChosen);
      if (!shown) {
        box?.remove();
        continue;
      }
      if (!box) {
        box = document.createElement("input");
        Object.assign(box, { type: "checkbox", className: "message__choose check", tabIndex: -1 });
        const text = textOf(row).replace(/\s+/g, " ").slice(0, WORDS_MOST);
        box.setAttribute("aria-label", word("select.one", { name: messageOf(row)?.sender.display_name ?? "", text }));
        row.append(box);
      }
      box.checked = isChosen;
    }
  }

  #hear(message) {
    const known = this.chosen.get(message.id);
    const gone = message.deleted || message.room !== this.room || (!this.section.dataset.thread && message.in_room === false);
    let left = known && gone && this.chosen.delete(message.id);
    // What stands in a chosen one's place now says that it moved.
    for (const [id, { message: other }] of this.chosen) {
      if (message.room === this.room && other.seq === message.seq && id !== message.id) left = this.chosen.delete(id);
    }
    if (left) this.#changed();
    // The rows are drawn after this; what they say then is what will be copied.
    setTimeout(() => this.active && this.#redrawn(message));
  }

  #redrawn(message) {
    const row = this.#row(message.id);
    if (row && this.chosen.has(message.id)) this.chosen.set(message.id, { message, text: textOf(row) });
    this.#paint();
  }

  #click(event) {
    const row = rowOf(event);
    if (!this.active || !row || !this.list.contains(row)) return;
    event.stopPropagation();
    const box = event.target.matches(".message__choose");
    // A box that is kept from its own click would be set back after it.
    if (!box) event.preventDefault();
    if (!row.matches(CHOOSABLE)) return;
    if (event.shiftKey) this.#reach(row);
    else this.#toggle(row);
    if (this.active) focus(row);
    if (box) setTimeout(() => this.#paint());
  }

  #down(event) {
    if (this.active && event.pointerType !== "mouse" && this.list.contains(event.target)) event.stopPropagation();
  }

  #key(event) {
    if (!this.active || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open], .menu:popover-open")) return;
    const here = this.section.contains(event.target);
    if (event.key === "Escape" && (here || event.target === document.body)) {
      this.#end();
    } else {
      const row = rowOf(event);
      if (!row || !this.list.contains(row) || PASSED_ON.includes(event.key)) return;
      if ([" ", "x", "X", "Enter"].includes(event.key)) row.matches(CHOOSABLE) && (event.shiftKey ? this.#reach(row) : this.#toggle(row));
      else if (event.key in DOES) this.#do(this.bar.querySelector(`[data-does=${DOES[event.key]}]`));
      else if (event.key.length > 1) return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #walked(event) {
    if (!this.active || !event.shiftKey || !["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    const row = document.activeElement?.closest(".message");
    if (row && this.list.contains(row)) this.#reach(row);
  }

  #do(button) {
    if (!button || button.disabled) return;
    const { does, form } = button.dataset;
    const ids = this.#messages().map(({ id }) => id);
    if (does === "end") this.#end();
    if (does === "forward") emit("tw:ui.forward", { ids, opener: button });
    if (does === "copy") this.#copy();
    if (does === "move") emit("tw:ui.move", { ids });
    if (does === "delete") this.#delete();
    if (does === "export") this.#export(ids, form);
  }

  #copy() {
    const dates = datesFor();
    const parts = this.#messages().map((message) => {
      const { id, sender, created_at: at } = message;
      return [`${sender.display_name}, ${dates.full(new Date(at))}`, this.chosen.get(id).text, ...answersOf(message)].join("\n");
    });
    emit("tw:ui.copy", { text: parts.join("\n\n"), said: plural("select.copied", parts.length) });
    this.#end();
  }

  async #delete() {
    const ids = this.#messages().filter((message) => this.#mayDelete(message)).map(({ id }) => id);
    const answer = await this.#ask("delete", ids);
    if (!answer) return;
    if (this.active) this.#end();
    const undo = { name: word("undo"), run: () => this.#ask("restore", answer.deleted) };
    emit("tw:ui.toast", { text: answer.detail, actions: answer.deleted.length ? [undo] : [] });
  }

  async #ask(verb, ids) {
    try {
      return await post(roomVerbPath(this.room, `selection/${verb}`), new URLSearchParams(ids.map((id) => ["ids", id])));
    } catch (refusal) {
      emit("tw:ui.toast", { text: refusal.message || word("unreachable"), tone: "error" });
      return null;
    }
  }

  #export(ids, form) {
    const link = document.createElement("a");
    link.href = `${roomVerbPath(this.room, "selection/export")}?${new URLSearchParams([["as", form], ...ids.map((id) => ["ids", id])])}`;
    link.download = "";
    document.body.append(link);
    link.click();
    link.remove();
    this.#end();
  }

  #messages() {
    return [...this.chosen.values()].map(({ message }) => message).sort((a, b) => a.seq - b.seq);
  }

  #rows() {
    return [...this.list.querySelectorAll(`:scope > ${CHOOSABLE}`)];
  }

  #row(id) {
    return id ? this.list.querySelector(`:scope > .message[data-id="${CSS.escape(id)}"]`) : null;
  }
}

const rowOf = (event) => event.target.closest?.(".message") ?? null;

function focus(row) {
  row.tabIndex = 0;
  row.focus({ preventScroll: true });
}

/** Of a poll the answers, as an export has them (rooms/selection.py). */
function answersOf({ poll, forward }) {
  if (poll) return poll.options.map(({ text, count }) => `- ${text} (${count})`);
  return (forward?.poll ?? []).map((text) => `- ${text}`);
}
