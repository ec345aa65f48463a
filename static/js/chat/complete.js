/**
 * Suggestions while one writes: `@` people, `#` rooms, `:` emoji after two letters. The list is lib/listbox.js; what is
 * chosen goes in through the browser's own editing, so undo takes it out again.
 */
import { clone } from "../lib/dom.js";
import { inOpenFence, insert, replace } from "../lib/edit.js";
import { findEmoji } from "../lib/emojis.js";
import { emit } from "../lib/events.js";
import { Favourites } from "../lib/favourites.js";
import { best } from "../lib/fuzzy.js";
import { get } from "../lib/http.js";
import { Listbox, option } from "../lib/listbox.js";
import { mayHere, me } from "../lib/me.js";
import { plural, word } from "../lib/words.js";
import { rooms } from "../realtime/store.js";

const QUIET_MS = 80;
const MOST = 8;
/** A room's name that can stand after its sign as it is; others are put in brackets (rooms/text/tokens.py). */
const PLAIN_ROOM = /^(?!\d+$)[\p{L}\p{N}][\p{L}\p{N}_]*(?:[.-]+[\p{L}\p{N}_]+)*$/u;
/** What is begun just before the caret: a sign after a space or a bracket, and letters. */
const BEGUN = /(?:^|[\s(])([@#:])([\p{L}\p{N}\p{M}_.+-]*)$/u;

export default class Complete {
  constructor(area) {
    this.area = area;
    const form = area.form;
    this.box = new Listbox(area, form.querySelector(".complete"), {
      choose: (chosen) => this.#choose(chosen),
      status: form.querySelector("[data-complete-count]"),
      count: (n) => plural("complete.found", n),
    });
    /** Letters → who, and which rooms of others, the server found for them. */
    this.people = new Map();
    this.others = new Map();
    // A change calls nobody: there, it is not offered.
    this.calls = form.matches(".composer");
    this.asking = 0;
    /** Where the word begins for which the list was put away. */
    this.refused = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    area.addEventListener("keydown", (event) => this.#key(event), { signal });
    area.addEventListener("input", ({ detail }) => detail !== "restored" && this.#look(), { signal });
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

  #key(event) {
    // Put away, it stays so for the word that is being written.
    if (event.key === "Escape" && this.box.open) this.refused = this.start;
    this.box.key(event);
  }

  async #look() {
    const asked = (this.asking += 1);
    clearTimeout(this.timer);
    const { selectionStart: caret, selectionEnd, value } = this.area;
    const [, sign, letters] = (caret === selectionEnd && BEGUN.exec(value.slice(Math.max(0, caret - 80), caret))) || [];
    if (!sign) this.refused = null;
    if (!sign || (sign === ":" && letters.length < 2) || inOpenFence(value, caret)) return this.box.hide();
    this.start = caret - letters.length - 1;
    if (this.start === this.refused) return;
    const found = await this[{ "@": "at", "#": "hash", ":": "colon" }[sign]](letters, asked);
    // Meanwhile one wrote on, or left.
    if (asked === this.asking && found && document.activeElement === this.area) this.box.show(found);
  }

  /** People: what was found for fewer letters is shown at once, the server's own answer follows. */
  async at(letters, asked) {
    const near = best(this.people.get("") ?? [], letters, names, MOST);
    const address = `${this.area.dataset.members}?q=${encodeURIComponent(letters)}`;
    if (!(await this.#ask(this.people, letters, near.map(person), asked, async () => (await get(address)).people))) return null;
    const found = (this.people.get(letters.toLowerCase()) ?? near).map(person);
    // Who may call all at once finds that below the people.
    const groups = this.calls ? called(letters.toLowerCase()) : [];
    return [...found.slice(0, MOST - groups.length), ...groups];
  }

  /** Public rooms, one's own first: another's name stays plain text for everybody (rooms/queries.py). */
  async hash(letters, asked) {
    const mine = rooms();
    const own = best(mine.filter(({ kind }) => kind === "public"), letters, (room) => [room.name], MOST);
    const address = `/jump.json?q=${encodeURIComponent(`#${letters}`)}`;
    const read = async () => (await get(address)).results.filter(({ kind }) => kind === "public");
    if (!(await this.#ask(this.others, letters, own.map(place), asked, read))) return null;
    const others = (this.others.get(letters.toLowerCase()) ?? []).filter(({ id }) => !mine.some((room) => room.id === id));
    const whole = ({ name }) => name.toLowerCase() === letters.toLowerCase();
    return [...own, ...others].sort((a, b) => whole(b) - whole(a)).slice(0, MOST).map(place);
  }

  /** Shows what is `near` at once, and asks for the rest, once for the same letters. False where one wrote on meanwhile. */
  async #ask(kept, letters, near, asked, read) {
    const key = letters.toLowerCase();
    if (kept.has(key)) return true;
    // What was found for fewer letters may be nobody who is meant now.
    if (near.length) this.box.show(near);
    else this.box.hide();
    await new Promise((done) => (this.timer = setTimeout(done, near.length ? QUIET_MS : 0)));
    if (asked !== this.asking) return false;
    // Without the server it is what is near; the next letter asks again.
    await read().then((found) => kept.set(key, found), () => {});
    return true;
  }

  async colon(letters) {
    return (await findEmoji(letters, MOST, new Favourites(me().id).top(MOST))).map(sign);
  }

  /** The button: the picker; what is chosen there stands where the caret was. */
  #pick() {
    emit("tw:ui.pick-emoji", { anchor: this.button, choose: (emoji) => this.#take(emoji) });
  }

  #take(emoji) {
    const { selectionStart: caret, value } = this.area;
    // `:name:` glued to a word is no emoji.
    const apart = emoji.startsWith(":") && caret > 0 && !/[\s(]/.test(value[caret - 1]) ? " " : "";
    insert(this.area, `${apart}${emoji} `);
  }

  #choose(chosen) {
    const { text, used: emojiUsed } = chosen.dataset;
    replace(this.area, this.start, this.area.selectionStart, text);
    if (emojiUsed) new Favourites(me().id).use(emojiUsed);
    this.asking += 1;
    this.box.hide();
  }
}

/** `@everyone` and `@here`, for those who may. */
function called(letters) {
  if (!mayHere().includes("mention_all")) return [];
  const groups = [["everyone", word("call.everyone")], ["here", word("call.here")]].filter(([name]) => name.startsWith(letters));
  return groups.map(([name, text]) => {
    const made = option("li", [icon("users"), { class: "complete__name", text: `@${name}` }, { class: "complete__note", text }]);
    made.dataset.text = `@${name} `;
    return made;
  });
}

const names = (one) => [one.username, one.display_name];
const noteOf = ({ username, member }) => (member === false ? word("complete.elsewhere", { name: `@${username}` }) : `@${username}`);

function person(one) {
  const picture = document.createElement("img");
  Object.assign(picture, { src: one.avatar, alt: "", width: 20, height: 20 });
  const frame = document.createElement("span");
  frame.className = "avatar avatar--xs";
  frame.append(picture);
  const made = option("li", [frame, { tag: "bdi", class: "complete__name", text: one.display_name || one.username }, { class: "complete__note", text: noteOf(one) }]);
  made.dataset.text = `@${one.username} `;
  return made;
}

function place(room) {
  const made = option("li", [icon("hash"), { tag: "bdi", class: "complete__name", text: room.name }, { class: "complete__note", text: room.topic }]);
  made.dataset.text = PLAIN_ROOM.test(room.name) ? `#${room.name} ` : `#[${room.name}] `;
  return made;
}

function sign({ text, name, note, url }) {
  const made = option("li", [url ? picture(url) : { class: "complete__sign", text }, { class: "complete__name", text: `:${name}:` }, { class: "complete__note", text: note }]);
  made.setAttribute("aria-label", note || name.replaceAll("_", " "));
  made.dataset.text = `${text} `;
  made.dataset.used = text;
  return made;
}

function picture(url) {
  const image = document.createElement("img");
  Object.assign(image, { src: url, alt: "", width: 20, height: 20, className: "complete__sign" });
  return image;
}

function icon(name) {
  const svg = clone("room-icon-template");
  const link = svg.querySelector("use");
  link.setAttribute("href", link.getAttribute("href").replace(/#.*/, `#${name}`));
  return svg;
}
