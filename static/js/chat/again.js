/** A form for one thing after the other: empty again once it was taken. */
import { on } from "../lib/events.js";

export default class Again {
  constructor(form) {
    this.listening = new AbortController();
    on("tw:ui.posted", ({ action }) => {
      if (action !== form.action || form.closest("details")) return;
      form.reset();
      form.querySelector(".input")?.focus();
    }, { signal: this.listening.signal });
  }

  stop() {
    this.listening.abort();
  }
}
