/** In a row of the timeline: the question it asks. */

export function fill(row, message, reader) {}
