/** What a list of rooms shows, and in what order: for the sidebar, the jump dialog and the title alike. */

/**
 * Unread and mentions as the reader wants them counted for this room (`notify`). Every line of a direct one is for them;
 * what they are looking at (`watched`) waits for nobody.
 */
export function counted({ kind, unread = 0, mentions = 0, notify, watched = false }) {
  if (notify === "none" || watched) return { unread: 0, mentions: 0 };
  if (notify === "mentions") return { unread: 0, mentions };
  return kind === "direct" ? { unread, mentions: unread } : { unread, mentions };
}

/**
 * What waits for the reader in that room, its threads with something new among it, each as one: for the tab, the app's
 * badge and the phone's dot, which have nothing else to tell of threads. A quiet room's threads wait quietly.
 */
export function waiting(room) {
  const { unread, mentions } = counted(room);
  const { kind, notify, threads = 0, threads_named = 0 } = room;
  if (notify === "none") return { unread, mentions };
  const named = kind === "direct" && notify !== "mentions" ? threads : threads_named;
  return { unread: unread + (notify === "mentions" ? named : threads), mentions: mentions + named };
}

/** Pinned, then unread, then the latest; archived last, as rooms/context.py has it. `held` keeps its place as an unread one. */
export function arrange(rooms, held = null) {
  const calls = (room) => counted(room).unread > 0 || counted(room).mentions > 0 || room.id === held;
  const latest = (room) => room.last_message_at ?? "";
  return [...rooms].sort(
    (a, b) =>
      Boolean(a.archived) - Boolean(b.archived) ||
      Boolean(b.pinned) - Boolean(a.pinned) ||
      calls(b) - calls(a) ||
      latest(b).localeCompare(latest(a)) ||
      Number(b.id) - Number(a.id),
  );
}

/** What a room is called: its name, or of a direct one the others in it; `notes` where nobody else is. */
export function titleOf(room, myId, notes = "") {
  if (room.kind !== "direct") return room.name;
  const members = room.members ?? [];
  const others = members.filter((person) => person.id !== myId);
  return others.map((person) => person.display_name || person.username).join(", ") || notes;
}

/** The icon of a room, or the one person whose face stands for it. */
export function kindOf(room, myId) {
  if (room.archived) return { icon: "archive", partner: null };
  if (room.kind !== "direct") return { icon: room.kind === "private" ? "lock" : "hash", partner: null };
  const members = room.members ?? [];
  const others = members.filter((person) => person.id !== myId);
  return { icon: "users", partner: others.length === 1 ? others[0] : null };
}
