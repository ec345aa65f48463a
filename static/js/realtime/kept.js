/** Which messages the reader saved, as far as this page was told: of the rooms it showed, and what changed since. */
const saved = new Set();

/** The page of a room says which of its messages are saved. */
export function knowSaved(ids) {
  for (const id of ids) saved.add(id);
}

/** One was saved, or taken off the list. */
export function setSaved(id, on) {
  if (on) saved.add(id);
  else saved.delete(id);
}

export function isSaved(id) {
  return saved.has(id);
}
