/**
 * What the reader wrote and the server has not acknowledged. An entry gets its `client_id` once, is kept through reload
 * and lost networks, is sent again with the same id until it is acked or refused, and so stands in the room once.
 *
 * Entries of a room go out one after the other, in the order they were written; several rooms at a time.
 * States: waiting · sending · failed (`error`: code and detail; stays until `retry` or `discard`). One that is `held`
 * waits for its files, and lets those after it pass; without this page nobody brings them.
 * Says `tw:outbox.changed` {room} on every change and `tw:outbox.acked` {ack, entry}.
 */
import { delayBefore } from "../lib/backoff.js";
import { emit } from "../lib/events.js";
import { uuid } from "../lib/ids.js";
import { request as ask } from "./socket.js";
import { MemoryStorage, openStorage, Tab } from "./storage.js";

const ROOMS_AT_ONCE = 4;
/** From so many on, in all rooms together, this tab takes no more from the composer: its text stays there. */
const UNSENT_MOST = 200;
/** What a message may have beside its words (docs/protocol.md, message.send). */
const FIELDS = ["reply_to", "thread", "in_room", "attachments", "poll", "reads"];

export class Outbox {
  #entries = new Map();
  #holds = new Map();
  #busy = new Set();
  /** Room → when all of it will be out, where the server asked to slow down. */
  #slowed = new Map();
  #user = null;
  #storage = new MemoryStorage();
  #env;

  constructor({
    request = ask,
    say = emit,
    wait = (ms) => new Promise((done) => setTimeout(done, ms)),
    now = Date.now,
    makeId = uuid,
    open = openStorage,
    tab = new Tab(),
    most = UNSENT_MOST,
  } = {}) {
    this.#env = { request, say, wait, now, makeId, open, tab, most };
  }

  /** Opens what this person left unsent. What another person left on this device is wiped: they signed out. */
  async start(userId) {
    this.#user = String(userId);
    const early = this.pending();
    this.#storage = await this.#env.open();
    await this.#env.tab.claim();
    await this.#gather();
    for (const entry of early) await this.#keep(entry);
    this.flush();
  }

  /** The connection is back: sends what waits, also what tabs left here that were closed meanwhile. */
  async resume() {
    this.flush();
    if (this.#env.tab.tells) await this.#gather();
    this.flush();
  }

  /**
   * Takes a message to be sent to `room`; it stands in the timeline at once. `extras` are further fields of the command
   * (FIELDS); what only the page needs to show it meanwhile goes into `shown`. With `hold` it waits for its files:
   * `hold.files()` promises their ids, or throws with a sentence; `hold.cancel()` says they are not wanted, and
   * `hold.back(body)` that they are, with the words, where they came from.
   * Returns the entry.
   */
  enqueue({ room, body, shown = null, hold = null, ...extras }) {
    const entry = {
      client_id: this.#env.makeId(),
      user: this.#user,
      tab: this.#env.tab.id,
      room: String(room),
      body,
      extras: Object.fromEntries(FIELDS.filter((name) => name in extras).map((name) => [name, extras[name]])),
      shown,
      held: hold !== null,
      created_at: this.#env.now(),
      state: "waiting",
      error: null,
    };
    this.#entries.set(entry.client_id, entry);
    if (hold) this.#holds.set(entry.client_id, hold);
    this.#changed(entry.room);
    if (hold) this.#await(entry);
    // Sent only once it is kept: a reload in between finds it, with the same id.
    this.#keep(entry).finally(() => this.flush());
    return entry;
  }

  /** What is not acked, in the order written; of one room, or of all. */
  pending(room = null) {
    const entries = [...this.#entries.values()];
    return room === null ? entries : entries.filter((entry) => entry.room === String(room));
  }

  /** When the last of the room's messages will be out, where the server asked to slow down (in ms, as `now`); else null. */
  slowedUntil(room) {
    return this.#slowed.get(String(room)) ?? null;
  }

  /** How many are on their way or waiting for the network; failed ones wait for the person. */
  get waiting() {
    return this.pending().filter((entry) => entry.state !== "failed").length;
  }

  /** Is there one that the connection alone holds up? Not its files. */
  get isBehind() {
    return this.pending().some(isReady);
  }

  /** Are as many unsent, failed ones too, as this tab takes? Whoever has a text to send keeps it then. */
  get full() {
    return this.#entries.size >= this.#env.most;
  }

  /** The person wants a failed one tried again, in `room`: where its thread is now, if that moved. */
  retry(clientId, room = null) {
    const entry = this.#entries.get(clientId);
    if (entry?.state !== "failed") return;
    const before = entry.room;
    entry.room = room ?? before;
    this.#become(entry, "waiting");
    if (entry.room !== before) this.#changed(before);
    if (this.#holds.has(clientId)) this.#await(entry);
    else if (entry.held) this.#withoutLost(entry);
    this.flush();
  }

  /** The person wants it back while its files are on their way. */
  takeBack(clientId) {
    const hold = this.#holds.get(clientId);
    if (!hold) return;
    this.#holds.delete(clientId);
    hold.back(this.#entries.get(clientId).body);
    this.discard(clientId);
  }

  /** The person wants it gone. */
  async discard(clientId) {
    const entry = this.#entries.get(clientId);
    if (!entry) return;
    this.#entries.delete(clientId);
    this.#holds.get(clientId)?.cancel();
    this.#holds.delete(clientId);
    this.#changed(entry.room);
    await this.#forget(clientId);
  }

  /** Sends what can be sent. */
  flush() {
    const rooms = new Set(this.pending().filter(isReady).map((entry) => entry.room));
    for (const room of rooms) {
      if (this.#busy.size >= ROOMS_AT_ONCE) return;
      if (!this.#busy.has(room)) this.#run(room);
    }
  }

  async #run(room) {
    this.#busy.add(room);
    let goesOn = true;
    try {
      for (let tries = 0, entry; goesOn && (entry = this.#next(room)); tries += 1) {
        this.#become(entry, "sending");
        try {
          const { request } = this.#env;
          const { body, client_id, extras } = entry;
          this.#acked(entry, await request({ type: "message.send", room, body, client_id, ...extras }));
          tries = -1;
        } catch (refusal) {
          goesOn = await this.#refused(entry, refusal, tries);
        }
      }
    } finally {
      this.#busy.delete(room);
      if (this.#slowed.delete(room)) this.#changed(room);
    }
    // Another room may have waited for a place.
    if (goesOn) this.flush();
  }

  #next(room) {
    return this.pending(room).find(isReady);
  }

  /** Those of its files that were on their way are gone with the page that had them: it goes with the others. */
  #withoutLost(entry) {
    entry.held = false;
    entry.extras = { ...entry.extras, attachments: (entry.extras.attachments ?? []).filter(Boolean) };
  }

  /** Its files come, or do not: then it says so, like any message that was not sent. */
  async #await(entry) {
    try {
      const attachments = await this.#holds.get(entry.client_id).files();
      entry.extras = { ...entry.extras, attachments };
      entry.held = false;
      this.#holds.delete(entry.client_id);
    } catch (refusal) {
      if (!this.#entries.has(entry.client_id)) return;
      entry.error = { code: refusal.code ?? "file", detail: refusal.message };
      this.#become(entry, "failed");
    }
    if (!this.#entries.has(entry.client_id)) return;
    await this.#keep(entry);
    this.flush();
  }

  #acked(entry, ack) {
    this.#entries.delete(entry.client_id);
    this.#env.say("tw:outbox.acked", { ack, entry });
    this.#changed(entry.room);
    this.#forget(entry.client_id);
  }

  /** True where the room's queue goes on, false where it waits for the connection. */
  async #refused(entry, refusal, tries) {
    if (!this.#entries.has(entry.client_id)) return true;
    if (!refusal.code || refusal.code === "offline") {
      this.#become(entry, "waiting");
      return false;
    }
    if (refusal.passes) {
      const wait = refusal.retryAfter ? refusal.retryAfter * 1000 : 1000 + delayBefore(tries);
      // Those behind it will each be asked to wait as long.
      if (refusal.code === "rate_limited") this.#slowed.set(entry.room, this.#env.now() + wait * this.pending(entry.room).filter(isReady).length);
      this.#become(entry, "waiting");
      await this.#env.wait(wait);
      return true;
    }
    entry.error = { code: refusal.code, detail: refusal.message };
    this.#become(entry, "failed");
    await this.#keep(entry);
    return true;
  }

  #become(entry, state) {
    if (entry.state === state) return;
    entry.state = state;
    if (state !== "failed") entry.error = null;
    this.#changed(entry.room);
  }

  /** Takes over what tabs that are gone left unsent. */
  async #gather() {
    const stored = await this.#storage.all().catch(() => []);
    for (const entry of stored.sort((a, b) => a.created_at - b.created_at)) {
      if (entry.user !== this.#user) await this.#forget(entry.client_id);
      else if (!(await this.#env.tab.lives(entry.tab))) this.#adopt(entry);
    }
  }

  #adopt(entry) {
    if (this.#entries.has(entry.client_id)) return;
    entry.tab = this.#env.tab.id;
    if (entry.state === "sending") entry.state = "waiting";
    if (entry.held && entry.state !== "failed") {
      entry.state = "failed";
      entry.error = { code: "lost", detail: "" };
    }
    this.#entries.set(entry.client_id, entry);
    this.#changed(entry.room);
    this.#keep(entry);
  }

  /** A storage that is full or gone makes a message live as long as its tab, and no shorter. */
  #keep(entry) {
    return this.#storage.put({ ...entry, user: this.#user ?? entry.user }).catch(() => {});
  }

  #forget(clientId) {
    return this.#storage.remove(clientId).catch(() => {});
  }

  #changed(room) {
    this.#env.say("tw:outbox.changed", { room });
  }
}

const isReady = (entry) => entry.state !== "failed" && !entry.held;

/** The outbox of this tab: the composer calls `outbox.enqueue`. */
export const outbox = new Outbox();
