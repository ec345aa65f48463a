/**
 * Forms with `data-enhance` are sent without leaving the page. What comes then: "go" follows to where the answer leads,
 * "side" shows the side pane anew, nothing more otherwise. A search (`data-search`) answers while one types.
 * A refusal is said under the form's fields and as news; all that was typed stays.
 */
import { emit, on } from "../lib/events.js";
import { go } from "../lib/go.js";
import { page, post } from "../lib/http.js";
import { word } from "../lib/words.js";

const QUIET_MS = 200;

export default class Forms {
  constructor() {
    this.asked = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("submit", (event) => this.#submit(event), { signal });
    document.addEventListener("input", (event) => this.#search(event), { signal });
    document.addEventListener("change", ({ target }) => target.matches?.("[data-sends]") && target.form.requestSubmit(), { signal });
    on("tw:ui.room", () => this.#tidy(), { signal });
    on("tw:ui.side-shown", () => this.#tidy(), { signal });
    this.#tidy();
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.timer);
  }

  /** Buttons that only a page without JavaScript needs. */
  #tidy() {
    for (const element of document.querySelectorAll("[data-without-js]")) element.hidden = true;
  }

  #submit(event) {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.matches("[data-search]")) {
      event.preventDefault();
      this.#find(form);
    } else if (form.matches("[data-enhance]")) {
      event.preventDefault();
      this.#send(form, event.submitter);
    }
  }

  async #send(form, submitter) {
    if (form.getAttribute("aria-busy") === "true") return;
    const data = new FormData(form, submitter);
    const button = submitter?.matches(".button") ? submitter : form.querySelector(".button:not([type=button])");
    form.setAttribute("aria-busy", "true");
    button?.setAttribute("aria-busy", "true");
    try {
      const answer = await post(form.action, data);
      this.#errors(form, "");
      if (answer.detail) emit("tw:ui.toast", { text: answer.detail, tone: "success" });
      const { enhance } = form.dataset;
      emit("tw:ui.posted", { form, action: form.action, answer });
      if (enhance === "go") go(answer.url);
      else if (enhance === "side") this.#side(answer);
    } catch (refusal) {
      const text = refusal.message || word("unreachable");
      if (!this.#errors(form, text)) emit("tw:ui.toast", { text, tone: "error" });
    } finally {
      form.removeAttribute("aria-busy");
      button?.removeAttribute("aria-busy");
    }
  }

  /** In the side pane that is shown anew; on a page of its own the page is. */
  #side(answer) {
    if (document.getElementById("side")?.hidden === false) emit("tw:ui.side", { again: true });
    else if (document.querySelector(".main > .sheet")) go(location.href);
    else if (!answer) go(location.href);
  }

  /** Says it in the form, where that has fields one can correct. True if it did. */
  #errors(form, text) {
    if (!form.matches(".form")) return false;
    let place = form.querySelector(".form__errors");
    if (!text) {
      place?.remove();
      return true;
    }
    if (!place) {
      place = document.createElement("div");
      place.className = "form__errors";
      place.setAttribute("role", "alert");
      form.prepend(place);
    }
    const line = document.createElement("p");
    line.textContent = text;
    place.replaceChildren(line);
    place.scrollIntoView({ block: "nearest" });
    return true;
  }

  #search({ target }) {
    const form = target.closest?.("[data-search]");
    if (!form || form.method !== "get") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#find(form), QUIET_MS);
  }

  /** The same page with what was found; only the part that lists it is changed. */
  async #find(form) {
    this.asked?.abort();
    this.asked = new AbortController();
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form)).toString();
    const list = form.parentElement.querySelector("[data-found]");
    try {
      const { found } = await page(url, { signal: this.asked.signal });
      const fresh = found.querySelector("[data-found]");
      if (!fresh || !list.isConnected) return;
      list.replaceChildren(...fresh.childNodes);
      if (!form.closest("#side")) history.replaceState(history.state, "", url);
    } catch (refusal) {
      if (refusal.name !== "AbortError") emit("tw:ui.toast", { text: refusal.message || word("unreachable"), tone: "error" });
    }
  }
}
