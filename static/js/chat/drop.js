/** Files dropped anywhere on a room, or on a thread beside it, go into its composer; a place to drop them shows meanwhile. */
import { clone } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { word } from "../lib/words.js";

export default class Drop {
  constructor(element) {
    this.form = element.closest("form");
    this.zone = element.closest("#side, main");
    this.shown = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.zone.addEventListener("dragover", (event) => this.#over(event), { signal });
    this.zone.addEventListener("dragleave", (event) => this.zone.contains(event.relatedTarget) || this.#hide(), { signal });
    this.zone.addEventListener("drop", (event) => this.#drop(event), { signal });
    // Beside it a file must not take the place of the page.
    for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => hasFiles(event) && event.preventDefault(), { signal });
    document.addEventListener("dragend", () => this.#hide(), { signal });
  }

  stop() {
    this.listening.abort();
    this.#hide();
  }

  #over(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    if (this.shown) return;
    this.shown = clone("drop-template");
    const name = document.querySelector("main")?.dataset.title ?? "";
    this.shown.querySelector("span").textContent = word("attach.drop", { name });
    this.zone.append(this.shown);
  }

  #drop(event) {
    this.#hide();
    if (!hasFiles(event)) return;
    event.preventDefault();
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const plain = items.filter((item) => !item.webkitGetAsEntry?.()?.isDirectory);
    if (plain.length < items.length) emit("tw:ui.toast", { tone: "error", text: word("attach.folder") });
    const files = plain.map((item) => item.getAsFile()).filter(Boolean);
    if (files.length) emit("tw:ui.attach", { form: this.form, files, told: null });
  }

  #hide() {
    this.shown?.remove();
    this.shown = null;
  }
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}
