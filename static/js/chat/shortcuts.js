/** Formatting: the keys of lib/keymap.js that act while one writes, and the same as buttons of a bar one can put away. */
import { format, formatKey } from "./formats.js";

const SHOWN = "tw:formatting";

export default class Shortcuts {
  constructor(bar) {
    this.bar = bar;
    const box = bar.closest(".composer__box");
    this.area = box.querySelector("textarea");
    this.toggle = box.querySelector("[data-does=tools]");
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.area.addEventListener("keydown", (event) => formatKey(this.area, event), { signal });
    bar.addEventListener("click", ({ target }) => format(this.area, target.closest("[data-format]")?.dataset.format), { signal });
    bar.addEventListener("keydown", (event) => this.#walk(event), { signal });
    this.toggle.addEventListener("click", () => this.#show(bar.hidden), { signal });
    this.toggle.hidden = false;
    this.#name();
    this.#show(stored());
  }

  stop() {
    this.listening.abort();
  }

  /** A toolbar is one stop of Tab; inside it the arrows move. */
  #walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const buttons = [...this.bar.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons.at((at + step * (document.dir === "rtl" ? -1 : 1)) % buttons.length);
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }

  #name() {
    const buttons = [...this.bar.querySelectorAll("button")];
    for (const [index, button] of buttons.entries()) button.tabIndex = index === 0 ? 0 : -1;
  }

  #show(shown) {
    this.bar.hidden = !shown;
    this.toggle.setAttribute("aria-pressed", String(shown));
    try {
      localStorage.setItem(SHOWN, shown ? "yes" : "");
    } catch {
      // Then it is put away again after a reload.
    }
  }
}

function stored() {
  try {
    return localStorage.getItem(SHOWN) === "yes";
  } catch {
    return false;
  }
}
