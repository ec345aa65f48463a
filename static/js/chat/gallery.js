/**
 * The media, files or links of a room while they are looked at: what is sent meanwhile appears, what is deleted goes. The
 * list is asked for anew; rows that stand already stay as they are, pictures and focus included.
 */
import { on } from "../lib/events.js";
import { page } from "../lib/http.js";

/** Changes come in bunches. */
const SETTLES_MS = 300;
const MEDIA = ["image", "video"];

export default class Gallery {
  #timer = null;

  constructor(element) {
    this.element = element;
    this.box = element.closest(".gallery");
    this.listening = new AbortController();
    const { signal } = this.listening;
    for (const name of ["created", "updated"]) {
      on(`tw:message.${name}`, ({ room, message }) => room === element.dataset.room && this.#concerns(message) && this.#later(), { signal });
    }
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.#timer);
  }

  /** Is something of this message to come or to go, or to be called otherwise? */
  #concerns(message) {
    const { kind } = this.element.dataset;
    const end = `/m/${message.id}/`;
    const shown = Boolean(this.box.querySelector(`[href$="${CSS.escape(end)}"], [data-message$="${CSS.escape(end)}"]`));
    if (kind === "links" && message.previews?.length) return true;
    const files = message.attachments ?? [];
    const has = kind === "links" ? /https?:/.test(message.body) : files.some((file) => MEDIA.includes(file.kind) === (kind === "media"));
    return shown !== (has && !message.deleted);
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), SETTLES_MS);
  }

  async #again() {
    let fresh;
    try {
      const { found } = await page(this.element.dataset.here, { fragment: "side" });
      fresh = found.querySelector(".gallery__all");
    } catch {
      // Without a network, or not here any more: what stands there stays until it is opened anew.
      return;
    }
    if (!fresh || !this.element.isConnected) return;
    const standing = new Map([...this.element.querySelectorAll("li")].map((row) => [keyOf(row), row]));
    for (const row of fresh.querySelectorAll("li")) {
      const same = standing.get(keyOf(row));
      if (same) row.replaceWith(same);
    }
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    this.element.replaceChildren(...fresh.childNodes);
    if (focused?.isConnected) focused.focus({ preventScroll: true });
    else if (focused) this.box.querySelector("a")?.focus({ preventScroll: true });
  }
}

/** What it is, in which message, and how it is called: one link may have been sent twice. */
const keyOf = (row) => [...[...row.querySelectorAll("a")].map((link) => link.getAttribute("href")), row.querySelector(".gallery__name")?.textContent].join(" ");
