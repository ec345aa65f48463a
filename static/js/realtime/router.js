/**
 * From an object on the socket to those whom it concerns. Durable events pass catchup.js first, so that whoever
 * listens to `tw:message.created`, `tw:message.updated`, `tw:room.updated`, `tw:member.…` hears each once and in order.
 */
import { emit } from "../lib/events.js";

export class Router {
  #seqs = new Map();

  /** `catchup` and `store` as in live.js; `onHello(hello)`. */
  constructor({ store, onHello, say = emit }) {
    Object.assign(this, { store, onHello, say, catchup: null });
  }

  /** An object from the socket that answers no request. */
  take(object) {
    if (object.type === "hello") {
      this.onHello(object);
    } else if (object.type === "room.joined") {
      this.#joined(object.room);
    } else if (object.type === "room.left") {
      this.catchup.forget(object.room);
      this.store.left(object.room);
    } else if (object.type === "read.updated") {
      this.store.readUpdated(object);
    } else if (object.version !== undefined && object.room !== undefined) {
      this.catchup.observe(object);
      return;
    }
    this.say(`tw:${object.type}`, object);
  }

  /** A durable event whose turn it is. */
  apply(event) {
    const told = event.type === "message.synced" ? { ...event, type: this.#kind(event), synced: true } : event;
    if (told.message) this.#seqs.set(told.room, Math.max(this.#seqs.get(told.room) ?? 0, told.message.seq));
    this.store.apply(told);
    this.say(`tw:${told.type}`, told);
  }

  /** These rooms, and what is known of them, from hello. */
  known(rooms) {
    for (const room of rooms) if (!this.catchup.isOpen(room.id)) this.#seqs.set(room.id, room.last_seq);
  }

  /** Is a message that sync brought a new one, or an older one that changed? */
  #kind({ room, message }) {
    const last = this.#seqs.get(room) ?? this.store.room(room)?.last_seq ?? 0;
    return message.seq > last ? "message.created" : "message.updated";
  }

  #joined(room) {
    this.store.joined(room);
    if (this.catchup.version(room.id) === null) {
      this.#seqs.set(room.id, room.last_seq);
      this.catchup.hold(room.id, room.version);
    } else {
      this.catchup.check(room.id, room.version);
    }
  }
}
