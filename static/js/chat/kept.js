/**
 * A list of what is kept (`data-kept`: pins, saved, reminders, scheduled): its times as the reader reads them, and the
 * list shown anew when it changed, here or in another tab; while one writes in it, once that is saved or taken back.
 */
import { forgetFile } from "../lib/attached.js";
import { emit, on } from "../lib/events.js";
import { page, post } from "../lib/http.js";
import { showTimes } from "../lib/time.js";
import { word } from "../lib/words.js";

const EVENTS = { saved: "tw:saved.updated", reminders: "tw:reminders.updated", scheduled: "tw:scheduled.updated" };
const SETTLES_MS = 100;

export default class Kept {
  #timer = null;
  /** It changed while one was writing. */
  #held = false;
  /** The connection was away: of what happened meanwhile nobody tells. */
  #missed = false;

  constructor(element) {
    this.element = element;
    this.listening = new AbortController();
    const { signal } = this.listening;
    const event = EVENTS[element.dataset.kept];
    if (event) {
      on(event, () => this.#later(), { signal });
      on("tw:message.updated", ({ message }) => this.#heard(message), { signal });
      on("tw:ui.connection", ({ state }) => this.#connected(state), { signal });
    }
    on("tw:ui.posted", ({ form, answer }) => this.#posted(form, answer), { signal });
    element.addEventListener("click", ({ target }) => this.#move(target.closest("[data-moves]")), { signal });
    for (const name of ["input", "focusout"]) element.addEventListener(name, () => this.#held && this.#later(), { signal });
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
    for (const element of this.element.querySelectorAll("[data-without-js]")) element.hidden = true;
  }

  /** A message it lists was deleted, or its deletion taken back. */
  #heard({ id, deleted }) {
    const place = this.element.querySelector(`[data-says="${CSS.escape(id)}"]`);
    if (place && place.matches(".kept__gone") !== Boolean(deleted)) this.#later();
  }

  #connected(state) {
    if (state !== "offline" && this.#missed) this.#later();
    this.#missed = state === "offline";
  }

  /** What was written in a row is kept, or has gone with it: the row may be shown anew. */
  #posted(form, answer) {
    if (!this.element.contains(form)) return;
    const gone = answer.gone ?? [form.dataset.gone ?? []].flat();
    gone.forEach(forgetFile);
    // Of a file that waits no event tells.
    if (gone.length) this.#later();
    const row = form.closest(".kept__item");
    if (!row) return;
    for (const field of row.querySelectorAll("input, textarea")) Object.assign(field, { defaultValue: field.value, defaultChecked: field.checked });
    const details = row.querySelector("details[open]");
    if (details?.contains(document.activeElement)) details.querySelector("summary").focus({ preventScroll: true });
    if (details) details.open = false;
    if (this.#held) this.#later();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), SETTLES_MS);
  }

  async #again() {
    this.#held = [...this.element.querySelectorAll("details form")].some((form) => form.matches(":focus-within") || isChanged(form));
    if (this.#held) return;
    const rows = [...this.element.querySelectorAll(".kept__item")];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const nth = controls(rows[at]).indexOf(document.activeElement);
    const inside = this.element.contains(document.activeElement);
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
    if (!inside) return;
    const left = this.element.querySelectorAll(".kept__item");
    // The same of the next row: whoever goes through the list presses it again.
    const next = controls(left[Math.max(0, Math.min(at, left.length - 1))]);
    (next[nth] ?? next[0] ?? document.getElementById("main")).focus({ preventScroll: true });
  }

  /** Another time: for a reminder, or for a message and whatever else its form says by now. */
  #move(button) {
    if (!button) return;
    const { form } = button;
    const sent = this.element.dataset.kept === "scheduled";
    emit("tw:ui.moment", {
      title: word(sent ? "later.title" : "remind.title"),
      button: word(sent ? "later.button" : "put-off.button"),
      about: sent ? form.elements.body.value.trim() : "",
      back: button,
      send: async ({ when }) => {
        const fields = new FormData(sent ? form : undefined);
        fields.set("when", when);
        if (!sent) fields.set("does", "later");
        const answer = await post(button.dataset.moves, fields);
        if (sent) emit("tw:ui.posted", { form, action: form.action, answer });
        return answer;
      },
    });
  }
}

const controls = (row) => [...(row?.querySelectorAll("a, button, summary") ?? [])].filter((control) => control.checkVisibility());

/** Does it hold anything but what it came with? */
const isChanged = (form) => [...form.elements].some((field) => (field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== (field.defaultValue ?? field.value)));
