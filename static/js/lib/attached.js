/**
 * Files that are ready and not sent yet, one list a composer, kept on this device like a draft: they stand there again
 * after a reload. What the server knows of each is kept, never its bytes.
 */
const key = (user, place) => `tw:files:${user}:${place}`;
/** The ids of those this page has shown. */
const shown = new Set();

/** What was ready in a place (a room, or a thread); empty where nothing was. The caller shows it. */
export function keptFiles(user, place) {
  try {
    return seen(listed(localStorage.getItem(key(user, place))));
  } catch {
    return [];
  }
}

/** Keeps them, beside what another tab attached and this page has not shown; an empty list is forgotten. */
export function keepFiles(user, place, ready) {
  try {
    const others = listed(localStorage.getItem(key(user, place))).filter(({ id }) => !shown.has(id));
    const files = [...others, ...seen(ready)];
    if (files.length) localStorage.setItem(key(user, place), JSON.stringify(files));
    else localStorage.removeItem(key(user, place));
  } catch {
    // They still stand in the composer.
  }
}

/** What another tab changed in a place, by its `storage` event: { gone: ids, come: files }, which the caller shows; else null. */
export function changedFiles(user, place, { key: changed, oldValue, newValue }) {
  if (changed !== key(user, place)) return null;
  const after = listed(newValue);
  const gone = listed(oldValue).map(({ id }) => id).filter((id) => !after.some((file) => file.id === id));
  // What was shown here and is not any more was taken away: another tab may have written it once more before it heard.
  return { gone, come: seen(after.filter(({ id }) => !shown.has(id))) };
}

/** A file that was sent or removed elsewhere (where one lists them) stands in no composer any more; this page is told as other tabs are. */
export function forgetFile(gone) {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith("tw:files:")) continue;
    const oldValue = localStorage.getItem(key);
    const newValue = JSON.stringify(listed(oldValue).filter(({ id }) => id !== gone));
    localStorage.setItem(key, newValue);
    dispatchEvent(new StorageEvent("storage", { key, oldValue, newValue }));
  }
}

function seen(files) {
  for (const { id } of files) shown.add(id);
  return files;
}

function listed(text) {
  try {
    const files = JSON.parse(text ?? "[]");
    return Array.isArray(files) ? files.filter((file) => file?.id) : [];
  } catch {
    return [];
  }
}
