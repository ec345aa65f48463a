/**
 * Short news over the page: `tw:ui.toast` {text, tone: info|success|warning|error, actions, stays, about}, in the place where
 * the server's own messages stand. What is news `about` the same takes the place of what was said before. `actions` are [{name, run}], buttons that end it. They go by themselves, errors and those
 * that `stays` excepted; none goes while one points at it or stands in it. Whoever stood in one that goes is put back where they came from.
 */
import { clone, focusOn } from "../lib/dom.js";
import { on } from "../lib/events.js";

const STAYS_MS = 6_000;
/** With something to take back: nearly as long as the server does so (DELETE_UNDO_SECONDS). */
const OFFERS_MS = 9_000;
const MOST = 4;
const ICONS = { success: "circle-check", error: "circle-alert", warning: "triangle-alert" };

export default class Toasts {
  constructor() {
    this.place = document.querySelector(".flashes");
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.toast", (toast) => this.show(toast), { signal });
    for (const flash of this.place.querySelectorAll(".flash")) this.#prepare(flash, flash.classList.contains("flash--error"));
  }

  stop() {
    this.listening.abort();
  }

  show({ text, tone = "info", actions = [], stays = tone === "error", about = text }) {
    const flash = clone("toast-template");
    flash.classList.add(`flash--${tone}`);
    flash.querySelector(".flash__text").textContent = text;
    const use = flash.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${ICONS[tone] ?? "info"}`));
    for (const { name, run } of actions) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "flash__action button button--sm", textContent: name });
      button.addEventListener("click", () => (leave(flash), run()));
      flash.querySelector(".flash__text").after(button);
    }
    // The same words twice are one piece of news, and a later one takes back what it is about.
    flash.dataset.about = about;
    for (const other of [...this.place.children]) if (other.dataset.about === about) leave(other);
    this.place.append(flash);
    while (this.place.children.length > MOST) leave(this.place.firstElementChild);
    this.#prepare(flash, stays);
  }

  #prepare(flash, stays) {
    if (!flash.querySelector(".flash__close")) flash.append(clone("toast-template").querySelector(".flash__close"));
    flash.querySelector(".flash__close").addEventListener("click", () => leave(flash));
    flash.addEventListener("focusin", ({ relatedTarget }) => flash.contains(relatedTarget) || before.set(flash, relatedTarget));
    if (stays) return;
    let timer;
    const lasts = flash.querySelector(".flash__action") ? OFFERS_MS : STAYS_MS;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => leave(flash), lasts);
    };
    for (const name of ["pointerenter", "focusin"]) flash.addEventListener(name, () => clearTimeout(timer));
    for (const name of ["pointerleave", "focusout"]) flash.addEventListener(name, wait);
    wait();
  }
}

/** Where the focus was before it came into one of them. */
const before = new WeakMap();

function leave(flash) {
  const stood = flash.contains(document.activeElement);
  flash.remove();
  if (stood) focusOn(before.get(flash));
}
