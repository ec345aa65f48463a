/**
 * Changing one's own message, in its row. `tw:ui.edit` {id} begins it, `tw:ui.edit-last` {room} with the last one.
 * What was typed and not saved is kept while the page lives: neither Esc nor a refusal loses a word.
 */
import { clone, focusOn } from "../lib/dom.js";
import { countCharacters, goOn } from "../lib/edit.js";
import { emit, on } from "../lib/events.js";
import { membersPath } from "../lib/paths.js";
import { number, plural, word, why } from "../lib/words.js";
import { request } from "../realtime/socket.js";
import { formatKey } from "./formats.js";

const HOUR_MS = 3_600_000;
/** As high as the list of suggestions gets. */
const LIST_PX = 340;

/** Words that were typed and neither saved nor thrown away, by message. */
const kept = new Map();

export default class Edit {
  constructor(element) {
    this.section = element.closest(".timeline");
    this.list = this.section.querySelector(".timeline__list");
    this.room = this.section.dataset.room;
    this.thread = this.section.dataset.thread ?? null;
    this.most = Number(this.section.dataset.most);
    this.hours = Number(this.section.querySelector("[data-edit-hours]")?.dataset.editHours);
    this.listening = new AbortController();
    const { signal } = this.listening;
    // A message may stand in the room and in its thread: `row` says which is meant.
    on("tw:ui.edit", ({ row }) => this.list.contains(row) && this.#begin(row), { signal });
    on("tw:ui.edit-last", ({ room, thread }) => room === this.room && (thread ?? null) === this.thread && this.#begin(this.#lastOfMine()), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #lastOfMine() {
    return [...this.list.querySelectorAll(":scope > .message--mine[data-id]:not(.message--deleted, .message--forwarded)")].at(-1);
  }

  async #begin(row) {
    if (!row?.matches(".message--mine:not(.message--deleted)")) return;
    if (row.matches(".message--editing")) return row.querySelector(".edit__body").focus();
    const { id, seq } = row.dataset;
    const form = clone("edit-template");
    const area = form.querySelector("textarea");
    // The words as they were typed are not on the page, only how they look: they are asked for.
    const answer = await request({ type: "history", room: this.room, around: Number(seq), limit: 1 }).catch((refusal) => refusal);
    const message = answer.messages?.find((one) => one.id === id);
    if (!message) {
      emit("tw:ui.toast", { text: answer.code === "offline" ? word("edit-offline") : why(answer), tone: "warning" });
      return;
    }
    if (message.deleted || !row.isConnected || row.matches(".message--editing")) return;
    // Said before anything is typed, not when it is to be saved.
    if (this.hours && Date.now() - Date.parse(message.created_at) > this.hours * HOUR_MS) {
      emit("tw:ui.toast", { text: plural("edit-late", this.hours), tone: "warning" });
      return;
    }
    const before = message.body;
    area.value = kept.get(id) ?? before;
    area.dataset.members = membersPath(this.room);
    form.querySelector(".complete").id = `edit-complete-${id}`;
    const again = kept.has(id) && kept.get(id) !== before;
    // Where the words stood: what belongs to the message (files, reactions) stays below.
    row.querySelector(".message__body").after(form);
    row.classList.add("message--editing");
    form.querySelector(".edit__kept").textContent = again ? word("edit-kept") : "";
    emit("tw:ui.added", { element: form });
    const end = () => this.#end(row, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(row, form, { id, before });
    });
    form.querySelector("[data-edit=cancel]").addEventListener("click", () => (kept.delete(id), end()));
    area.addEventListener("input", () => {
      kept.set(id, area.value);
      fit(area);
      this.#say(form, "");
      form.querySelector(".edit__kept").textContent = "";
      this.#turn(form);
    });
    area.addEventListener("keydown", (event) => formatKey(area, event));
    form.addEventListener("keydown", (event) => this.#key(event, form, end));
    fit(area);
    area.focus({ preventScroll: true });
    area.setSelectionRange(area.value.length, area.value.length);
    form.scrollIntoView({ block: "nearest" });
  }

  /** The list of suggestions stands above the field, or below where there is more room. */
  #turn(form) {
    const box = this.section.querySelector(".timeline__scroll").getBoundingClientRect();
    const { top, bottom } = form.getBoundingClientRect();
    form.classList.toggle("edit--high", top - box.top < LIST_PX && box.bottom - bottom > top - box.top);
  }

  #key(event, form, end) {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      event.preventDefault();
      end();
    } else if (event.key === "Enter" && event.target.matches("textarea")) {
      const breaks = event.shiftKey || event.altKey || matchMedia("(pointer: coarse) and (hover: none)").matches;
      if (breaks && !event.ctrlKey && !event.metaKey) return goOn(event.target) && event.preventDefault();
      event.preventDefault();
      form.requestSubmit();
    }
  }

  async #save(row, form, { id, before }) {
    const area = form.querySelector("textarea");
    const button = form.querySelector("[type=submit]");
    const body = area.value.trim();
    const over = countCharacters(body) - this.most;
    if (!body) return this.#say(form, word("edit-empty"));
    if (over > 0) return this.#say(form, plural("edit-long", over, { most: number(this.most) }));
    if (body !== before.trim()) {
      button.setAttribute("aria-busy", "true");
      try {
        await request({ type: "message.edit", id, body });
      } catch (refusal) {
        return this.#say(form, refusal.code === "offline" ? word("edit-offline") : why(refusal));
      } finally {
        button.removeAttribute("aria-busy");
      }
    }
    kept.delete(id);
    this.#end(row, form);
  }

  #say(form, text) {
    const place = form.querySelector(".edit__error");
    if (place.textContent !== text) place.textContent = text;
  }

  #end(row, form) {
    const hadFocus = form.contains(document.activeElement);
    emit("tw:ui.removing", { element: form });
    form.remove();
    row.classList.remove("message--editing");
    // Back to where one writes; on a page without a composer, to the message.
    if (hadFocus) emit("tw:ui.focus-composer", { thread: this.thread });
    if (hadFocus && document.activeElement === document.body) focusOn(row);
  }
}

/** Browsers without field-sizing need the height said. */
function fit(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
