/**
 * A list of what is kept (`data-kept`: pins, saved, reminders, scheduled): its times as the reader reads them, and the
 * list shown anew when it changed, here or in another tab. What one is writing in it stays.
 */
import { emit, on } from "../lib/events.js";
import { page, post } from "../lib/http.js";
import { browserZone, showTimes } from "../lib/time.js";
import { word } from "../lib/words.js";

const EVENTS = { saved: "tw:saved.updated", reminders: "tw:reminders.updated", scheduled: "tw:scheduled.updated" };
const SETTLES_MS = 100;

export default class Kept {
  #timer = null;

  constructor(element) {
    this.element = element;
    this.listening = new AbortController();
    const { signal } = this.listening;
    const event = EVENTS[element.dataset.kept];
    if (event) on(event, () => this.#later(), { signal });
    on("tw:ui.posted", ({ action }) => this.#posted(action), { signal });
    element.addEventListener("click", ({ target }) => this.#move(target.closest("[data-moves]")), { signal });
    // The search puts other rows here, and a gallery what came meanwhile.
    new MutationObserver(() => this.#show()).observe(element.querySelector(".gallery__all") ?? element, { childList: true });
    this.#show();
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.#timer);
  }

  #show() {
    showTimes(this.element);
    for (const button of this.element.querySelectorAll("[data-moves]")) button.hidden = false;
  }

  /** What was written in a row is kept: the row may be shown anew. */
  #posted(action) {
    const form = [...this.element.querySelectorAll("details[open] form")].find((one) => one.action === action);
    const details = form?.closest("details");
    if (!details) return;
    if (details.contains(document.activeElement)) details.querySelector("summary").focus({ preventScroll: true });
    details.open = false;
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), SETTLES_MS);
  }

  async #again() {
    if (this.element.querySelector("details[open] form:focus-within")) return this.#later();
    const rows = [...this.element.querySelectorAll(".kept__item")];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    try {
      const { found } = await page(location.href);
      const fresh = found.querySelector(`[data-kept="${this.element.dataset.kept}"]`);
      if (!fresh || !this.element.isConnected) return;
      this.element.replaceChildren(...fresh.childNodes);
      // The tabs have counts.
      const tabs = document.querySelector("#main .tabs");
      const freshTabs = found.querySelector("#main .tabs");
      if (tabs && freshTabs && !tabs.contains(document.activeElement)) tabs.replaceWith(freshTabs);
    } catch {
      return;
    }
    if (at < 0) return;
    const left = this.element.querySelectorAll(".kept__item");
    const next = left[Math.min(at, left.length - 1)]?.querySelector("a, button");
    (next ?? document.getElementById("main")).focus({ preventScroll: true });
  }

  /** Another time for a reminder. */
  #move(button) {
    if (!button) return;
    emit("tw:ui.moment", {
      title: word("remind.title"),
      button: word("put-off.button"),
      back: button,
      send: ({ when }) => post(button.dataset.moves, { does: "later", when, zone: browserZone() }),
    });
  }
}
