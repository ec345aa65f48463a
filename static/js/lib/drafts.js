/**
 * What somebody began to write, one a room and one a thread, kept on this device under their own id: whoever signs in
 * after them finds nothing of it. Beside each stands what the server last held of it. A storage that is full or
 * forbidden costs the draft, never the page.
 */
const TEXT = "tw:draft:";
const BASE = "tw:draft-base:";
const ASIDE = "tw:draft-aside:";
const REPLY = "tw:draft-reply:";
const place = (room, thread) => (thread ? `${room}:${thread}` : String(room));

/** The text begun in a room or thread, or "". */
export function draftOf(user, room, thread = null) {
  return read(`${TEXT}${user}:${place(room, thread)}`) ?? "";
}

/** Keeps it; an empty one is forgotten. */
export function keepDraft(user, room, text, thread = null) {
  write(`${TEXT}${user}:${place(room, thread)}`, text.trim() ? text : null);
}

/** A draft that was laid aside here, because something else was being written already; or "". */
export function asideOf(user, room, thread = null) {
  return read(`${ASIDE}${user}:${place(room, thread)}`) ?? "";
}

/** Lays a draft aside; an empty one ends what lay there. */
export function keepAside(user, room, text, thread = null) {
  write(`${ASIDE}${user}:${place(room, thread)}`, text.trim() ? text : null);
}

/** What a text begun here answers, as a wire quote; null where it answers nothing. */
export function replyOf(user, room, thread = null) {
  try {
    const quote = JSON.parse(read(`${REPLY}${user}:${place(room, thread)}`) ?? "null");
    return quote?.id && quote.sender ? quote : null;
  } catch {
    return null;
  }
}

/** Keeps it beside the text; null forgets it. */
export function keepReply(user, room, quote, thread = null) {
  write(`${REPLY}${user}:${place(room, thread)}`, quote && JSON.stringify(quote));
}

/** What the server held when this device last agreed with it: {version, body}. */
export function baseOf(user, room, thread = null) {
  try {
    const { version, body } = JSON.parse(read(`${BASE}${user}:${place(room, thread)}`) ?? "{}");
    return { version: Number(version) || 0, body: String(body ?? "") };
  } catch {
    return { version: 0, body: "" };
  }
}

export function keepBase(user, room, base, thread = null) {
  write(`${BASE}${user}:${place(room, thread)}`, JSON.stringify(base));
}

/** Every room and thread this person has text in here: [{room, thread}]. */
export function draftsHere(user) {
  try {
    const start = `${TEXT}${user}:`;
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(start))
      .map((key) => {
        const [room, thread = null] = key.slice(start.length).split(":");
        return { room, thread };
      });
  } catch {
    return [];
  }
}

/** Is this a change of a draft of theirs, made in another tab? Then its room's id. */
export function roomOfDraft(user, storageKey) {
  const start = `${TEXT}${user}:`;
  return storageKey?.startsWith(start) ? storageKey.slice(start.length) : null;
}

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // The text still stands in the composer.
  }
}
