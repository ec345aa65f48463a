/**
 * When a message counts as read: the tab is seen and has the focus, and half of the message has been in view for 0.7 s.
 * The mark is one number and only grows, so the last such message is all that matters. Whoever sets it back by hand wants
 * it there: from then on nothing is read by looking, until they leave the room, write in it, or mark it as read.
 */
import { isWatching } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { watching } from "../realtime/live.js";

const DWELL_MS = 700;
/** In this tab, over a reload: which room was set back. */
const HELD = "tw:unread";

export class Reading {
  #timer = null;
  #candidate = 0;

  /** Of the timeline `section`. `room`: none for a thread, which says itself that it is watched (`watch`). `lastSeen()`: the seq of the last message in view, or 0; `atEnd()`: is that the room's end?; `mark(seq)`. */
  constructor({ section, room = null, lastSeen, atEnd = () => false, mark, watch = (looks) => watching(room, looks), signal }) {
    Object.assign(this, { section, room, lastSeen, atEnd, mark, watch });
    /** Come to from a search, or past much that is unread, one only looks, until one does something here. */
    this.looking = false;
    for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      document.addEventListener(name, (event) => this.looking && section.parentElement?.contains(event.target) && !leadsOn(event) && this.#begin(), { signal, passive: true });
    }
    this.held = room !== null && held() === room;
    section.toggleAttribute("data-held", this.held);
    for (const name of ["focus", "blur"]) addEventListener(name, () => this.look(), { signal });
    document.addEventListener("visibilitychange", () => this.look(), { signal });
    on("tw:read.updated", (event) => event.room === room && event.back && this.#hold(true), { signal });
    on("tw:ui.sent", (sent) => sent.room === room && sent.thread === null && this.#hold(false), { signal });
    on("tw:ui.read", (event) => event.room === room && this.#hold(false), { signal });
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      watch(false);
      if (this.held) hold("");
    });
  }

  get #reads() {
    return isWatching() && !this.held && !this.looking;
  }

  /** Something moved, came or went. */
  look() {
    const reads = this.#reads;
    this.watch(reads && this.atEnd());
    if (!reads) {
      clearTimeout(this.#timer);
      this.#timer = null;
      return;
    }
    if (this.#timer !== null) return;
    this.#candidate = this.lastSeen();
    if (this.#candidate) this.#timer = setTimeout(() => this.#dwelt(), DWELL_MS);
  }

  #dwelt() {
    this.#timer = null;
    if (!this.#reads) return;
    const now = this.lastSeen();
    const seen = Math.min(now, this.#candidate);
    if (seen) this.mark(seen);
    if (now > seen) this.look();
  }

  #begin() {
    this.looking = false;
    this.look();
  }

  #hold(wanted) {
    if (this.held === wanted) return;
    this.held = wanted;
    this.section.toggleAttribute("data-held", wanted);
    hold(wanted ? this.room : "");
    this.look();
  }
}

/** Keys that go elsewhere (Alt+Tab too), the room's head, links, and the way up to the first unread message read nothing. */
function leadsOn({ target, key, ctrlKey, metaKey, altKey }) {
  return ctrlKey || metaKey || altKey || /^(Shift|Tab|Escape)$/.test(key) || target.closest(".pane-head, a, .pill--above");
}

function held() {
  try {
    return sessionStorage.getItem(HELD);
  } catch {
    return null;
  }
}

function hold(room) {
  try {
    sessionStorage.setItem(HELD, room);
  } catch {
    // Then a reload counts as leaving the room.
  }
}
