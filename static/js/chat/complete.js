/**
 * Suggestions while one writes: `@` people, `#` rooms, `:` emoji after two letters. The list is lib/listbox.js; what is
 * chosen goes in through the browser's own editing, so undo takes it out again.
 */
import { clone } from "../lib/dom.js";
import { replace } from "../lib/edit.js";
import { best } from "../lib/fuzzy.js";
import { get } from "../lib/http.js";
import { Listbox, option } from "../lib/listbox.js";
import { plural } from "../lib/words.js";
import { rooms } from "../realtime/store.js";

const QUIET_MS = 80;
const MOST = 8;
/** Of 1,900 emoji scattered letters find too many: only names that hold them together (lib/fuzzy.js). */
const WHOLE = 31;
const USED = "tw:emoji";
const USUAL = ["👍", "❤️", "😂", "🎉", "🙏", "👀", "🔥", "🌊"];
/** What is begun just before the caret: a sign after a space or a bracket, and letters. */
const BEGUN = /(?:^|[\s(])([@#:])([\p{L}\p{N}\p{M}_.+-]*)$/u;

let emoji = null;

export default class Complete {
  constructor(area) {
    this.area = area;
    const form = area.form;
    this.box = new Listbox(area, form.querySelector(".complete"), {
      choose: (chosen) => this.#choose(chosen),
      status: form.querySelector("[data-complete-count]"),
      count: (n) => plural("complete.found", n),
    });
    this.people = new Map();
    this.asking = 0;
    this.listening = new AbortController();
    const { signal } = this.listening;
    area.addEventListener("keydown", (event) => this.box.key(event), { signal });
    area.addEventListener("input", ({ inputType }) => inputType !== "restored" && this.#look(), { signal });
    area.addEventListener("click", () => this.box.open && this.#look(), { signal });
    area.addEventListener("blur", () => this.box.hide(), { signal });
    this.button = form.querySelector("[data-does=emoji]");
    this.button.addEventListener("click", () => this.#pick(), { signal });
    this.button.hidden = false;
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.timer);
  }

  async #look() {
    const asked = (this.asking += 1);
    clearTimeout(this.timer);
    const { selectionStart: caret, selectionEnd, value } = this.area;
    const [, sign, letters] = (caret === selectionEnd && BEGUN.exec(value.slice(Math.max(0, caret - 80), caret))) || [];
    if (!sign || (sign === ":" && letters.length < 2)) return this.box.hide();
    this.start = caret - letters.length - 1;
    const found = await this[{ "@": "at", "#": "hash", ":": "colon" }[sign]](letters, asked);
    // Meanwhile one wrote on, or left.
    if (asked === this.asking && found && document.activeElement === this.area) this.box.show(found);
  }

  /** People: what was found for fewer letters is shown at once, the server's own answer follows. */
  async at(letters, asked) {
    const key = letters.toLowerCase();
    if (!this.people.has(key)) {
      const near = this.people.get("") ?? [];
      if (near.length) this.box.show(best(near, letters, names, MOST).map(person));
      await new Promise((done) => (this.timer = setTimeout(done, near.length ? QUIET_MS : 0)));
      if (asked !== this.asking) return null;
      try {
        const { people } = await get(`${this.area.dataset.members}?q=${encodeURIComponent(letters)}`);
        this.people.set(key, people);
      } catch {
        return best(near, letters, names, MOST).map(person);
      }
    }
    return this.people.get(key).slice(0, MOST).map(person);
  }

  hash(letters) {
    const named = rooms().filter(({ kind }) => kind !== "direct");
    return best(named, letters, (room) => [room.name], MOST).map((room) => {
      const made = option("li", [icon(room.kind === "private" ? "lock" : "hash"), { tag: "bdi", class: "complete__name", text: room.name }, { class: "complete__note", text: room.topic }]);
      made.dataset.text = `#${room.name} `;
      return made;
    });
  }

  async colon(letters) {
    emoji ??= get(this.area.dataset.emoji).catch(() => ((emoji = null), []));
    return best(await emoji, letters, ([, ...all]) => all, MOST, WHOLE).map(sign);
  }

  /** The button: the ones used lately, to be narrowed by writing on. */
  async #pick() {
    const asked = (this.asking += 1);
    emoji ??= get(this.area.dataset.emoji).catch(() => ((emoji = null), []));
    const all = new Map((await emoji).map((entry) => [entry[0], entry]));
    if (asked !== this.asking) return;
    const { selectionStart: caret, value } = this.area;
    const glued = caret > 0 && !/[\s(]/.test(value[caret - 1]);
    replace(this.area, caret, this.area.selectionEnd, glued ? " :" : ":");
    this.asking += 1;
    this.start = this.area.selectionStart - 1;
    const wanted = [...new Set([...used(), ...USUAL])].slice(0, MOST);
    this.box.show(wanted.map((one) => sign(all.get(one) ?? [one, ""])));
  }

  #choose(chosen) {
    const { text, used: emojiUsed } = chosen.dataset;
    replace(this.area, this.start, this.area.selectionStart, text);
    if (emojiUsed) use(emojiUsed);
    this.asking += 1;
    this.box.hide();
  }
}

const names = (one) => [one.username, one.display_name];

function person(one) {
  const picture = document.createElement("img");
  Object.assign(picture, { src: one.avatar, alt: "", width: 20, height: 20 });
  const frame = document.createElement("span");
  frame.className = "avatar avatar--xs";
  frame.append(picture);
  const made = option("li", [frame, { tag: "bdi", class: "complete__name", text: one.display_name || one.username }, { class: "complete__note", text: `@${one.username}` }]);
  made.dataset.text = `@${one.username} `;
  return made;
}

function sign([character, name]) {
  const made = option("li", [{ class: "complete__sign", text: character }, { class: "complete__name", text: name ? `:${name}:` : "" }]);
  made.setAttribute("aria-label", name ? name.replaceAll("_", " ") : character);
  made.dataset.text = `${character} `;
  made.dataset.used = character;
  return made;
}

function icon(name) {
  const svg = clone("room-icon-template");
  const link = svg.querySelector("use");
  link.setAttribute("href", link.getAttribute("href").replace(/#.*/, `#${name}`));
  return svg;
}

function used() {
  try {
    return JSON.parse(localStorage.getItem(USED) ?? "[]");
  } catch {
    return [];
  }
}

function use(character) {
  try {
    localStorage.setItem(USED, JSON.stringify([character, ...used().filter((one) => one !== character)].slice(0, MOST)));
  } catch {
    // Then the usual ones stand first.
  }
}
