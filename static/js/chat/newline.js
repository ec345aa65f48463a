/**
 * The line above the first message that was new on opening. It stays where it was while the room is open, so that one
 * can look up from the newest and still see where one had left off.
 */
import { clone } from "../lib/dom.js";

/** Puts the line before `row`, or takes away one that is not needed there. */
export function placeNew(row, needed) {
  const before = row.previousElementSibling;
  const line = before?.matches(".timeline__new") ? before : null;
  if (needed && !line) row.before(clone("new-template"));
  if (!needed) line?.remove();
}
