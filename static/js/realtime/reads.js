/**
 * How far the reader has read, on its way to the server: forward only, at most twice a second, kept while offline.
 */
const QUIET_MS = 500;
/** The server could not take it, and did not say when it can. */
const AGAIN_MS = 5_000;
/** Everybody who has not read what somebody just deleted asks: not all in the same moment, and in a large room later. */
const DOUBT_MS = 2_000;
const DOUBTERS = 200;

export class Reads {
  #marks = new Map();
  #timers = new Map();
  #doubts = new Set();
  #env;

  constructor({ request, store, timers = globalThis }) {
    this.#env = { request, store, timers };
  }

  /** Everything up to `seq` was seen. */
  mark(room, seq) {
    const known = this.#env.store.room(room);
    if (!known || seq <= known.read_seq || seq <= (this.#marks.get(room) ?? 0)) return;
    this.#marks.set(room, seq);
    this.#soon(room, QUIET_MS);
  }

  /** The reader went back in this room: what was still to be said of it no longer holds. */
  forget(room) {
    this.#env.timers.clearTimeout(this.#timers.get(room));
    this.#timers.delete(room);
    this.#marks.delete(room);
  }

  /**
   * What is unread in that room may be less by now: the server says, when it is told a mark. It is one long passed, which
   * moves nothing: on another device the reader may just have gone back.
   */
  doubt(room) {
    if (this.#doubts.has(room)) return;
    this.#doubts.add(room);
    const many = Math.max(1, this.#env.store.room(room)?.member_count / DOUBTERS || 1);
    this.#env.timers.setTimeout(() => {
      this.#doubts.delete(room);
      // Offline, nothing is lost: hello counts anew.
      if (this.#env.store.room(room)) this.#env.request({ type: "room.read", room, seq: 0 }).catch(() => {});
    }, DOUBT_MS * many * (0.25 + Math.random()));
  }

  /** The connection is back: what could not be said is said. */
  flush() {
    for (const room of this.#marks.keys()) this.#tell(room);
  }

  #soon(room, ms) {
    if (!this.#timers.has(room)) this.#timers.set(room, this.#env.timers.setTimeout(() => this.#tell(room), ms));
  }

  async #tell(room) {
    this.#env.timers.clearTimeout(this.#timers.get(room));
    this.#timers.delete(room);
    const seq = this.#marks.get(room);
    if (seq === undefined) return;
    this.#env.store.markedRead(room, seq);
    try {
      await this.#env.request({ type: "room.read", room, seq });
    } catch (refusal) {
      if (refusal.code === "offline") return; // flush says it again
      if (refusal.passes) return this.#soon(room, refusal.retryAfter * 1000 || AGAIN_MS);
    }
    if (this.#marks.get(room) === seq) this.#marks.delete(room);
  }
}
