/**
 * Makes every durable event of a room count once and in order, whatever the network did (docs/protocol.md, "Order,
 * versions, catching up"): the next version is applied, older ones are dropped, anything further ahead waits while
 * what is missing is fetched by `sync`.
 */
const AHEAD_MOST = 200;
const RETRY_MS = 2_000;

export class Catchup {
  #rooms = new Map();
  #busy = 0;

  /**
   * `request(command)` asks the server. `apply(event)` gets each event once, in order. `reset(room)`: so much is
   * missing that the room's newest page must be loaded again. `onBusy(n)`: so many rooms are being caught up.
   */
  constructor({ request, apply, reset, onBusy = () => {}, wait = (ms) => new Promise((done) => setTimeout(done, ms)) }) {
    Object.assign(this, { request, apply, reset, onBusy, wait });
  }

  /** All of this room up to `version` is known, from a Room that was just sent; nothing before it matters. */
  hold(room, version) {
    this.#rooms.set(room, { version, open: false, syncing: false, ahead: new Map() });
  }

  /**
   * A page shows this room as it was at `version`. Where the socket has brought more since, that is fetched for the
   * page; where the page was quicker than the socket, its events still come, for everybody else who counts them.
   */
  open(room, version) {
    const known = this.#rooms.get(room)?.version ?? version;
    this.hold(room, Math.min(version, known));
    this.#rooms.get(room).open = true;
    this.check(room, known);
  }

  /** The page of this room is gone; its counters go on. */
  close(room) {
    const held = this.#rooms.get(room);
    if (held) held.open = false;
  }

  forget(room) {
    this.#rooms.delete(room);
  }

  isOpen(room) {
    return this.#rooms.get(room)?.open ?? false;
  }

  version(room) {
    return this.#rooms.get(room)?.version ?? null;
  }

  rooms() {
    return [...this.#rooms.keys()];
  }

  /** The server is at `version`: what is missing is fetched. */
  check(room, version) {
    const held = this.#rooms.get(room);
    if (held && version > held.version) this.sync(room);
  }

  /** An event from the socket. */
  observe(event) {
    const held = this.#rooms.get(event.room);
    if (!held || event.version <= held.version) return;
    if (event.version === held.version + 1) {
      held.version = event.version;
      this.apply(event);
      this.#drain(held);
      return;
    }
    if (held.ahead.size < AHEAD_MOST) held.ahead.set(event.version, event);
    this.sync(event.room);
  }

  /** Fetches what changed since the version held; one at a time a room. */
  async sync(room) {
    const held = this.#rooms.get(room);
    if (!held || held.syncing) return;
    held.syncing = true;
    this.onBusy(++this.#busy);
    try {
      while (await this.#step(room, held));
    } finally {
      held.syncing = false;
      this.onBusy(--this.#busy);
    }
  }

  /** One `sync` and what it brought. True where another is needed. */
  async #step(room, held) {
    let answer;
    const asked = held.version;
    try {
      answer = await this.request({ type: "sync", room, version: asked });
    } catch (refusal) {
      return this.#refused(room, held, refusal);
    }
    if (this.#rooms.get(room) !== held) return false;
    // Behind what was asked, the server holds other data. Else, what came in order meanwhile may be all that it answers.
    if (answer.version < asked || answer.version > held.version) this.#take(room, held, answer);
    this.#drain(held);
    return answer.more || held.ahead.size > 0;
  }

  #take(room, held, answer) {
    const state = { type: "room.updated", room, version: answer.version, state: answer.state };
    if (answer.reset) {
      held.version = answer.version;
      if (answer.state) this.apply({ ...state, anew: true });
      this.reset(room);
      return;
    }
    for (const message of answer.messages) {
      // Events that came in order meanwhile may have brought it already.
      if (message.version > held.version) this.apply({ type: "message.synced", room, version: message.version, message });
    }
    if (answer.state) this.apply(state);
    held.version = answer.version;
  }

  async #refused(room, held, refusal) {
    // Offline: hello starts again. Not for us any more: there is nothing to catch up with.
    if (refusal.code === "offline") return false;
    if (refusal.code === "not_found" || refusal.code === "forbidden") {
      this.forget(room);
      return false;
    }
    await this.wait(refusal.retryAfter ? refusal.retryAfter * 1000 : RETRY_MS);
    return this.#rooms.get(room) === held;
  }

  /** Applies what waited and is next now, and forgets what was waited for in vain. */
  #drain(held) {
    for (const version of [...held.ahead.keys()].sort((a, b) => a - b)) {
      if (version > held.version + 1) return;
      const event = held.ahead.get(version);
      held.ahead.delete(version);
      if (version === held.version + 1) {
        held.version = version;
        this.apply(event);
      }
    }
  }
}
