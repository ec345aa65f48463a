/** Beside a field for a time (`data-of`: its id) stands how the server understands what is written there, before anything is kept. */
import { get } from "../lib/http.js";
import { datesFor } from "../lib/time.js";
import { word } from "../lib/words.js";

const QUIET_MS = 250;

export class Understanding {
  #asked = null;
  #timer = null;

  constructor(place) {
    this.place = place;
    this.field = document.getElementById(place.dataset.of);
    this.dates = datesFor();
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.field.addEventListener("input", () => this.#later(), { signal });
    this.field.form.addEventListener("reset", () => this.forget(), { signal });
  }

  stop() {
    this.listening.abort();
    this.forget();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), QUIET_MS);
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#asked?.abort();
  }

  /** Of what stands in the field now. */
  async ask() {
    this.#drop();
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    const when = this.field.value.trim();
    if (!when) return this.say("");
    try {
      const { said, due_at: due } = await get(`${this.place.dataset.url}?${new URLSearchParams({ when })}`, { signal });
      this.say(due ? word("moment.means", { when: this.dates.full(new Date(due)) }) : said, !due);
    } catch (refusal) {
      if (refusal.name !== "AbortError") this.say(refusal.message || word("unreachable"), true);
    }
  }

  /** Nothing is asked any more, and nothing said. */
  forget() {
    this.#drop();
    this.say("");
  }

  say(text, wrong = false) {
    this.place.textContent = text;
    this.place.classList.toggle("moment__said--wrong", wrong);
    if (wrong) this.field.setAttribute("aria-invalid", "true");
    else this.field.removeAttribute("aria-invalid");
  }
}
