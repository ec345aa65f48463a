/**
 * The rooms of the reader: what hello said, kept true by every event. In memory: after a reload hello says it again.
 * Counting leans on seq alone, so an event that comes twice counts once. Says `tw:store.rooms` when something changed.
 */
import { emit } from "../lib/events.js";
import { Tally } from "./tally.js";

export class Store {
  #rooms = new Map();
  #tallies = new Map();
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
    this.#rooms = new Map(rooms.map((room) => [room.id, { ...room, watched: room.id === this.#watched }]));
    this.#tallies = new Map(rooms.map((room) => [room.id, new Tally(room)]));
    this.#touch(...before, ...this.#rooms.keys());
  }

  /** A room joined, or its personal settings changed. */
  joined(room) {
    const known = this.#rooms.get(room.id);
    const now = { ...known, ...room, last_seq: Math.max(known?.last_seq ?? 0, room.last_seq) };
    this.#rooms.set(room.id, now);
    if (known) this.#tallies.get(room.id).say(room);
    else this.#tallies.set(room.id, new Tally(room));
    // A mark that is on its way to the server holds.
    if (known) this.#tallies.get(room.id).read(known.read_seq);
    this.#show(now);
  }

  left(id) {
    this.#tallies.delete(id);
    if (this.#rooms.delete(id)) this.#touch(id);
  }

  /** A durable event, once and in order (catchup.js). */
  apply(event) {
    const room = this.#rooms.get(event.room);
    if (!room) return;
    room.version = Math.max(room.version, event.version);
    if (event.message) this.#hear(room, event);
    else if (event.state) this.#state(room, event);
    else if (event.member) this.#member(room, event);
    this.#touch(room.id);
  }

  /**
   * The server's word on how far the reader has read, also from another of their devices, which counts everything up to
   * `last_seq`: that may be more, or less, than came here by now. `back`: they chose to.
   */
  readUpdated({ room: id, back = false, ...word }) {
    const room = this.#rooms.get(id);
    if (!room || (word.read_seq < room.read_seq && !back)) return;
    this.#tallies.get(id).say({ last_seq: room.last_seq, ...word });
    this.#show(room);
  }

  /** The reader has seen everything up to `seq`, and the server is being told. */
  markedRead(id, seq) {
    const room = this.#rooms.get(id);
    if (!room || seq <= room.read_seq) return;
    this.#tallies.get(id).read(seq);
    this.#show(room);
  }

  /** Room → how many `threads` the reader follows there have something unread, and how many of those name them. */
  threads(unread) {
    for (const [id, count] of unread) {
      const room = this.#rooms.get(id);
      if (!room || (room.threads === count.threads && (room.threads_named ?? 0) === count.threads_named)) continue;
      Object.assign(room, count);
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

  #hear(room, { type, message, synced = false }) {
    const { seq, sender, kind, deleted } = message;
    // A thread makes no room unread, nor does a line like "Ann joined", or what was deleted.
    const stands = message.in_room !== false;
    const counts = stands && kind === "text" && !deleted;
    if (stands && seq > room.last_seq) room.last_message_at = message.moved_at ?? message.created_at;
    room.last_seq = Math.max(room.last_seq, seq);
    // What somebody moved here they had read.
    const mine = sender.id === this.#me && !message.moved_at;
    const named = message.mentions.includes(this.#me) || message.mentions_all === "everyone";
    const doubtful = this.#tallies.get(room.id).hear(seq, {
      counts,
      calls: counts && named && !mine,
      mine: counts && mine,
      quiet: stands && kind !== "text",
      fresh: type === "message.created" && !synced,
    });
    if (doubtful) this.#doubt(room.id);
    this.#show(room);
  }

  /**
   * The Room. What is unread in it is counted here: as it is in an answer may be older than what the server said since.
   * `anew`: too much was missed for that.
   */
  #state(room, { state, anew = false }) {
    const read = room.read_seq;
    Object.assign(room, { ...state, last_seq: Math.max(room.last_seq, state.last_seq ?? 0) });
    if (anew && state.unread !== undefined) {
      const tally = this.#tallies.get(room.id);
      tally.say({ ...state, read_seq: Math.min(read, state.read_seq) });
      tally.read(read);
      if (state.read_seq !== read) this.#doubt(room.id);
    }
    this.#show(room);
  }

  #show(room) {
    const { read_seq, unread, mentions } = this.#tallies.get(room.id);
    Object.assign(room, { read_seq, unread, mentions });
    this.#touch(room.id);
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
