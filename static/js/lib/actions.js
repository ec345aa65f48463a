/**
 * Which actions make sense for a message: `needs` as in `data-needs`, words that must all hold, "a|b" where one of
 * them is enough. A word is a fact of FACTS, or a verb of the room (rooms/roles.py) that the reader holds.
 */
const FACTS = {
  own: ({ mine }) => mine,
  others: ({ mine }) => !mine,
  text: ({ message }) => message.kind === "text",
  "not-deleted": ({ message }) => !message.deleted,
  "in-room": ({ message }) => message.in_room,
  "in-thread": ({ message }) => message.thread_root !== null,
  "not-in-thread": ({ message }) => message.thread_root === null,
  edited: ({ message }) => message.edited_at !== null,
  pinned: ({ message }) => message.pinned !== null,
  unpinned: ({ message }) => message.pinned === null,
  member: ({ may }) => may.has("react") || may.has("leave"),
};

/** `facts` is { message, mine, may }: the wire Message, whether it is the reader's own, and the Set of their verbs. */
export function possible(needs, facts) {
  const holds = (word) => (word in FACTS ? Boolean(FACTS[word](facts)) : facts.may.has(word));
  return needs.split(" ").filter(Boolean).every((words) => words.split("|").some(holds));
}
