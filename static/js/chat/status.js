/** The dialog of one's own status: opens with what stands there, takes a suggestion, and closes once it is set. */
import { on } from "../lib/events.js";
import { me } from "../lib/me.js";

export default class Status {
  constructor(dialog) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.now = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.status", ({ user, status }) => user === me()?.id && (this.now = status), { signal });
    on("tw:ui.opened", ({ id }) => id === dialog.id && this.#fill(), { signal });
    on("tw:ui.posted", ({ action }) => action === this.form.action && dialog.close(), { signal });
    dialog.addEventListener("click", ({ target }) => this.#click(target.closest("button")), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #fill() {
    const { emoji, text, minutes } = this.form.elements;
    emoji.value = this.now?.emoji ?? "";
    text.value = this.now?.text ?? "";
    minutes.value = "";
    text.focus();
  }

  #click(button) {
    const { emoji, text, minutes } = this.form.elements;
    if (button?.dataset.statusChoice) {
      emoji.value = button.dataset.statusChoice;
      text.value = button.textContent.trim();
      minutes.value = button.dataset.minutes;
    } else if (button?.matches("[data-status-clear]")) {
      emoji.value = text.value = minutes.value = "";
      this.form.requestSubmit();
    }
  }
}
