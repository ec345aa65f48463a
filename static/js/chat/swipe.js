/** A swipe over a message, towards its beginning, answers it: on touch, in the room and in a thread. */
import { emit } from "../lib/events.js";

const BEGINS_PX = 12;
const ENOUGH_PX = 56;
const MOST_PX = 80;

export default class Swipe {
  #at = null;

  constructor() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("pointerdown", (event) => this.#down(event), { signal, passive: true });
    document.addEventListener("pointermove", (event) => this.#move(event), { signal, passive: true });
    document.addEventListener("pointerup", (event) => this.#up(event), { signal });
    document.addEventListener("pointercancel", () => this.#end(), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #down(event) {
    this.#end();
    const row = event.pointerType === "touch" && event.isPrimary ? event.target.closest?.(".message[data-id]:not(.message--system, .message--deleted, .message--editing)") : null;
    // What scrolls sideways by itself is not swiped.
    if (!row || event.target.closest("pre, .table, input, textarea, video, audio")) return;
    this.#at = { row, x: event.clientX, y: event.clientY, swipes: false, by: 0 };
  }

  #move(event) {
    const at = this.#at;
    if (!at) return;
    const by = (event.clientX - at.x) * (document.documentElement.dir === "rtl" ? 1 : -1);
    const across = Math.abs(event.clientY - at.y);
    if (!at.swipes && across > BEGINS_PX) return this.#end();
    if (!at.swipes && by < BEGINS_PX) return;
    at.swipes = true;
    at.by = Math.max(0, Math.min(MOST_PX, by));
    at.row.classList.add("message--swiped");
    at.row.classList.toggle("message--swiped-enough", at.by >= ENOUGH_PX);
    at.row.style.setProperty("--swiped", `${at.by}px`);
  }

  #up() {
    const { row, by = 0 } = this.#at ?? {};
    this.#end();
    if (by >= ENOUGH_PX) emit("tw:ui.act", { action: "reply", row });
  }

  #end() {
    if (!this.#at) return;
    const { row } = this.#at;
    row.classList.remove("message--swiped", "message--swiped-enough");
    row.style.removeProperty("--swiped");
    this.#at = null;
  }
}
