/**
 * Short news over the page: `tw:ui.toast` {text, tone: info|success|warning|error, actions, stays}, in the place where the
 * server's own messages stand. `actions` are [{name, run}], buttons that end it. They go by themselves, errors and those
 * that `stays` excepted; none goes while one points at it or stands in it.
 */
import { clone } from "../lib/dom.js";
import { on } from "../lib/events.js";

const STAYS_MS = 6_000;
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

  show({ text, tone = "info", actions = [], stays = tone === "error" }) {
    const flash = clone("toast-template");
    flash.classList.add(`flash--${tone}`);
    flash.querySelector(".flash__text").textContent = text;
    const use = flash.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${ICONS[tone] ?? "info"}`));
    for (const { name, run } of actions) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "flash__action button button--sm", textContent: name });
      button.addEventListener("click", () => (flash.remove(), run()));
      flash.querySelector(".flash__text").after(button);
    }
    // The same words twice are one piece of news.
    for (const other of this.place.children) if (other.textContent.trim() === flash.textContent.trim()) other.remove();
    this.place.append(flash);
    while (this.place.children.length > MOST) this.place.firstElementChild.remove();
    this.#prepare(flash, stays);
  }

  #prepare(flash, stays) {
    if (!flash.querySelector(".flash__close")) flash.append(clone("toast-template").querySelector(".flash__close"));
    flash.querySelector(".flash__close").addEventListener("click", () => flash.remove());
    if (stays) return;
    let timer;
    const wait = () => (timer = setTimeout(() => flash.remove(), STAYS_MS));
    for (const name of ["pointerenter", "focusin"]) flash.addEventListener(name, () => clearTimeout(timer));
    for (const name of ["pointerleave", "focusout"]) flash.addEventListener(name, wait);
    wait();
  }
}
