/** In a form that asks when: says the browser's time zone, for somebody who chose none. Empty again once it was taken. */
import { on } from "../lib/events.js";
import { browserZone } from "../lib/time.js";

export default class Zone {
  constructor(form) {
    this.listening = new AbortController();
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "zone", defaultValue: browserZone() });
    form.append(field);
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
