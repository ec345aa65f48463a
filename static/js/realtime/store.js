/**
 * The rooms of the reader: what hello said, kept true by every event. In memory: after a reload hello says it again.
 * Counting leans on seq alone, so an event that comes twice counts once. Says `tw:store.rooms` when something changed.
 */
import { emit } from "../lib/events.js";

/** Of so many unread messages a room it is known how each one counts; of older ones the server is asked. */
const KNOWN_MOST = 2_000;

export class Store {
  #rooms = new Map();
  /** Room → seq → how that unread message counts: { counts, calls }. Only of those that came while this page lives. */
  #known = new Map();
  #changed = new Set();
  #me = null;
  #announce;
  #doubt;
  #watched = null;

  /** `doubt(id)`: what is unread in that room may be less by now, and only the server knows. */
  constructor({ announce = (changed) => emit("tw:store.rooms", { changed }), doubt = (room) => emit("tw:store.doubt", { room }) } = {}) {
    this.#announce = announce;
    this.#doubt = doubt;
  }

  /** Whose rooms these are. */
  belongsTo(userId) {
    this.#me = String(userId);
  }

  rooms() {
    return [...this.#rooms.values()];
  }

  room(id) {
    return this.#rooms.get(String(id)) ?? null;
  }

  /** Everything anew, as hello lists it. */
  replace(rooms) {
    const before = [...this.#rooms.keys()];
    this.#known.clear();
    this.#rooms = new Map(rooms.map((room) => [room.id, { ...room, watched: room.id === this.#watched }]));
    this.#touch(...before, ...this.#rooms.keys());
  }

  /** A room joined, or its personal settings changed. */
  joined(room) {
    this.#rooms.set(room.id, { ...this.#rooms.get(room.id), ...room });
    this.#touch(room.id);
  }

  left(id) {
    this.#known.delete(id);
    if (this.#rooms.delete(id)) this.#touch(id);
  }

  /** A durable event, once and in order (catchup.js). */
  apply(event) {
    const room = this.#rooms.get(event.room);
    if (!room) return;
    room.version = Math.max(room.version, event.version);
    if (event.type === "message.updated" && event.message.seq <= room.last_seq) this.#recount(room, event.message);
    else if (event.message) this.#count(room, event.message);
    else if (event.state) Object.assign(room, event.state);
    else if (event.member) this.#member(room, event);
    this.#touch(room.id);
  }

  /** The server's word on how far the reader has read, also from another of their devices. `back`: they chose to. */
  readUpdated({ room: id, read_seq, unread, mentions, back = false }) {
    const room = this.#rooms.get(id);
    if (!room || (read_seq < room.read_seq && !back)) return;
    Object.assign(room, { read_seq, unread, mentions });
    this.#forget(room);
    this.#touch(id);
  }

  /** The reader has seen everything up to `seq`, and the server is being told. */
  markedRead(id, seq) {
    const room = this.#rooms.get(id);
    if (!room || seq <= room.read_seq) return;
    room.read_seq = seq;
    // How many above the mark stand only in threads the server knows, and says in a moment.
    room.unread = Math.min(room.unread, Math.max(0, room.last_seq - seq));
    // How many of the mentions lie above the mark only the server knows, until everything is read.
    if (room.unread === 0) room.mentions = 0;
    this.#forget(room);
    this.#touch(id);
  }

  /** Room → how many threads the reader follows there have something unread. */
  threads(unread) {
    for (const [id, count] of unread) {
      const room = this.#rooms.get(id);
      if (!room || room.threads === count) continue;
      room.threads = count;
      this.#touch(id);
    }
  }

  /** Does the reader look at the end of this room? What comes is read in a moment then, and no list counts it. */
  watch(id, watched) {
    if (watched) this.#watched = id;
    else if (this.#watched === id) this.#watched = null;
    const room = this.#rooms.get(id);
    if (!room || Boolean(room.watched) === watched) return;
    room.watched = watched;
    this.#touch(id);
  }

  #count(room, message) {
    if (message.seq <= room.last_seq) return;
    const caughtUp = room.unread === 0;
    room.last_seq = message.seq;
    const said = this.#standing(message);
    if (message.seq > room.read_seq) this.#remember(room, message.seq, said);
    // A thread makes no room unread.
    if (!said.counts) return;
    room.last_message_at = message.moved_at ?? message.created_at;
    // What somebody moved here they had read.
    if (message.seq <= room.read_seq) return;
    const mine = message.sender.id === this.#me && !message.moved_at;
    // Writing is reading; and a line like "Ann joined" makes no room unread for whoever had read everything.
    if ((mine && message.kind === "text") || (message.kind === "system" && caughtUp)) {
      room.read_seq = message.seq;
      room.mentions = room.unread = 0;
      this.#forget(room);
      return;
    }
    room.unread += 1;
    if (said.calls) room.mentions += 1;
  }

  /** How a message counts while it is unread. */
  #standing(message) {
    const counts = message.in_room !== false;
    const mine = message.sender.id === this.#me && !message.moved_at;
    const named = message.mentions.includes(this.#me) || message.mentions_all === "everyone";
    return { counts, calls: counts && named && !mine && !message.deleted };
  }

  /** An unread message changed: deleted, it calls nobody any more; moved into a thread, it makes no room unread. */
  #recount(room, message) {
    if (message.seq <= room.read_seq) return;
    const now = this.#standing(message);
    const before = this.#known.get(room.id)?.get(message.seq);
    this.#remember(room, message.seq, now);
    if (before) {
      room.unread = Math.max(0, room.unread + now.counts - before.counts);
      room.mentions = Math.max(0, room.mentions + now.calls - before.calls);
    } else if (now.calls || room.mentions > 0 || (room.unread > 0 && !now.counts)) this.#doubt(room.id);
  }

  #remember(room, seq, standing) {
    if (!this.#known.has(room.id)) this.#known.set(room.id, new Map());
    const known = this.#known.get(room.id);
    known.set(seq, standing);
    if (known.size > KNOWN_MOST) known.delete(known.keys().next().value);
  }

  /** What is read need not be known. */
  #forget(room) {
    const known = this.#known.get(room.id);
    for (const seq of known?.keys() ?? []) if (seq <= room.read_seq) known.delete(seq);
  }

  #member(room, event) {
    room.member_count = event.member_count ?? room.member_count;
    if (event.type === "member.updated" && event.member.id === this.#me) room.role = event.member.role;
  }

  /** Many events come in one frame; who draws them is told once. */
  #touch(...ids) {
    if (this.#changed.size === 0) {
      queueMicrotask(() => {
        const changed = [...this.#changed];
        this.#changed.clear();
        this.#announce(changed);
      });
    }
    for (const id of ids) this.#changed.add(id);
  }
}

/** The reader's rooms in this tab. */
export const store = new Store();
export const rooms = () => store.rooms();
export const room = (id) => store.room(id);
