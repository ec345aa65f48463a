/** A message opened from a search: the words that were searched stand marked in it, as the browser's own highlight. */
import { plain } from "../lib/fuzzy.js";

const NAME = "found";
const HIGHLIGHT_MS = 3_000;

/** A row that one was led to stands out for a moment, with what was `searched` marked in it. */
export function pointOut(row, searched = "") {
  row.classList.add("message--target");
  setTimeout(() => row.classList.remove("message--target"), HIGHLIGHT_MS);
  mark(row, searched);
}

/** Marks what was `searched` in a row of a timeline, and nothing elsewhere any more. */
function mark(row, searched) {
  if (!globalThis.CSS?.highlights) return;
  CSS.highlights.delete(NAME);
  const words = folded(searched).text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const body = row.querySelector(".message__main");
  const ranges = [];
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node && words.length; node = walker.nextNode()) {
    if (node.parentElement.closest(".message__head")) continue;
    const { text, places } = folded(node.data);
    for (const word of words) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        if (/[\p{L}\p{N}]/u.test(text[at - 1] ?? "") && /^[\x20-\x7e]+$/.test(word)) continue;
        const range = new Range();
        range.setStart(node, places[at]);
        range.setEnd(node, places[at + word.length]);
        ranges.push(range);
      }
    }
  }
  if (ranges.length) CSS.highlights.set(NAME, new Highlight(...ranges));
}

/** A text as it is compared, and for each place in it the one in `data`: "ß" is two letters there, "é" is "e". */
function folded(data) {
  let text = "";
  const places = [];
  let at = 0;
  for (const sign of data) {
    const letters = plain(sign);
    text += letters;
    for (let more = 0; more < letters.length; more += 1) places.push(at);
    at += sign.length;
  }
  return { text, places: [...places, at] };
}
