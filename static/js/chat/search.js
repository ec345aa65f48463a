/**
 * The search field: operators become chips in front of the words (× or Backspace takes one out), suggestions come while
 * one types. What was searched is remembered on this device alone. Without this it is a form with everything in one field.
 */
import { on } from "../lib/events.js";
import { go } from "../lib/go.js";
import { get } from "../lib/http.js";
import { Listbox, option } from "../lib/listbox.js";
import { me } from "../lib/me.js";
import { plural, word } from "../lib/words.js";

const QUIET_MS = 90;
const MOST = 8;
const KEPT = 6;
const OPERATORS = ["from", "in", "to", "has", "is", "before", "after", "on"];
const VALUES = {
  to: ["me"],
  has: ["link", "file", "image", "video", "audio", "voice", "pdf", "reaction"],
  is: ["pinned", "saved", "thread"],
};
/** A whole operator with a space behind it, and one that is being written. */
const WHOLE = new RegExp(`(^|\\s)(-?(?:${OPERATORS.join("|")}):(?:"[^"]+"|[^\\s"]+))\\s+`, "i");
const BEGUN = new RegExp(`^(-?)(${OPERATORS.join("|")}):"?(.*)$`, "i");

export default class Search {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input");
    this.chips = document.createElement("ul");
    this.chips.className = "chips";
    this.input.before(this.chips);
    this.box = new Listbox(this.input, form.querySelector("[role=listbox]"), {
      choose: (chosen) => this.#take(chosen),
      status: form.querySelector("[data-search-count]"),
      count: (n) => plural("search.found", n),
    });
    this.asking = 0;
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.input.addEventListener("input", () => this.#typed(), { signal });
    this.input.addEventListener("click", () => this.#suggest(), { signal });
    this.input.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.input.addEventListener("blur", () => this.#hide(), { signal });
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.chips.addEventListener("click", ({ target }) => this.#without(target.closest("button")?.parentElement), { signal });
    this.#begin();
    on("tw:ui.side-shown", () => this.#focus(), { signal });
    requestAnimationFrame(() => this.#focus());
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.timer);
  }

  /** What was searched last comes back as chips and words. */
  #begin() {
    const understood = this.form.parentElement.querySelector(".search__understood");
    for (const chip of understood?.querySelectorAll("[data-chip]") ?? []) this.#chip(chip.dataset.chip, chip);
    understood?.remove();
    if (this.input.value) remember(this.input.value);
    this.input.value = `${this.input.value} `;
    this.#gather();
    this.input.value = this.input.value.trim();
  }

  /** In the side pane one came to search; a page of results is there to be read. */
  #focus() {
    const { activeElement: at } = document;
    const asked = this.form.dataset.place === "side" || !this.query;
    if (asked && (at === document.body || at.matches("#main, #side, [data-side-close]"))) this.input.focus();
  }

  get query() {
    const chips = [...this.chips.children].map(({ dataset }) => dataset.text);
    return [...chips, this.input.value.trim()].filter(Boolean).join(" ");
  }

  #chip(text, shown = null) {
    const words = shown?.querySelector("bdi").textContent ?? text;
    // `in:#den` and `in:den` are one thing said in two ways.
    if ([...this.chips.children].some((chip) => chip.dataset.text === text || chip.querySelector("bdi").textContent === words)) return;
    const chip = this.form.querySelector("template").content.cloneNode(true).firstElementChild;
    chip.dataset.text = text;
    chip.querySelector("bdi").textContent = words;
    if (shown?.matches(".chip--wrong")) chip.classList.add("chip--wrong");
    const button = chip.querySelector("button");
    button.setAttribute("aria-label", word("search.without", { name: text }));
    button.title = button.getAttribute("aria-label");
    this.chips.append(chip);
  }

  /** Takes whole operators out of the field. */
  #gather() {
    for (let found = WHOLE.exec(this.input.value); found; found = WHOLE.exec(this.input.value)) {
      this.#chip(found[2]);
      this.input.value = `${this.input.value.slice(0, found.index)}${found[1]}${this.input.value.slice(found.index + found[0].length)}`;
    }
  }

  #without(chip) {
    if (!chip) return;
    chip.remove();
    this.input.focus();
    if (this.query) this.#search();
  }

  #typed() {
    this.#gather();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#suggest(), QUIET_MS);
  }

  #key(event) {
    const { input, box } = this;
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Backspace" && input.selectionStart === 0 && input.selectionEnd === 0 && this.chips.lastElementChild) {
      event.preventDefault();
      this.chips.lastElementChild.remove();
      this.#suggest();
      return;
    }
    if (event.key.startsWith("Arrow")) this.steered = true;
    // What is only offered, or was for other letters, is not taken by the Enter that searches.
    if (box.open && !this.#meant() && (event.key === "Enter" || event.key === "Tab")) return this.#hide();
    if (!box.open && event.key === "ArrowDown") return this.#suggest();
    box.key(event);
    input.setAttribute("aria-expanded", String(box.open));
  }

  /** Is the option the keys stand on the one that is written? Its list may be older than the last letters. */
  #meant() {
    const piece = this.#piece.toLowerCase();
    if (this.asked === piece) return this.steered || !this.loose;
    return BEGUN.test(piece) && Boolean(this.box.active?.dataset.whole?.toLowerCase().startsWith(piece));
  }

  #hide() {
    this.asking += 1;
    clearTimeout(this.timer);
    this.box.hide();
    this.input.setAttribute("aria-expanded", "false");
  }

  /** The piece that is being written: what follows the last space. */
  get #piece() {
    return /(?:-?\w+:"[^"]*|\S*)$/.exec(this.input.value)[0];
  }

  async #suggest() {
    const asked = (this.asking += 1);
    const piece = this.#piece.toLowerCase();
    const begun = BEGUN.exec(this.#piece);
    const found = begun ? await this.#values(begun[1], begun[2].toLowerCase(), begun[3]) : this.#ways();
    if (asked !== this.asking || document.activeElement !== this.input) return;
    Object.assign(this, { loose: !begun, steered: false, asked: piece });
    this.box.show(found.slice(0, MOST));
    if (this.loose) this.box.active?.setAttribute("aria-selected", "false");
    this.input.setAttribute("aria-expanded", String(this.box.open));
  }

  /** Operators that begin so; with nothing written what was searched lately, too. */
  #ways() {
    const piece = this.#piece.replace(/^-/, "").toLowerCase();
    const names = OPERATORS.filter((name) => name.startsWith(piece)).map((name) => suggestion(`${name}:`, word(`search.${name}`)));
    if (piece) return names;
    const lately = this.query ? [] : recent().slice(0, 3).map((query) => suggestion(query, word("search.recent"), { query }));
    return [...lately, ...names];
  }

  async #values(sign, name, letters) {
    const whole = (value, note, shown = value) => suggestion(`${name}:${shown}`, note, { whole: `${sign}${name}:${/\s/.test(value) ? `"${value}"` : value}` });
    const known = VALUES[name]?.filter((value) => value.startsWith(letters.toLowerCase())).map((value) => whole(value));
    if (known) return known;
    if (name === "from" || (name === "in" && letters.startsWith("@"))) {
      const at = name === "in" ? "@" : "";
      const { people } = await quietly(`${this.form.dataset.people}?q=${encodeURIComponent(letters.replace("@", ""))}`, { people: [] });
      const mine = !at && "me".startsWith(letters) ? [whole("me")] : [];
      return [...mine, ...people.map((person) => whole(`${at}${person.username}`, person.display_name))];
    }
    if (name === "in") {
      const { results } = await quietly(`${this.form.dataset.rooms}?q=${encodeURIComponent(`#${letters.replace("#", "")}`)}`, { results: [] });
      return results.filter(({ type }) => type === "room").map((room) => whole(room.title, room.topic));
    }
    return days().map(([day, note]) => whole(day, note)).filter((made) => made.dataset.whole.includes(letters.toLowerCase()));
  }

  #take({ dataset }) {
    if (dataset.query) {
      this.input.value = `${dataset.query} `;
      this.#gather();
      this.#hide();
      return this.#search();
    }
    const kept = this.input.value.slice(0, this.input.value.length - this.#piece.length);
    if (dataset.whole) this.#chip(dataset.whole);
    this.input.value = dataset.whole ? kept : `${kept}${this.#piece.startsWith("-") ? "-" : ""}${dataset.way}`;
    this.#hide();
    if (!dataset.whole) this.#suggest();
  }

  #submit(event) {
    event.preventDefault();
    event.stopPropagation();
    this.#hide();
    if (this.query) this.#search();
  }

  #search() {
    const { query } = this;
    remember(query);
    const url = `${this.form.action}?q=${encodeURIComponent(query)}`;
    if (this.form.dataset.place !== "side") return go(url);
    const link = this.form.querySelector("[data-search-goes]");
    link.href = url;
    link.click();
  }
}

function suggestion(text, note = "", { whole = "", query = "" } = {}) {
  const made = option("div", [{ tag: "code", class: "complete__name", text }, { class: "complete__note", tag: "bdi", text: note }]);
  if (whole) made.dataset.whole = whole;
  else if (query) made.dataset.query = query;
  else made.dataset.way = text;
  return made;
}

function days() {
  const now = new Date();
  const month = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}`;
  return [["today", word("search.today")], ["yesterday", word("search.yesterday")], [month, word("search.month")], [String(now.getFullYear()), ""]];
}

async function quietly(url, otherwise) {
  try {
    return await get(url);
  } catch {
    return otherwise;
  }
}

const key = () => `tw:searches:${me()?.id}`;

function recent() {
  try {
    return JSON.parse(localStorage.getItem(key()) ?? "[]");
  } catch {
    return [];
  }
}

function remember(query) {
  try {
    localStorage.setItem(key(), JSON.stringify([query, ...recent().filter((one) => one !== query)].slice(0, KEPT)));
  } catch {
    // Then none are offered.
  }
}
