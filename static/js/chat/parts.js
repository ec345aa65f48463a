/**
 * What a row shows beside its words: each part has a file of its own and its place in rooms/_message.html. A part
 * exports `fill(row, message, reader)`, called whenever the row is made or changes, and `adopt(row, message, reader)`
 * where there is something to do with a row that the server rendered.
 */
import * as quote from "./parts/quote.js";
import * as marks from "./parts/marks.js";
import * as forward from "./parts/forward.js";
import * as files from "./parts/files.js";
import * as poll from "./parts/poll.js";
import * as previews from "./parts/previews.js";
import * as reactions from "./parts/reactions.js";
import * as thread from "./parts/thread.js";

const PARTS = [marks, quote, forward, files, poll, previews, reactions, thread];

/** The parts of a row say what the message says now. */
export function fillParts(row, message, reader) {
  for (const part of PARTS) part.fill(row, message, reader);
}

/** The same for a row of what is not sent yet: parts export `pending(row, entry, reader)` where they show something. */
export function pendingParts(row, entry, reader) {
  for (const part of PARTS) part.pending?.(row, entry, reader);
}

/** The server filled them; what depends on the reader is added. */
export function adoptParts(row, message, reader) {
  for (const part of PARTS) part.adopt?.(row, message, reader);
}
