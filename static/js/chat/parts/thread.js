/** In a row of the timeline: the thread below it. */

export function fill(row, message, reader) {}
