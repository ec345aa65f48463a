/**
 * The dialog that asks when: `tw:ui.moment` {title, button, about?, note?, soon?, back?, send({when, text})} opens it.
 * What is written is said back as the server understands it, before anything is kept; what it refuses stays written.
 */
import { emit, on } from "../lib/events.js";
import { word } from "../lib/words.js";
import { Understanding } from "./understanding.js";

export default class Moment {
  #wish = null;

  constructor(dialog) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.when = dialog.querySelector("[name=when]");
    this.pick = dialog.querySelector("[type=datetime-local]");
    this.said = new Understanding(dialog.querySelector(".moment__said"));
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.moment", (wish) => this.#open(wish), { signal });
    this.when.addEventListener("input", () => this.#press(null), { signal });
    this.pick.addEventListener("input", () => this.pick.value && this.#take(this.pick.value), { signal });
    dialog.addEventListener("click", ({ target }) => this.#preset(target.closest("[data-preset]")), { signal });
    this.form.addEventListener("submit", (event) => this.#submit(event), { signal });
    dialog.addEventListener("close", () => this.#closed(), { signal });
  }

  stop() {
    this.listening.abort();
    this.said.stop();
  }

  #open(wish) {
    this.#wish = wish;
    this.form.reset();
    this.#press(null);
    this.dialog.querySelector("h2").textContent = wish.title;
    this.dialog.querySelector("[type=submit]").textContent = wish.button;
    const about = this.dialog.querySelector(".moment__about");
    about.textContent = wish.about ?? "";
    about.hidden = !wish.about;
    this.dialog.querySelector(".moment__note").hidden = !wish.note;
    for (const preset of this.dialog.querySelectorAll("[data-preset=soon]")) preset.hidden = wish.soon === false;
    emit("tw:ui.open", { id: this.dialog.id });
    this.dialog.querySelector("[data-preset]:not([hidden])").focus();
  }

  #preset(button) {
    if (!button) return;
    this.pick.value = "";
    this.#take(button.textContent.trim());
    this.#press(button);
    this.dialog.querySelector("[type=submit]").focus();
  }

  #take(words) {
    this.when.value = words;
    this.#press(null);
    this.said.ask();
  }

  #press(chosen) {
    for (const preset of this.dialog.querySelectorAll("[data-preset]")) preset.setAttribute("aria-pressed", String(preset === chosen));
  }

  async #submit(event) {
    event.preventDefault();
    if (!this.#wish || this.form.getAttribute("aria-busy") === "true") return;
    const wish = this.#wish;
    this.form.setAttribute("aria-busy", "true");
    try {
      const answer = await wish.send({ when: this.when.value, text: this.form.elements.text.value });
      this.dialog.close();
      if (answer?.detail) emit("tw:ui.toast", { text: answer.detail, tone: "success" });
    } catch (refusal) {
      this.said.say(refusal.message || word("unreachable"), true);
      this.when.focus();
    } finally {
      this.form.removeAttribute("aria-busy");
    }
  }

  #closed() {
    this.said.forget();
    const back = this.#wish?.back;
    this.#wish = null;
    // The menu it was chosen in is gone: the browser has nowhere to give the focus back to.
    if (back?.isConnected) back.focus({ preventScroll: true });
  }
}
