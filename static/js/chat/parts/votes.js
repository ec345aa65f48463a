/**
 * What the reader chose in polls. A press shows at once and is never lost: while the server is asked only the latest wish
 * waits, and goes when it may; refused, all goes back to what the server has.
 */
import { get, post } from "../../lib/http.js";

/** Message id → { options, version }: `version` is the message's that has the wish in it; endless until it is known. */
const wishes = new Map();
/** What the reader chose where the poll does not tell: an anonymous one, and one with very many voters. Message id → ids of options; while they are asked for, none, and that question (`asked`). */
const chosen = new Map();

const server = {
  mine: (id) => get(`/messages/${id}/vote/`),
  vote: (id, options) => post(`/messages/${id}/vote/`, new URLSearchParams(options.map((option) => ["options", option]))),
};

/** The poll as the reader wished it: { poll, mine }, `mine` the ids of what is theirs. `learned()` is called where that had to be asked. */
export function asWished(message, me, learned, net = server) {
  const { poll } = message;
  const named = namesOf(poll, me);
  const wish = wishOf(message);
  if (!named) return { poll, mine: wish?.options ?? known(message, me, learned, net) };
  if (!wish) return { poll, mine: named };
  const options = poll.options.map((option) => {
    const wanted = wish.options.has(option.id);
    if (wanted === named.has(option.id)) return option;
    const users = wanted ? [...option.users, me] : option.users.filter((user) => user !== me);
    return { ...option, users, count: option.count + (wanted ? 1 : -1) };
  });
  const voters = poll.voters + (wish.options.size > 0) - (named.size > 0);
  return { poll: { ...poll, options, voters }, mine: wish.options };
}

/** The reader chose this elsewhere. */
export function know(id, options) {
  if (chosen.has(id)) chosen.set(id, new Set(options));
}

/** What was chosen elsewhere may have been missed: it is asked for anew. */
export function forget() {
  chosen.clear();
}

/**
 * A press on an answer: chooses it, or takes it back. `changed()` is called whenever something else is to be shown; it
 * throws where the server refused.
 */
export async function press(message, me, option, changed, net = server) {
  const { id } = message;
  // Pressed before it is known what was chosen: added to it, not in its place.
  while (!namesOf(message.poll, me) && !wishOf(message) && known(message, me, changed, net).asked) await known(message, me, changed, net).asked;
  const { mine } = asWished(message, me, changed, net);
  const options = new Set(message.poll.multiple ? mine : []);
  if (mine.has(option)) options.delete(option);
  else options.add(option);
  const before = wishes.get(id);
  const wish = { options, version: Infinity, busy: before?.busy ?? false };
  wishes.set(id, wish);
  changed();
  if (!wish.busy) await send(id, changed, net);
}

async function send(id, changed, net) {
  for (;;) {
    const wish = wishes.get(id);
    wish.busy = true;
    try {
      const { message } = await net.vote(id, [...wish.options]);
      know(id, wish.options);
      if (wishes.get(id) !== wish) continue;
      Object.assign(wish, { version: message.version, busy: false });
      return changed();
    } catch (refusal) {
      wishes.delete(id);
      changed();
      throw refusal;
    }
  }
}

/** What is wished and not told by the message yet. */
function wishOf(message) {
  const wish = wishes.get(message.id);
  if (!wish || message.version < wish.version) return wish;
  wishes.delete(message.id);
  return undefined;
}

/** What the reader chose, where the poll itself says it: of very many voters only the first are named. Else null. */
function namesOf(poll, me) {
  const named = poll.options.filter(({ users }) => users.includes(me)).map(({ id }) => id);
  const all = !poll.anonymous && poll.options.every(({ count, users, id }) => count === users.length || named.includes(id));
  return all ? new Set(named) : null;
}

/** Asked for once; nothing until it is there. */
function known({ id, poll }, me, learned, net) {
  if (!chosen.has(id)) {
    const unknown = new Set();
    chosen.set(id, unknown);
    if (poll.voters && me) {
      unknown.asked = net.mine(id);
      unknown.asked.then(({ options }) => {
        // What was chosen meanwhile is newer.
        if (chosen.get(id) === unknown) chosen.set(id, new Set(options));
        learned();
      }, () => chosen.get(id) === unknown && chosen.delete(id));
    }
  }
  return chosen.get(id);
}
