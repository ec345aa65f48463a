/** Acts on the keys of lib/keymap.js anywhere on the page, and draws their map. Jumping about is by the links themselves. */
import { emit } from "../lib/events.js";
import { go } from "../lib/go.js";
import { KEYMAP, matches, printed } from "../lib/keymap.js";
import { hasWord, word } from "../lib/words.js";
import { markRead } from "../realtime/live.js";
import { room as known } from "../realtime/store.js";

const REGIONS = ["#sidebar", "#main", ".flashes", "#side"];
const FIELD = "input, textarea, select, [contenteditable]";

export default class Keyboard {
  constructor(dialog) {
    this.dialog = dialog;
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    for (const place of document.querySelectorAll("[data-keys]")) {
      place.textContent = keys(KEYMAP.find(({ does }) => does === place.dataset.keys).keys[0]).join(" ");
    }
    this.#map();
  }

  stop() {
    this.listening.abort();
  }

  #key(event) {
    if (event.defaultPrevented || event.isComposing || event.repeat && event.key === "Escape") return;
    const found = KEYMAP.find(({ where, keys: combinations }) => where === "anywhere" && matches(event, combinations));
    if (!found) return;
    // A sign alone is a letter to whoever writes.
    const sign = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
    if (sign && event.target.closest?.(FIELD)) return;
    // In a field it takes back what was typed.
    if (found.does === "undo" && (event.target.closest?.(FIELD) || !lastAction())) return;
    // A dialog has its own Esc, and the page behind it stands still.
    if (document.querySelector("dialog[open]") && found.does !== "jump" && found.does !== "map") return;
    if (found.does === "read" && document.querySelector(".menu:popover-open")) return;
    // To whoever writes, Esc is a way out of something; it must not touch what they have not read.
    if (found.does === "read" && event.target.closest?.("textarea, input")?.value) return;
    event.preventDefault();
    this[found.does]();
  }

  jump() {
    emit("tw:ui.open", { id: "jump" });
  }

  /** In the side pane of a room; elsewhere as a page. Where it stands already, its field takes the focus. */
  search() {
    const field = document.querySelector(".search__input");
    const link = document.querySelector('.pane-head [data-side="search"]');
    if (field) field.focus();
    else if (link) {
      // What is typed until it is there is not for the room.
      link.focus();
      link.click();
    } else go("/search/");
  }

  map() {
    emit("tw:ui.open", { id: "keyboard-map" });
  }

  side() {
    emit("tw:ui.side", {});
  }

  composer() {
    emit("tw:ui.focus-composer");
  }

  /** Esc: what is open closes; where nothing is, everything here counts as read. */
  read() {
    const side = document.getElementById("side");
    if (side && !side.hidden) return emit("tw:ui.side", { close: true });
    const room = known(document.getElementById("main")?.dataset.room);
    if (!room?.unread) return;
    const seq = room.read_seq + 1;
    markRead(room.id, room.last_seq);
    emit("tw:ui.read", { room: room.id });
    const run = () => emit("tw:ui.action", { action: "unread", room: room.id, seq });
    emit("tw:ui.toast", { text: word("read.done"), about: "read", actions: [{ name: word("undo"), run }] });
  }

  "read-all"() {
    emit("tw:ui.read-all");
  }

  "first-unread"() {
    emit("tw:ui.first-unread");
  }

  calendar() {
    emit("tw:ui.calendar");
  }

  /** What the news over the page offers to take back. */
  undo() {
    lastAction().click();
  }

  regions() {
    const shown = REGIONS.map((selector) => document.querySelector(selector)).filter((region) => region?.childElementCount && region.getClientRects().length);
    const at = shown.findIndex((region) => region.contains(document.activeElement));
    const next = shown[(at + 1) % shown.length];
    (next.querySelector(".flash__action") ?? next.querySelector("[aria-current=page], textarea, h1 a, h2, .flash__close") ?? next).focus();
    if (!next.contains(document.activeElement)) next.focus();
  }

  "previous-room"() {
    this.#step(-1);
  }

  "next-room"() {
    this.#step(1);
  }

  "previous-unread"() {
    this.#step(-1, ".room-link--unread");
  }

  "next-unread"() {
    this.#step(1, ".room-link--unread");
  }

  #step(by, only = ".room-link") {
    const links = [...document.querySelectorAll(".room-list .room-link")];
    const at = links.findIndex((link) => link.hasAttribute("aria-current"));
    for (let tries = 1; tries <= links.length; tries += 1) {
      const link = links.at((at + by * tries + (at < 0 && by < 0 ? 1 : 0) + links.length) % links.length);
      if (link.matches(only) && !link.hasAttribute("aria-current")) return link.click();
    }
  }

  #map() {
    const place = this.dialog.querySelector(".keys");
    for (const [group, entries] of Object.entries(Object.groupBy(KEYMAP, (entry) => entry.group))) {
      const section = document.createElement("section");
      section.className = "keys__group";
      const title = document.createElement("h3");
      title.textContent = word(`keys.${group}`);
      const list = document.createElement("dl");
      list.append(...entries.map(row));
      section.append(title, list);
      place.append(section);
    }
  }
}

function lastAction() {
  return [...document.querySelectorAll(".flashes .flash__action")].at(-1);
}

function row({ does, keys: combinations, all = false }) {
  const line = document.createElement("div");
  line.className = "keys__row";
  const what = document.createElement("dt");
  what.textContent = word(`key.${does}`);
  const how = document.createElement("dd");
  for (const key of all ? combinations.flatMap(keys) : keys(combinations[0])) {
    const cap = document.createElement("kbd");
    cap.className = "kbd";
    cap.textContent = key;
    how.append(cap);
  }
  line.append(what, how);
  return line;
}

function keys(combination) {
  return printed(combination, (key) => (hasWord(`key-name.${key}`) ? word(`key-name.${key}`) : key));
}
