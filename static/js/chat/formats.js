/** Formatting: what the keys of lib/keymap.js do to the words in a field while one writes, and the buttons beside it. */
import { insert, prefixLines, replace, wrap } from "../lib/edit.js";
import { KEYMAP, matches } from "../lib/keymap.js";

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

/** Gives the chosen words that look, or takes it from them. */
export function format(area, does) {
  FORMATS[does]?.(area);
}

/** True where the key meant a format: then it means nothing else. */
export function formatKey(area, event) {
  if (event.isComposing) return false;
  const found = KEYMAP.find((entry) => entry.where === "writing" && matches(event, entry.keys));
  // Mod+K is also the way to jump: it makes a link only of chosen words.
  if (!found || (found.selected && !selected(area))) return false;
  event.preventDefault();
  event.stopPropagation();
  format(area, found.does);
  return true;
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
