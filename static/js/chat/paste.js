/**
 * Paste: rich text comes in as Markdown, an address over chosen words makes them a link. Everything goes in through the
 * browser's own editing, so undo takes it out again; with Shift the browser brings plain text, as ever.
 */
import { inOpenFence, insert } from "../lib/edit.js";
import { isCode, toMarkdown } from "../lib/markdown.js";

const ADDRESS = /^https?:\/\/\S+$/;
/** Beyond this (a whole spreadsheet) reading it would hold up the page for longer than it is worth. */
const HTML_MOST = 1_000_000;

export default class Paste {
  constructor(element) {
    this.area = element.closest("form").querySelector("textarea");
    this.listening = new AbortController();
    this.area.addEventListener("paste", (event) => this.#paste(event), { signal: this.listening.signal });
  }

  stop() {
    this.listening.abort();
  }

  #paste(event) {
    // Files are somebody else's; whoever took the paste already keeps it.
    if (event.defaultPrevented || !event.clipboardData) return;
    const { area } = this;
    const text = event.clipboardData.getData("text/plain");
    const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
    if (inOpenFence(area.value, area.selectionStart)) return;
    if (ADDRESS.test(text.trim()) && chosen.trim() && !/[\n[\]]/.test(chosen) && !ADDRESS.test(chosen.trim())) {
      event.preventDefault();
      insert(area, `[${chosen}](${text.trim()})`);
      return;
    }
    const html = event.clipboardData.getData("text/html");
    if (!html || html.length > HTML_MOST) return;
    const { body } = new DOMParser().parseFromString(html, "text/html");
    const markdown = isCode(body) ? null : toMarkdown(body);
    if (markdown === null) return;
    event.preventDefault();
    insert(area, markdown);
  }
}
