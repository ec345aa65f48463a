/**
 * Which actions make sense for a message: `needs` as in `data-needs`, words that must all hold, "a|b" where one of
 * them is enough. A word is a fact of FACTS, or a verb of the room (rooms/roles.py) that the reader holds.
 */
const FACTS = {
  own: ({ mine }) => mine,
  others: ({ mine }) => !mine,
  text: ({ message }) => message.kind === "text",
  "in-time": ({ message, hours }) => !hours || Date.now() - Date.parse(message.created_at) < hours * 3_600_000,
  "not-deleted": ({ message }) => !message.deleted,
  "own-words": ({ message }) => !message.forward,
  seen: ({ message }) => (message.attachments ?? []).some(({ kind }) => kind === "image" || kind === "video"),
  "in-room": ({ message }) => message.in_room,
  "in-thread": ({ message }) => message.thread_root !== null,
  "not-in-thread": ({ message }) => message.thread_root === null,
  edited: ({ message }) => message.edited_at !== null,
  pinned: ({ message }) => message.pinned !== null,
  saved: ({ saved }) => saved,
  unsaved: ({ saved }) => !saved,
  unpinned: ({ message }) => message.pinned === null,
  "takes-more": ({ message, most }) => (message.reactions?.length ?? 0) < most,
  member: ({ may }) => may.has("react") || may.has("leave"),
};

/**
 * `facts` is { message, mine, may, hours, most }: the wire Message, whether it is the reader's own, the Set of their
 * verbs, how long one may change what one wrote, and how many kinds of reaction a message takes.
 */
export function possible(needs, facts) {
  const holds = (word) => (word in FACTS ? Boolean(FACTS[word](facts)) : facts.may.has(word));
  return needs.split(" ").filter(Boolean).every((words) => words.split("|").some(holds));
}
