/**
 * The calendar of a room in a dialog: opened by any link `data-calendar` (the head, a line between days) or its key, at
 * the day one is reading. The server draws the month; here one turns it and walks over its days by arrows. A day is a
 * link like any other.
 */
import { emit, on } from "../lib/events.js";
import { page } from "../lib/http.js";
import { why } from "../lib/words.js";

const WEEK = 7;
/** So much of the top the line of the day, which sticks there, covers. */
const COVERED_PX = 24;

export default class Calendar {
  constructor(dialog) {
    this.dialog = dialog;
    this.body = dialog.querySelector(".dialog__body");
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("click", (event) => this.#opens(event), { signal });
    on("tw:ui.calendar", () => document.querySelector(".pane-head [data-calendar]")?.click(), { signal });
    // Before the pane changes: the focus goes back into it, and on with it.
    for (const name of ["leaving", "room"]) on(`tw:ui.${name}`, () => dialog.close(), { signal });
    this.body.addEventListener("click", (event) => this.#turns(event), { signal });
    this.body.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.body.addEventListener("submit", (event) => this.#date(event), { signal });
  }

  stop() {
    this.listening.abort();
    this.dialog.close();
  }

  async #opens(event) {
    const link = event.target.closest?.("a[data-calendar][href]");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const { day } = (link.closest("[data-day]") ?? reading())?.dataset ?? {};
    const url = new URL(link.href);
    if (day) url.searchParams.set("month", day.slice(0, "2026-11".length));
    if (!(await this.#load(url, link))) return;
    this.dialog.showModal();
    this.#settle(day);
  }

  /** Puts the month at `url` into the dialog; where it is refused, the page at `link` says why. One that stands there stays. */
  async #load(url, link) {
    try {
      const { found } = await page(url, { fragment: "calendar" });
      this.body.replaceChildren(found.querySelector(".calendar"));
      return true;
    } catch (refusal) {
      if (this.dialog.open) this.#refused(refusal);
      else if (refusal.status) location.assign(link.href);
      else emit("tw:ui.toast", { text: why(refusal), tone: "warning" });
      return false;
    }
  }

  /** Said in the dialog, below which a toast would be dark and out of reach. */
  #refused(refusal) {
    const month = this.body.querySelector(".calendar");
    month.removeAttribute("aria-busy");
    const line = Object.assign(document.createElement("p"), { className: "notice notice--warning", role: "alert", textContent: why(refusal) });
    month.querySelector(".notice")?.remove();
    month.append(line);
  }

  async #turns(event) {
    const link = event.target.closest("[data-turn]");
    if (link) {
      event.preventDefault();
      event.stopPropagation();
      await this.#turn(link);
    }
  }

  /** To another month; `at` is the day, or where among its days, that gets the focus. */
  async #turn(link, at) {
    const way = link.dataset.turn;
    this.body.firstElementChild.setAttribute("aria-busy", "true");
    if (!(await this.#load(new URL(link.href), link))) return;
    this.#settle();
    if (at) this.#days().at(at === "last" ? -1 : 0)?.focus();
    else (this.#way(way) ?? this.#days()[0])?.focus();
  }

  /** The link that turns that way: `earlier`, `later`, and the same by a year. Null at the end. */
  #way(way) {
    return this.body.querySelector(`[data-turn="${way}"]`);
  }

  #days() {
    return [...this.body.querySelectorAll("a.calendar__day")];
  }

  /** The month is one tab stop: the day one came from, else the last with messages. */
  #settle(day) {
    const days = this.#days();
    const chosen = days.find((one) => one.dataset.day === day) ?? days.at(-1);
    for (const one of days) one.tabIndex = one === chosen ? 0 : -1;
    (chosen ?? this.#way("earlier") ?? this.#way("later"))?.focus();
  }

  /**
   * Arrows go from day to day and week to week, over those on which nothing was said; Page keys turn the month, with
   * Shift the year.
   */
  #key(event) {
    const day = event.target.closest("a.calendar__day");
    if (!day && (!event.key.startsWith("Page") || event.target.matches("input"))) return;
    const days = this.#days();
    const at = days.indexOf(day);
    const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = document.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const number = (one) => Number(one.dataset.day.slice(-2));
    const next = {
      [forward]: () => days[at + 1],
      [back]: () => days[at - 1],
      ArrowDown: () => days.find((one) => number(one) >= number(day) + WEEK),
      ArrowUp: () => days.findLast((one) => number(one) <= number(day) - WEEK),
      Home: () => days[0],
      End: () => days.at(-1),
      PageUp: () => null,
      PageDown: () => null,
    }[event.key];
    if (!next) return;
    event.preventDefault();
    const to = next();
    if (to) {
      day.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
      return;
    }
    const earlier = [back, "ArrowUp", "PageUp"].includes(event.key);
    const link = this.#way(`${event.shiftKey && event.key.startsWith("Page") ? "year-" : ""}${earlier ? "earlier" : "later"}`);
    if (link && event.key !== "Home" && event.key !== "End") this.#turn(link, earlier ? "last" : "first");
  }

  /** A date that was typed: followed like a link, so that the page stays. */
  #date(event) {
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(event.target));
    const link = document.createElement("a");
    link.href = `${event.target.action}?${fields}`;
    link.dataset.pane = "";
    link.hidden = true;
    this.body.append(link);
    link.click();
    link.remove();
  }
}

/** The first message in sight: its day is the one being read. A line of a day may be further up, and not there yet. */
function reading() {
  const top = document.querySelector("#main .timeline")?.getBoundingClientRect().top;
  const rows = [...document.querySelectorAll("#main .message[data-day]")];
  return rows.find((row) => row.getBoundingClientRect().bottom > top + COVERED_PX);
}
