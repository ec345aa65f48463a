/**
 * The threads that concern the reader: which they follow, how far each goes and how far they have read. Asked for once a
 * connection; from then on every answer that comes in the rooms' own events says for itself whom it concerns, by the
 * server's rules: who answers, who is named and whose message it is follows, unless they chose not to.
 * Says `tw:threads.changed`.
 */
import { emit, on } from "../lib/events.js";

export class Threads {
  #known = new Map();
  #me = null;
  #watched = null;
  /** Rooms that were counted: none keeps a number when the last of its threads is gone. */
  #counted = [];
  #waiting = null;
  #said = false;
  #due = false;
  #env;

  constructor({ say = emit, request, count = () => {} }) {
    this.#env = { say, request, count };
  }

  /** A connection begins: everything anew. What is heard meanwhile counts after it. */
  async load(userId) {
    this.#me = String(userId);
    this.#waiting ??= [];
    try {
      const { threads } = await this.#env.request({ type: "thread.list" });
      this.#known = new Map(threads.map((one) => [one.root, { ...one }]));
    } catch {
      // Offline again: the next connection asks again.
    }
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const event of waiting) this.heard(event);
    this.#changed();
  }

  /** The reader is in that room no more. */
  left(room) {
    for (const one of this.#known.values()) if (one.room === room) this.#known.delete(one.root);
    this.#changed();
  }

  /** How the reader stands to a thread: {room, following, read_seq, last_seq, named_seq}; null where they have nothing to do with it. */
  of(root) {
    return this.#known.get(String(root)) ?? null;
  }

  hasNews(root) {
    return this.#isNews(this.#known.get(String(root)));
  }

  /** How many threads have something unread; of one room, or of all. */
  unread(room = null) {
    return [...this.#known.values()].filter((one) => this.#isNews(one) && (room === null || one.room === room)).length;
  }

  /** A message that was made or changed: an answer, or the root of a thread that was counted anew. */
  heard(event) {
    if (this.#waiting) return this.#waiting.push(event);
    const { room, message } = event;
    const { id, thread_root: root, thread, kind } = message;
    // A thread may have gone where the reader cannot follow: only the note in its place says so here.
    if (message.system?.event.startsWith("moved") && this.unread(room)) this.#anew();
    if (root && kind === "text") {
      // The last answer that named the reader does so no more; whether one before it did, the server knows.
      if (this.#known.get(root)?.named_seq === message.seq && !message.mentions.includes(this.#me)) return this.#anew();
      if (!message.deleted) this.#answer(room, root, message);
    }
    if (!thread && !this.#known.has(id)) return;
    const known = this.#known.get(id) ?? (message.sender.id === this.#me ? this.#follow(id, room, 0) : null);
    if (!known) return;
    // In another room all numbers are others.
    if (known.room !== room) return this.#anew();
    // Where the last answer was deleted, or moved away, there is nothing new any more.
    known.last_seq = thread?.last_seq ?? 0;
    this.#changed();
  }

  /** The server's word, also about what was done on another device. */
  updated({ room, root, following, read_seq }) {
    const known = this.#known.get(root) ?? this.#follow(root, room, read_seq);
    Object.assign(known, { following, read_seq: Math.max(known.read_seq, read_seq) });
    this.#changed();
  }

  /** `back`: that was taken back; how far, the list says. */
  allRead({ back } = {}) {
    if (back) return this.#anew();
    for (const known of this.#known.values()) known.read_seq = Math.max(known.read_seq, known.last_seq);
    this.#changed();
  }

  /** Does the reader look at the end of this thread? What comes is read in a moment then, and no list counts it. */
  watch(root, watched) {
    if (!watched && this.#watched !== root) return;
    const before = this.#watched;
    this.#watched = watched ? root : null;
    if (this.#watched !== before) this.#changed();
  }

  #answer(room, root, message) {
    const mine = message.sender.id === this.#me;
    // Who was only here when all who are were called follows nothing by it: that is for whom its words name.
    const byName = message.mentions_all !== "here" || message.html.includes(`data-user="${this.#me}"`);
    const named = message.mentions.includes(this.#me) && (byName || Boolean(this.#known.get(root)?.following));
    const known = this.#known.get(root) ?? (mine || named ? this.#follow(root, room, message.seq - 1) : null);
    if (!known) return;
    if (named && !mine) known.named_seq = Math.max(known.named_seq, message.seq);
    if (message.seq <= known.last_seq) return this.#changed();
    // Answering is reading, but not where it was sent later: with something unread before, the server knows.
    if (mine && !message.moved_at && known.last_seq > known.read_seq) return this.#anew();
    known.last_seq = message.seq;
    if (mine || named) known.following = true;
    if (mine && !message.moved_at) known.read_seq = message.seq;
    this.#changed();
  }

  /** Many move at once: the list is asked for once. */
  #anew() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.load(this.#me);
    });
  }

  #follow(root, room, read) {
    const known = { root, room, following: true, read_seq: read, last_seq: 0, named_seq: 0 };
    this.#known.set(root, known);
    return known;
  }

  /** Many answers come in one frame; who draws them is told once. */
  #changed() {
    if (this.#said) return;
    this.#said = true;
    queueMicrotask(() => {
      this.#said = false;
      const rooms = new Map(this.#counted.map((room) => [room, { threads: 0, threads_named: 0 }]));
      for (const one of this.#known.values()) {
        const count = rooms.get(one.room) ?? { threads: 0, threads_named: 0 };
        if (this.#isNews(one)) {
          count.threads += 1;
          count.threads_named += one.named_seq > one.read_seq ? 1 : 0;
        }
        rooms.set(one.room, count);
      }
      this.#counted = [...rooms.keys()];
      this.#env.count(rooms);
      this.#env.say("tw:threads.changed");
    });
  }

  #isNews(one) {
    return Boolean(one?.following) && one.last_seq > one.read_seq && one.root !== this.#watched;
  }
}

let threads = null;

/** Once a page, by live.js. */
export function follow({ request, count }) {
  threads = new Threads({ request, count });
  on("tw:hello", ({ user }) => threads.load(user.id));
  for (const name of ["created", "updated"]) on(`tw:message.${name}`, (event) => threads.heard(event));
  on("tw:thread.updated", (event) => threads.updated(event));
  on("tw:room.left", ({ room }) => threads.left(room));
  on("tw:threads.read", (event) => threads.allRead(event));
}

export const hasNews = (root) => threads?.hasNews(root) ?? false;
export const standing = (root) => threads?.of(root) ?? null;
export const watchingThread = (root, watched) => threads?.watch(root, watched);
export const unreadThreads = () => threads?.unread() ?? 0;
