/** In a row of the timeline: the files sent with it. */

export function fill(row, message, reader) {}
