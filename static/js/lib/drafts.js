/**
 * What somebody began to write, one a room, kept on this device under their own id: whoever signs in after them
 * finds nothing of it. A storage that is full or forbidden costs the draft, never the page.
 */
const key = (user, room) => `tw:draft:${user}:${room}`;

/** The text begun in a room, or "". */
export function draftOf(user, room) {
  try {
    return localStorage.getItem(key(user, room)) ?? "";
  } catch {
    return "";
  }
}

/** Keeps it; an empty one is forgotten. */
export function keepDraft(user, room, text) {
  try {
    if (text.trim()) localStorage.setItem(key(user, room), text);
    else localStorage.removeItem(key(user, room));
  } catch {
    // The text still stands in the composer.
  }
}

/** Is this a change of a draft of theirs, made in another tab? Then its room's id. */
export function roomOfDraft(user, storageKey) {
  const start = key(user, "");
  return storageKey?.startsWith(start) ? storageKey.slice(start.length) : null;
}
