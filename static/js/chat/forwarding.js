/** Forwarding one message or several: a dialog to choose rooms and people in, with a word of one's own. */
import { focusOn } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";
import { best, plain } from "../lib/fuzzy.js";
import { get, post } from "../lib/http.js";
import { Listbox } from "../lib/listbox.js";
import { me } from "../lib/me.js";
import { roomVerbPath } from "../lib/paths.js";
import { plural, word } from "../lib/words.js";
import { rooms } from "../realtime/store.js";
import { agreed } from "./called.js";
import { answered, place, row } from "./destinations.js";

const QUIET_MS = 120;
const SHOWN_MOST = 30;

export default class Forwarding {
  constructor(dialog) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.input = dialog.querySelector(".forward__input");
    this.chips = dialog.querySelector(".chips");
    this.blank = dialog.querySelector("template").content.firstElementChild;
    this.error = dialog.querySelector("[role=alert]");
    this.most = Number(dialog.dataset.most);
    this.found = [];
    this.box = new Listbox(this.input, dialog.querySelector("[role=listbox]"), {
      choose: ({ place: chosen }) => this.#add(chosen),
      status: dialog.querySelector("[role=status]"),
      count: (n) => plural("jump.found", n),
      tab: false,
      always: true,
    });
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.action", ({ action, id, row: opener }) => action === "forward" && this.#open([id], opener), { signal });
    on("tw:ui.forward", ({ ids, opener }) => this.#open(ids, opener), { signal });
    this.input.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.input.addEventListener("input", () => this.#typed(), { signal });
    this.chips.addEventListener("click", ({ target }) => this.#remove(target.closest("button")?.closest(".chip")), { signal });
    this.form.addEventListener("submit", (event) => this.#submit(event), { signal });
    dialog.addEventListener("close", () => focusOn(this.opener), { signal });
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.timer);
  }

  #open(ids, opener) {
    Object.assign(this, { ids, opener, found: [], key: crypto.randomUUID?.() ?? null });
    this.dialog.querySelector("h2").textContent = plural("forward.title", ids.length);
    this.form.reset();
    this.chips.replaceChildren();
    this.error.textContent = "";
    this.dialog.showModal();
    this.#draw();
    this.input.focus();
  }

  #key(event) {
    if (this.box.key(event)) return;
    if (event.key === "Backspace" && this.input.value === "") this.#remove(this.chips.lastElementChild);
    // With nothing to take, Enter must not send what is not chosen yet.
    if (event.key === "Enter") event.preventDefault();
  }

  #typed() {
    this.#draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), QUIET_MS);
  }

  /** People one has not written with yet. */
  async #ask() {
    const letters = this.input.value;
    if (!letters.trim()) return;
    try {
      const { results } = await get(`${this.dialog.dataset.url}?q=${encodeURIComponent(letters)}`);
      if (letters !== this.input.value || !this.dialog.open) return;
      this.found = results.filter(({ type }) => type === "person").map(answered);
      this.#draw();
    } catch {
      // One's own rooms are there without the server.
    }
  }

  #draw() {
    const letters = plain(this.input.value.trim().replace(/^[#@]/, ""));
    const current = document.getElementById("main")?.dataset.room;
    const mine = rooms().filter((room) => room.role && !room.archived && room.id !== current).map(place);
    mine.sort((a, b) => b.latest.localeCompare(a.latest));
    const faces = new Set(mine.map(({ person }) => person).filter(Boolean));
    const others = this.found.filter(({ person }) => !faces.has(person) && person !== me()?.id);
    const taken = new Set([...this.chips.children].map(({ dataset }) => dataset.key));
    const open = [...mine, ...others].filter(({ key }) => !taken.has(key));
    const shown = letters ? best(open, letters, ({ names }) => names, SHOWN_MOST) : open.slice(0, SHOWN_MOST);
    this.box.show(shown.map((one) => row({ ...one, unread: 0, mentions: 0 }, letters)));
    this.dialog.querySelector(".forward__none").hidden = shown.length > 0;
  }

  #add(chosen) {
    if (this.chips.children.length >= this.most) {
      this.error.textContent = plural("forward.most", this.most);
      return;
    }
    const chip = this.blank.cloneNode(true);
    chip.dataset.key = chosen.key;
    chip.querySelector("bdi").textContent = chosen.title;
    const field = chip.querySelector("input");
    Object.assign(field, chosen.id ? { name: "rooms", value: chosen.id } : { name: "users", value: chosen.person });
    chip.querySelector("button").setAttribute("aria-label", word("people.take-out", { name: chosen.title }));
    this.chips.append(chip);
    this.input.value = "";
    this.error.textContent = "";
    this.#draw();
    this.input.focus();
  }

  #remove(chip) {
    if (!chip) return;
    chip.remove();
    this.error.textContent = "";
    this.#draw();
    this.input.focus();
  }

  async #submit(event) {
    event.preventDefault();
    const button = this.form.querySelector("[type=submit]");
    if (button.getAttribute("aria-busy")) return;
    if (!this.chips.children.length) {
      this.error.textContent = word("forward.where");
      this.input.focus();
      return;
    }
    const { ids } = this;
    const fields = new FormData(this.form);
    for (const id of ids) fields.append("ids", id);
    if (this.key) fields.append("client_id", this.key);
    button.setAttribute("aria-busy", "true");
    this.error.textContent = "";
    try {
      if (!(await agreed(fields.getAll("rooms"), fields.get("comment")))) return;
      const answer = await post(this.dialog.dataset.post, fields);
      this.dialog.close();
      emit("tw:ui.forwarded", { ids });
      const undo = { name: word("undo"), run: () => this.#back(answer.sent) };
      emit("tw:ui.toast", { text: answer.detail, tone: "success", actions: [undo] });
    } catch (refusal) {
      this.error.textContent = refusal.message || word("unreachable");
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  /** Deletes what was sent: where nobody has read it yet, no trace of it stays. */
  async #back(sent) {
    try {
      await Promise.all(sent.map(({ room, ids }) => post(roomVerbPath(room, "selection/delete"), new URLSearchParams(ids.map((id) => ["ids", id])))));
      emit("tw:ui.toast", { text: word("forward.undone") });
    } catch (refusal) {
      emit("tw:ui.toast", { text: refusal.message || word("unreachable"), tone: "error" });
    }
  }
}
