/**
 * Files that are ready and not sent yet, one list a composer, kept on this device like a draft: they stand there again
 * after a reload. What the server knows of each is kept, never its bytes.
 */
const key = (user, place) => `tw:files:${user}:${place}`;

/** What was ready in a place (a room, or a room and a thread); empty where nothing was. */
export function keptFiles(user, place) {
  try {
    const kept = JSON.parse(localStorage.getItem(key(user, place)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((file) => file?.id) : [];
  } catch {
    return [];
  }
}

/** Keeps them; an empty list is forgotten. */
export function keepFiles(user, place, files) {
  try {
    if (files.length) localStorage.setItem(key(user, place), JSON.stringify(files));
    else localStorage.removeItem(key(user, place));
  } catch {
    // They still stand in the composer.
  }
}
