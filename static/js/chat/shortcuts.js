/** Formatting: the keys of lib/keymap.js that act while one writes, and the same as buttons of a bar one can put away. */
import { insert, prefixLines, replace, wrap } from "../lib/edit.js";
import { KEYMAP, matches } from "../lib/keymap.js";

const SHOWN = "tw:formatting";
const FORMATS = {
  bold: (area) => wrap(area, "**"),
  italic: (area) => wrap(area, "_"),
  strike: (area) => wrap(area, "~~"),
  code: (area) => (selected(area).includes("\n") ? FORMATS.block(area) : wrap(area, "`")),
  block: (area) => block(area),
  link: (area) => link(area),
  quote: (area) => prefixLines(area, () => "> ", /^> ?/),
  list: (area) => prefixLines(area, () => "- ", /^[-*] /),
  numbers: (area) => prefixLines(area, (number) => `${number}. `, /^\d+\. /),
};

export default class Shortcuts {
  constructor(bar) {
    this.bar = bar;
    const box = bar.closest(".composer__box");
    this.area = box.querySelector("textarea");
    this.toggle = box.querySelector("[data-does=tools]");
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.area.addEventListener("keydown", (event) => this.#key(event), { signal });
    bar.addEventListener("click", ({ target }) => this.#format(target.closest("[data-format]")?.dataset.format), { signal });
    bar.addEventListener("keydown", (event) => this.#walk(event), { signal });
    this.toggle.addEventListener("click", () => this.#show(bar.hidden), { signal });
    this.toggle.hidden = false;
    this.#name();
    this.#show(stored());
  }

  stop() {
    this.listening.abort();
  }

  #key(event) {
    if (event.isComposing) return;
    const found = KEYMAP.find((entry) => entry.where === "writing" && matches(event, entry.keys));
    // Mod+K is also the way to jump: it makes a link only of chosen words.
    if (!found || (found.selected && !selected(this.area))) return;
    event.preventDefault();
    event.stopPropagation();
    this.#format(found.does);
  }

  #format(does) {
    FORMATS[does]?.(this.area);
  }

  /** A toolbar is one stop of Tab; inside it the arrows move. */
  #walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const buttons = [...this.bar.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons.at((at + step * (document.dir === "rtl" ? -1 : 1)) % buttons.length);
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }

  #name() {
    const buttons = [...this.bar.querySelectorAll("button")];
    for (const [index, button] of buttons.entries()) button.tabIndex = index === 0 ? 0 : -1;
  }

  #show(shown) {
    this.bar.hidden = !shown;
    this.toggle.setAttribute("aria-pressed", String(shown));
    try {
      localStorage.setItem(SHOWN, shown ? "yes" : "");
    } catch {
      // Then it is put away again after a reload.
    }
  }
}

function stored() {
  try {
    return localStorage.getItem(SHOWN) === "yes";
  } catch {
    return false;
  }
}

function selected(area) {
  return area.value.slice(area.selectionStart, area.selectionEnd);
}

function block(area) {
  const before = area.value.slice(0, area.selectionStart);
  const start = area.selectionStart + (before && !before.endsWith("\n") ? 1 : 0) + 4;
  const text = selected(area);
  insert(area, `${before && !before.endsWith("\n") ? "\n" : ""}\`\`\`\n${text}\n\`\`\``);
  area.setSelectionRange(start, start + text.length);
}

/** The chosen words become the text of a link, its address is written next; a chosen address is the address. */
function link(area) {
  const { selectionStart: start, selectionEnd: end } = area;
  const text = selected(area);
  if (/^https?:\/\/\S+$/.test(text)) {
    replace(area, start, end, `[](${text})`);
    area.setSelectionRange(start + 1, start + 1);
  } else {
    replace(area, start, end, `[${text}](https://)`);
    const address = start + text.length + 3;
    area.setSelectionRange(address, address + "https://".length);
  }
}
