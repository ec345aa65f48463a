/** In a row of the timeline: where a forwarded message comes from. */

export function fill(row, message, reader) {}
