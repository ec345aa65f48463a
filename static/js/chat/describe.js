/** The dialog that describes the pictures and films of a message of one's own, for who cannot see them. */
import { clone } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { post } from "../lib/http.js";
import { word } from "../lib/words.js";
import { fileIcon, setIcon } from "./file_icons.js";
import { messageOf } from "./message.js";

export default class Describe {
  constructor(dialog) {
    this.dialog = dialog;
    this.list = dialog.querySelector("ul");
    this.error = dialog.querySelector("[role=alert]");
    this.save = dialog.querySelector(".button--primary");
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.action", ({ action, row, file }) => action === "describe" && this.#open(messageOf(row), file), { signal });
    dialog.querySelector("form").addEventListener("submit", (event) => this.#submit(event), { signal });
  }

  stop() {
    this.listening.abort();
  }

  /** All of them, or one: `file`, its id. */
  #open(message, file = null) {
    const seen = message.attachments.filter(({ id, kind }) => (file ? id === file : kind === "image" || kind === "video"));
    this.list.replaceChildren(...seen.map(item));
    this.error.textContent = "";
    this.dialog.showModal();
    this.list.querySelector("textarea")?.focus();
  }

  async #submit(event) {
    event.preventDefault();
    this.error.textContent = "";
    this.save.setAttribute("aria-busy", "true");
    try {
      for (const area of this.list.querySelectorAll("textarea")) {
        const alt = area.value.trim();
        if (alt === area.defaultValue) continue;
        await post(`/files/${area.dataset.file}/`, { alt });
        // Refused later on, this one is done.
        area.defaultValue = alt;
      }
      this.dialog.close();
    } catch (refusal) {
      this.error.textContent = refusal.message || word("unreachable");
    } finally {
      this.save.removeAttribute("aria-busy");
    }
  }
}

function item(file) {
  const made = clone("describe-template");
  made.querySelector("bdi").textContent = file.name;
  const image = made.querySelector("img");
  image.hidden = !file.thumb;
  if (file.thumb) image.src = file.thumb;
  const icon = made.querySelector(".icon");
  icon.toggleAttribute("hidden", Boolean(file.thumb));
  setIcon(icon, fileIcon(file.kind));
  const area = made.querySelector("textarea");
  area.dataset.file = file.id;
  area.defaultValue = file.alt;
  area.setAttribute("aria-label", word("attach.describe", { name: file.name }));
  return made;
}
