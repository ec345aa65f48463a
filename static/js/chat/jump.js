/**
 * The jump dialog: my rooms and conversations at once, the server's rooms and people as they come, and commands; where
 * one was lately comes first. Everything it leads to is a link or a button that stands on the page as well.
 */
import { emit, on } from "../lib/events.js";
import { best, plain, score } from "../lib/fuzzy.js";
import { go } from "../lib/go.js";
import { get } from "../lib/http.js";
import { Listbox } from "../lib/listbox.js";
import { me } from "../lib/me.js";
import { plural, word } from "../lib/words.js";
import { rooms } from "../realtime/store.js";
import { answered, place, row } from "./destinations.js";

const QUIET_MS = 90;
const LATELY = "tw:lately";
const MOST = 12;

export default class Jump {
  constructor(dialog) {
    this.dialog = dialog;
    this.input = dialog.querySelector("input");
    this.none = dialog.querySelector(".jump__none");
    this.commands = [...dialog.querySelector("#jump-commands").content.children].map(command);
    this.box = new Listbox(this.input, dialog.querySelector("[role=listbox]"), {
      choose: ({ place }) => this.#to(place),
      status: dialog.querySelector("[data-jump-count]"),
      count: (n) => plural("jump.found", n),
      tab: false,
      always: true,
    });
    this.found = [];
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.input.addEventListener("keydown", (event) => this.box.key(event), { signal });
    this.input.addEventListener("input", () => this.#typed(), { signal });
    on("tw:ui.opened", ({ id }) => id === dialog.id && this.#opened(), { signal });
    on("tw:ui.room", () => this.#remember(), { signal });
    this.#remember();
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.timer);
  }

  #opened() {
    this.input.value = "";
    this.found = [];
    this.#draw();
    this.#ask();
  }

  #typed() {
    this.#draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), QUIET_MS);
  }

  async #ask() {
    const letters = this.input.value;
    try {
      const { results } = await get(`${this.dialog.dataset.url}?q=${encodeURIComponent(letters)}`);
      if (letters !== this.input.value || !this.dialog.open) return;
      this.found = results;
      this.#draw();
    } catch {
      // My own rooms and the commands are there without the server.
    }
  }

  #draw() {
    const typed = this.input.value.trim();
    const only = /^[@#>]/.test(typed) ? typed[0] : "";
    const letters = plain(only ? typed.slice(1).trim() : typed);
    const groups = typed ? this.#matching(letters, only) : this.#lately();
    const standing = this.box.active?.place?.key;
    this.box.show(groups.flatMap(([name, places]) => (places.length ? [group(name, places.map((place) => row(place, letters)))] : [])));
    // An answer that comes in does not move what the keys stand on.
    const same = standing && typed === this.typed && this.box.options.find(({ place }) => place.key === standing);
    if (same) this.box.stand(same);
    this.typed = typed;
    this.none.hidden = this.box.options.some(({ place: one }) => one.key !== "search");
  }

  /** With nothing typed: what waits, where one was, then the rest by its latest message; and what one can do. */
  #lately() {
    const current = document.getElementById("main")?.dataset.room;
    const seen = stored();
    const mine = rooms().filter((room) => room.id !== current && !room.archived).map(place);
    mine.sort((a, b) => b.calls - a.calls || order(seen, a.id) - order(seen, b.id) || b.latest.localeCompare(a.latest));
    return [["lately", mine.slice(0, MOST)], ["commands", this.commands]].map(([name, places]) => [name === "lately" ? "jump.recent" : "jump.commands", places]);
  }

  #matching(letters, only) {
    const seen = stored();
    const mine = rooms().map(place);
    const known = new Set(mine.map(({ key }) => key));
    const faces = new Set(mine.map(({ person }) => person).filter(Boolean));
    const others = this.found.map(answered).filter(({ key, person }) => !known.has(key) && !faces.has(person));
    const all = [...mine, ...others].sort((a, b) => order(seen, a.id) - order(seen, b.id));
    const wanted = (kind) => (place) => place.group === kind;
    const find = (places) => best(places, letters, ({ names }) => names, MOST);
    const groups = [];
    if (only !== "@" && only !== ">") groups.push(["jump.rooms", find(all.filter(wanted("rooms")))]);
    if (only !== "#" && only !== ">") groups.push(["jump.people", find(all.filter(wanted("people")))]);
    if (!only || only === ">") groups.push(["jump.commands", find(this.commands)]);
    const top = ([, places]) => Math.max(0, ...places.slice(0, 1).flatMap(({ names }) => names.map((name) => score(plain(name), letters))));
    groups.sort((a, b) => top(b) - top(a));
    // What is no place may have been said somewhere.
    if (letters && !only) groups.push(["jump.messages", [searchFor(this.input.value.trim())]]);
    return groups;
  }

  #to(place) {
    this.dialog.close();
    if (place.act) place.act();
    else if (place.pane) go(place.url);
    else location.assign(place.url);
  }

  #remember() {
    const room = document.getElementById("main")?.dataset.room;
    if (!room) return;
    try {
      localStorage.setItem(key(), JSON.stringify([room, ...stored().filter((id) => id !== room)].slice(0, MOST)));
    } catch {
      // Then the order is by the latest message alone.
    }
  }
}

const key = () => `${LATELY}:${me()?.id}`;

function stored() {
  try {
    return JSON.parse(localStorage.getItem(key()) ?? "[]");
  } catch {
    return [];
  }
}

function order(seen, id) {
  const at = seen.indexOf(id);
  return at === -1 ? seen.length : at;
}

/** Commands are links, or do what a button of the page does. */
function command(element) {
  const acts = {
    theme: () => document.querySelector(`.theme-switch button[value="${element.value}"]`)?.click(),
    keyboard: () => emit("tw:ui.open", { id: "keyboard-map" }),
    "sign-out": () => document.querySelector("[data-signs-out]").requestSubmit(),
  };
  return {
    key: `do ${element.textContent}`,
    title: element.textContent,
    names: [element.textContent],
    icon: element.dataset.icon,
    url: element.href,
    pane: element.hasAttribute?.("data-pane"),
    act: acts[element.dataset.command],
  };
}

function searchFor(typed) {
  const title = word("jump.search", { typed });
  return { key: "search", title, names: [title], icon: "search", url: `/search/?q=${encodeURIComponent(typed)}`, pane: true };
}

function group(name, options) {
  const element = document.createElement("div");
  element.setAttribute("role", "group");
  const title = document.createElement("p");
  title.className = "jump__group";
  title.textContent = word(name);
  title.id = `jump-group-${name.replaceAll(".", "-")}`;
  element.setAttribute("aria-labelledby", title.id);
  element.append(title, ...options);
  return element;
}
