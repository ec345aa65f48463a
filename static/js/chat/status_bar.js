/** The thin bar that says how the connection is, when it is not simply there. Silent about blinks. */
import { on } from "../lib/events.js";
import { datesFor } from "../lib/time.js";
import { plural, word } from "../lib/words.js";
import { connection } from "../realtime/live.js";

/** Shorter than this an absence is no news. */
const BLINK_MS = 1_200;
const SUSPENDED = 4403;
const OUT_OF_ORDER = 4413;

export default class StatusBar {
  #timer = null;

  constructor(bar) {
    this.bar = bar;
    this.inner = bar.querySelector(".status-bar__inner");
    this.text = bar.querySelector(".status-bar__text");
    this.reload = bar.querySelector("[data-status=reload]");
    this.icon = bar.querySelector(".icon");
    this.spinner = bar.querySelector(".spinner");
    this.dates = datesFor();
    this.wasOffline = false;
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.connection", () => this.#soon(), { signal });
    this.reload.addEventListener("click", () => location.reload(), { signal });
    this.#soon();
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.#timer);
  }

  #soon() {
    const { state } = connection();
    const known = !this.inner.hidden;
    if (known || state === "stopped") return this.#draw();
    // Catching up is only news to those who saw the bar.
    if (state !== "offline") {
      clearTimeout(this.#timer);
      this.#timer = null;
      return;
    }
    this.#timer ??= setTimeout(() => this.#draw(), BLINK_MS);
  }

  #draw() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const { state, since, waiting, stopCode } = connection();
    this.bar.dataset.state = state;
    this.inner.hidden = state === "online";
    this.spinner.hidden = state !== "catching-up";
    this.icon.hidden = !this.spinner.hidden;
    this.reload.hidden = stopCode !== OUT_OF_ORDER && stopCode !== SUSPENDED;
    if (state === "offline") {
      const when = this.dates.clock(new Date(since ?? Date.now()));
      this.text.textContent = waiting ? plural("offline-waiting", waiting, { when }) : word("offline", { when });
    } else if (state === "catching-up") {
      this.text.textContent = word("catching-up");
    } else if (state === "stopped") {
      this.text.textContent = word(`stopped-${stopCode}`);
    }
  }
}
