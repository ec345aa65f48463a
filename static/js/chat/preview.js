/** How the message will look, above the text while one goes on writing. The server renders it, as it will the message. */
import { setMessageHtml } from "../lib/dom.js";
import { post } from "../lib/http.js";
import { word } from "../lib/words.js";

const QUIET_MS = 300;

export default class Preview {
  constructor(element) {
    this.element = element;
    const box = element.closest(".composer__box");
    this.area = box.querySelector("textarea");
    this.button = box.querySelector("[data-does=preview]");
    this.timer = null;
    this.asked = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.button.addEventListener("click", () => this.#toggle(), { signal });
    this.area.addEventListener("input", (event) => this.#changed(event), { signal });
    box.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.button.hidden = false;
  }

  stop() {
    this.listening.abort();
    this.asked?.abort();
    clearTimeout(this.timer);
  }

  #toggle() {
    this.element.hidden = !this.element.hidden;
    this.button.setAttribute("aria-pressed", String(!this.element.hidden));
    if (!this.element.hidden) this.#render();
    this.area.focus();
  }

  /** Esc, unless something within took it. */
  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented || this.element.hidden) return;
    event.preventDefault();
    this.#toggle();
  }

  #changed({ detail }) {
    if (this.element.hidden) return;
    // One has seen what one wanted to see.
    if (detail === "sent") return this.#toggle();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#render(), this.area.value ? QUIET_MS : 0);
  }

  async #render() {
    this.asked?.abort();
    if (!this.area.value.trim()) {
      this.element.textContent = word("preview.empty");
      return;
    }
    this.asked = new AbortController();
    try {
      const { html } = await post(this.element.dataset.url, { body: this.area.value, room: this.element.dataset.room }, { signal: this.asked.signal });
      setMessageHtml(this.element, html);
    } catch (refusal) {
      if (refusal.name !== "AbortError") this.element.textContent = refusal.message || word("unreachable");
    }
  }
}
