/**
 * The rooms and conversations at the side, as the store knows them: names, unread, mentions, drafts, and their order,
 * pinned, then unread, then the latest. A row moves only while nobody points at the list or stands in it.
 */
import { draftOf, roomOfDraft } from "../lib/drafts.js";
import { clone } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { me } from "../lib/me.js";
import { arrange, counted, kindOf, titleOf, waiting } from "../lib/roomlist.js";
import { plural, word } from "../lib/words.js";
import { room as known, rooms } from "../realtime/store.js";
import { unreadThreads } from "../realtime/threads.js";

const MOVE_MS = 160;
const MOST_SHOWN = 999;
/** The sign of a row as the server made it: right, until something changes. */
const DRAWN = "drawn";
const still = matchMedia("(prefers-reduced-motion: reduce)");

export default class Sidebar {
  constructor(element) {
    this.element = element;
    this.lists = { rooms: element.querySelector('[data-list="rooms"]'), directs: element.querySelector('[data-list="directs"]') };
    this.rows = new Map([...element.querySelectorAll(".room-item")].map((row) => [row.dataset.room, row]));
    for (const row of this.rows.values()) row.querySelector(".room-link__icon").dataset.sign = DRAWN;
    this.alive = false;
    this.waiting = false;
    this.current = null;
    this.held = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:store.rooms", ({ changed }) => this.#draw(changed), { signal });
    on("tw:ui.room", () => this.#here(), { signal });
    on("tw:threads.changed", () => this.#threads(), { signal });
    on("tw:ui.draft", ({ room }) => this.#draft(String(room)), { signal });
    addEventListener("storage", ({ key }) => this.#draftElsewhere(key), { signal });
    for (const name of ["pointerleave", "focusout"]) {
      element.addEventListener(name, () => this.waiting && setTimeout(() => this.#order()), { signal });
    }
    this.#folds(signal);
    this.#here();
    for (const id of this.rows.keys()) this.#draft(id);
  }

  stop() {
    this.listening.abort();
  }

  /** Only the rows that changed: with hundreds of rooms a busy one must not cost the others. The first time, all. */
  #draw(changed) {
    if (!this.alive) {
      this.alive = true;
      this.#hold();
      changed = [...this.rows.keys(), ...rooms().map(({ id }) => id)];
    }
    for (const id of new Set(changed)) {
      const room = known(id);
      if (room) this.#row(room);
      else this.#drop(id);
    }
    this.#empties();
    this.#order();
    this.#sums();
    this.#news();
  }

  #drop(id) {
    this.rows.get(id)?.remove();
    this.rows.delete(id);
  }

  #row(room) {
    let row = this.rows.get(room.id);
    if (!row) {
      row = clone("room-link-template");
      row.dataset.room = room.id;
      row.querySelector("a").href = `/rooms/${room.id}/`;
      this.rows.set(room.id, row);
      this.lists[room.kind === "direct" ? "directs" : "rooms"].append(row);
      this.#draft(room.id);
    }
    const { unread, mentions } = counted(room);
    const link = row.querySelector("a");
    link.classList.toggle("room-link--unread", unread > 0 || mentions > 0);
    show(row, "quiet", room.notify === "none");
    setText(row.querySelector(".room-link__name"), titleOf(room, me()?.id, word("notes")));
    this.#sign(row, room);
    show(row, "pin", room.pinned);
    const marks = { count: mentions ? 0 : unread, mentions, threads: room.threads ?? 0 };
    for (const [name, number] of Object.entries(marks)) mark(show(row, name, number > 0), number);
  }

  /** The sign before the name: what kind of room, or whose face. */
  #sign(row, room) {
    const { icon, partner } = kindOf(room, me()?.id);
    const place = row.querySelector(".room-link__icon");
    const sign = partner ? `person ${partner.id} ${partner.avatar}` : icon;
    if (place.dataset.sign === sign) return;
    const drawn = place.dataset.sign === DRAWN;
    place.dataset.sign = sign;
    if (drawn) return;
    if (partner) {
      const avatar = clone("room-avatar-template");
      avatar.querySelector("img").src = partner.avatar;
      const dot = avatar.querySelector(".avatar__presence");
      dot.dataset.presence = partner.id;
      dot.dataset.state = place.querySelector(".avatar__presence")?.dataset.state ?? "offline";
      row.querySelector("[data-presence-words]").dataset.presenceWords = partner.id;
      place.replaceChildren(avatar);
    } else {
      const svg = clone("room-icon-template");
      const use = svg.querySelector("use");
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
      place.replaceChildren(svg);
    }
  }

  /** Into order, as soon as that disturbs nobody. */
  #order() {
    if (!this.alive) return;
    this.waiting = this.element.matches(":hover") && matchMedia("(hover: hover)").matches;
    const focused = document.activeElement?.closest?.(".room-item");
    if (this.element.contains(focused)) this.waiting = true;
    if (this.waiting) return;
    for (const [name, list] of Object.entries(this.lists)) {
      const mine = rooms().filter((room) => (room.kind === "direct") === (name === "directs"));
      const wanted = arrange(mine, this.held).map((room) => this.rows.get(room.id));
      const present = [...list.children];
      if (wanted.every((row, index) => row === present[index])) continue;
      slide(wanted, () => list.append(...wanted));
    }
  }

  #here() {
    const before = this.current;
    this.current = document.getElementById("main")?.dataset.room ?? null;
    if (before !== this.current) this.#hold();
    for (const [id, row] of this.rows) setCurrent(row.querySelector("a"), id === this.current);
    for (const link of this.element.querySelectorAll(".room-link--way")) setCurrent(link, link.pathname === location.pathname);
    for (const id of [before, this.current]) if (id) this.#draft(id);
    this.rows.get(this.current)?.scrollIntoView({ block: "nearest" });
    this.#order();
    this.#news();
  }

  /** A room opened while it is unread keeps its place until one leaves it, though it is read by then. */
  #hold() {
    const room = known(this.current);
    this.held = room && sum(counted({ ...room, watched: false })) > 0 ? room.id : null;
  }

  /** The open room shows its draft itself; its pencil comes when one leaves. */
  #draft(id) {
    const row = this.rows.get(id);
    if (row) show(row, "draft", id !== this.current && draftOf(me()?.id, id).trim() !== "");
  }

  #draftElsewhere(key) {
    const id = roomOfDraft(me()?.id, key);
    if (id) this.#draft(id);
  }

  #empties() {
    const sizes = { rooms: this.lists.rooms.childElementCount, directs: this.lists.directs.childElementCount };
    for (const empty of this.element.querySelectorAll("[data-empty]")) empty.hidden = sizes[empty.dataset.empty] > 0;
    for (const other of this.element.querySelectorAll("[data-empty-hides]")) other.hidden = sizes[other.dataset.emptyHides] === 0;
  }

  #folds(signal) {
    for (const fold of this.element.querySelectorAll("[data-fold]")) {
      const key = `tw:fold:${fold.dataset.fold}`;
      try {
        if (localStorage.getItem(key) === "closed") fold.open = false;
      } catch {
        continue;
      }
      fold.addEventListener("toggle", () => {
        try {
          localStorage.setItem(key, fold.open ? "" : "closed");
        } catch {
          // Open again after a reload.
        }
        this.#sums();
      }, { signal });
    }
    this.#sums();
  }

  /** The way to the threads says how many have something new. */
  #threads() {
    for (const count of this.element.querySelectorAll("[data-threads-count]")) mark(count, unreadThreads());
  }

  /** A folded section says how many of its rooms have news. */
  #sums() {
    for (const fold of this.element.querySelectorAll("[data-fold]")) {
      const news = fold.querySelectorAll(".room-link--unread").length;
      const sum = fold.querySelector(".fold__sum");
      sum.hidden = fold.open || news === 0;
      sum.className = "fold__sum badge";
      sum.textContent = plural("sidebar.news", news);
    }
  }

  /** On a phone the way back to this list shows whether there is something new in it. */
  #news() {
    const dot = document.querySelector(".pane-head__news");
    if (!dot) return;
    // Of the room one is in, its threads alone are news.
    dot.hidden = !rooms().some((room) => sum(waiting(room.id === this.current ? { ...room, watched: true } : room)) > 0);
  }
}

function sum({ unread, mentions }) {
  return unread + mentions;
}

function setCurrent(link, here) {
  if (here) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}

/** One of the marks of a row, shown or not. The server leaves out those that have nothing to say: they come from the blank. */
function show(row, name, shown) {
  const find = (part) => row.querySelector(`.room-link__${part}`);
  if (shown && !find(name)) {
    const blank = clone("room-link-template").querySelector(".room-link__marks").children;
    find("marks").replaceChildren(...[...blank].map((mark) => row.querySelector(`.${[...mark.classList].at(-1)}`) ?? mark));
  }
  const place = find(name);
  if (place) place.hidden = !shown;
  return place;
}

function mark(element, number) {
  if (!element) return;
  element.hidden = number === 0;
  setText(element.querySelector("[data-count]"), number > MOST_SHOWN ? `${MOST_SHOWN}+` : String(number));
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Lets rows glide from where they were to where they are put. */
function slide(rows, move) {
  const before = new Map(rows.map((row) => [row, row.isConnected ? row.getBoundingClientRect().top : null]));
  move();
  if (still.matches) return;
  for (const row of rows) {
    const from = before.get(row);
    const by = from === null ? 0 : from - row.getBoundingClientRect().top;
    if (by) row.animate([{ translate: `0 ${by}px` }, { translate: "0 0" }], { duration: MOVE_MS, easing: "cubic-bezier(0.2, 0.8, 0.2, 1)" });
  }
}
