/** What a list of rooms shows, and in what order: for the sidebar, the jump dialog and the title alike. */

/** Unread and mentions as the reader wants them counted for this room (`notify`). Every line of a direct one is for them. */
export function counted({ kind, unread = 0, mentions = 0, notify }) {
  if (notify === "none") return { unread: 0, mentions: 0 };
  if (notify === "mentions") return { unread: 0, mentions };
  return kind === "direct" ? { unread, mentions: unread } : { unread, mentions };
}

/** Pinned, then unread, then the latest; archived last. The open room keeps the place it had as an unread one: `held`. */
export function arrange(rooms, held = null) {
  const rank = (room) => {
    if (room.archived) return 3;
    if (room.pinned) return 0;
    const { unread, mentions } = counted(room);
    return unread || mentions || room.id === held ? 1 : 2;
  };
  const latest = (room) => room.last_message_at ?? "";
  const byName = (a, b) => (a.name ?? "").localeCompare(b.name ?? "");
  return [...rooms].sort((a, b) => rank(a) - rank(b) || (rank(a) === 0 ? byName(a, b) : latest(b).localeCompare(latest(a))) || Number(b.id) - Number(a.id));
}

/** What a room is called: its name, or of a direct one the others in it (oneself, where nobody else is). */
export function titleOf(room, myId) {
  if (room.kind !== "direct") return room.name;
  const members = room.members ?? [];
  const others = members.filter((person) => person.id !== myId);
  return (others.length ? others : members).map((person) => person.display_name || person.username).join(", ") || room.name;
}

/** The icon of a room, or the one person whose face stands for it. */
export function kindOf(room, myId) {
  if (room.archived) return { icon: "archive", partner: null };
  if (room.kind !== "direct") return { icon: room.kind === "private" ? "lock" : "hash", partner: null };
  const members = room.members ?? [];
  const others = members.filter((person) => person.id !== myId);
  if (others.length <= 1 && members.length) return { icon: "users", partner: others[0] ?? members[0] };
  return { icon: "users", partner: null };
}
