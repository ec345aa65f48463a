/** Quoting: a message, or the words of it that are selected, come into the composer with "> " and who said them. */
import { emit, on } from "../lib/events.js";
import { messagePath } from "../lib/paths.js";
import { messageOf, textOf } from "./message.js";

export default class Quoting {
  #held = null;

  constructor(element) {
    this.most = Number(element.dataset.most);
    this.listening = new AbortController();
    const { signal } = this.listening;
    // A press on the way to the button may end the selection: what it was is held until one presses elsewhere.
    document.addEventListener("selectionchange", () => this.#hold(), { signal });
    document.addEventListener("pointerdown", ({ target }) => !target.closest?.(".actions") && (this.#held = null), { signal, capture: true });
    on("tw:ui.action", ({ action, row }) => action === "quote" && this.#quote(row), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #hold() {
    const selection = getSelection();
    const body = (node) => (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.(".message__body");
    const inside = body(selection?.anchorNode);
    const text = selection?.toString().trim();
    if (text && inside && inside === body(selection.focusNode)) this.#held = { row: inside.closest(".message"), text };
  }

  #quote(row) {
    const message = messageOf(row);
    const { room, thread } = row.closest(".timeline").dataset;
    const form = document.querySelector(`form.composer[data-room="${room}"]${thread ? `[data-thread="${thread}"]` : ":not([data-thread])"}`);
    if (!message || !form) return;
    const chosen = this.#held?.row === row ? this.#held.text : message.body || textOf(row);
    this.#held = null;
    const lines = chosen.split("\n");
    const shown = lines.length > this.most ? [...lines.slice(0, this.most), "…"] : lines;
    const link = new URL(messagePath(message.room, message.id), location).href;
    // A name is no formatting, whatever signs are in it.
    const name = message.sender.display_name.replace(/[\\[\]*_`~<>|]/g, "\\$&");
    const quote = [`[${name}](${link}):`, ...shown].map((line) => `> ${line}`).join("\n");
    const area = form.querySelector("textarea");
    const before = area.value.slice(0, area.selectionStart);
    emit("tw:ui.insert", { form, text: `${before && !before.endsWith("\n") ? "\n" : ""}${quote}\n\n` });
    emit("tw:ui.focus-composer", { thread });
  }
}
