/** In a row of the timeline: that the message is pinned, by whom and when; and that the reader saved it. */
import { word } from "../../lib/words.js";
import { isSaved } from "../../realtime/kept.js";

export function fill(row, message, reader) {
  const pinned = message.deleted ? null : message.pinned;
  const mark = row.querySelector(".mark--pinned");
  mark.hidden = !pinned;
  row.classList.toggle("message--pinned", Boolean(pinned));
  if (pinned) {
    mark.querySelector(".mark__words").textContent = word("pinned-by", { name: pinned.by.display_name });
    mark.title = reader.dates.full(new Date(pinned.at));
  }
  markSaved(row);
}

export const adopt = fill;

/** The reader's own mark; called again where only that changed. */
export function markSaved(row) {
  const saved = row.dataset.kind === "text" && isSaved(row.dataset.id);
  row.classList.toggle("message--saved", saved);
  row.querySelector(".mark--saved").hidden = !saved;
  const marks = row.querySelector(".message__marks");
  marks.hidden = ![...marks.children].some((mark) => !mark.hidden);
}
