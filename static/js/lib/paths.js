/** Addresses that JavaScript has to make itself (rooms/urls.py, accounts/urls.py). */
export const messagePath = (room, id) => `/rooms/${room}/m/${id}/`;
export const historyPath = (room, id) => `/rooms/${room}/m/${id}/history/`;
export const roomVerbPath = (room, verb) => `/rooms/${room}/${verb}/`;
export const membersPath = (room) => `/rooms/${room}/members.json`;
export const calendarPath = (room) => `/rooms/${room}/calendar/`;
export const threadPath = (room, root) => `/rooms/${room}/threads/${root}/`;
/** Wherever that message is: its room need not be known. */
export const sourcePath = (id) => `/messages/${id}/`;
export const movePath = (id) => `/messages/${id}/move/`;
export const personPath = (id) => `/people/${id}/`;

/** The room and message, or room and place, that an address of ours leads to; null for any other address. */
export function placeIn(url) {
  const found = url.pathname.match(/^\/rooms\/(\d+)\/(?:m\/(\d+)\/)?$/);
  if (!found) return null;
  return { room: found[1], message: found[2] ?? null, seq: Number(url.searchParams.get("at")) || null };
}
