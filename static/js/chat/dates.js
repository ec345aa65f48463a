/**
 * The lines between days. Each stands before the first message of its day and sticks to the top while its day passes;
 * one that is no longer between two days goes.
 */
import { clone } from "../lib/dom.js";
import { calendarPath } from "../lib/paths.js";

/** Puts the line of `day` before `row`, or takes away one that is not needed there. `dates` as in lib/time.js. */
export function placeDay(row, needed, date, dates) {
  const before = row.previousElementSibling;
  const line = before?.matches(".timeline__day") ? before : dayAboveNew(before);
  const day = row.dataset.day;
  if (!needed) {
    line?.remove();
    return;
  }
  if (line?.dataset.day === day) return;
  line?.remove();
  const fresh = clone("day-template");
  fresh.dataset.day = day;
  // Another day from here; without the calendar's own dialog a page of its own.
  const { room } = row.closest("[data-room]")?.dataset ?? {};
  if (room) fresh.firstElementChild.href = calendarPath(room);
  label(fresh, date, dates);
  // The line of new messages, where there is one here, stays right above its message.
  (before?.matches(".timeline__new") ? before : row).before(fresh);
}

/** After midnight "Today" is another day: all lines say anew what they are. */
export function relabel(list, dates) {
  for (const line of list.querySelectorAll(".timeline__day")) {
    label(line, new Date(Number(line.dataset.at)), dates);
  }
}

function label(line, date, dates) {
  line.dataset.at = date.getTime();
  line.firstElementChild.textContent = dates.dayLabel(date);
}

function dayAboveNew(element) {
  const above = element?.matches(".timeline__new") ? element.previousElementSibling : null;
  return above?.matches(".timeline__day") ? above : null;
}
