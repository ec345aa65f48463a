/**
 * Changes to what stands in a textarea, made so that the browser's undo takes them back: `insertText` goes through the
 * same door as typing. Where a browser has lost that command the text still changes, and undo starts afresh.
 */

/** Puts `text` in the place of what is selected. */
export function insert(area, text) {
  area.focus();
  apart(area);
  const done = text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (done) return apart(area);
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** Typing before or after is another step of undo: browsers begin a new one where the selection has been elsewhere. */
function apart(area) {
  const { selectionStart: start, selectionEnd: end, selectionDirection } = area;
  const elsewhere = start === 0 && end === 0 ? area.value.length : 0;
  area.setSelectionRange(elsewhere, elsewhere);
  area.setSelectionRange(start, end, selectionDirection);
}

/** Puts `text` in the place of what stands from `start` to `end`. */
export function replace(area, start, end, text) {
  area.setSelectionRange(start, end);
  insert(area, text);
}

/** Sets a mark around the selection, or takes it away where it stands there already. Without a selection the caret goes between. */
export function wrap(area, open, close = open) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  const outside = value.slice(0, start).endsWith(open) && value.slice(end).startsWith(close);
  if (outside && chosen) {
    replace(area, start - open.length, end + close.length, chosen);
    area.setSelectionRange(start - open.length, end - open.length);
  } else if (chosen.length > open.length + close.length && chosen.startsWith(open) && chosen.endsWith(close)) {
    insert(area, chosen.slice(open.length, chosen.length - close.length));
    area.setSelectionRange(start, end - open.length - close.length);
  } else {
    insert(area, open + chosen + close);
    area.setSelectionRange(start + open.length, end + open.length);
  }
}

/** Begins each selected line with what `mark(number)` says, or takes it away where all have it (`has`, a pattern). */
export function prefixLines(area, mark, has) {
  const { selectionStart, selectionEnd, value } = area;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const stop = value.indexOf("\n", selectionEnd);
  const end = stop === -1 ? value.length : stop;
  const lines = value.slice(start, end).split("\n");
  const all = lines.every((line) => has.test(line));
  const changed = lines.map((line, index) => (all ? line.replace(has, "") : mark(index + 1) + line)).join("\n");
  replace(area, start, end, changed);
  if (lines.length > 1) area.setSelectionRange(start, start + changed.length);
}

/** A new line in a list or a quote goes on with it; in an item that is empty still, it ends it. False: there is none. */
export function goOn(area) {
  const { selectionStart: at, value } = area;
  const start = value.lastIndexOf("\n", at - 1) + 1;
  const [mark, indent, sign, number] = /^(\s*)([-*] (?:\[[ x]\] )?|> |(\d{1,3})\. )/.exec(value.slice(start, at)) ?? [];
  if (!mark || inOpenFence(value, at)) return false;
  if (at === start + mark.length && /^(\n|$)/.test(value.slice(at))) replace(area, start, at, start ? "\n" : "");
  else insert(area, "\n" + indent + (number ? sign.replace(number, Number(number) + 1) : sign.replace("[x]", "[ ]")));
  return true;
}

/** Is the caret inside a fence of code that is not closed yet? There Enter breaks the line. */
export function inOpenFence(text, caret) {
  return (text.slice(0, caret).match(/^ {0,3}```/gm) ?? []).length % 2 === 1;
}

/** How many characters the server will count: it counts code points, JavaScript counts halves of some. */
export function countCharacters(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
