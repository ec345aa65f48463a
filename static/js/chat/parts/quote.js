/** In a row of the timeline: what an inline reply answers. */

export function fill(row, message, reader) {}
