/**
 * Drafts on all devices of one person. This device writes first (lib/drafts.js); the server holds a copy with a version.
 * A text goes on from what the server holds, or it is not written: then the server's text is another draft, offered
 * beside one's own, and neither is lost. A draft of this device that finds other words in its composer, typed before it
 * could be put there, is laid aside and offered in the same way.
 *
 * Says `tw:ui.draft` {room} (the pencil), `tw:ui.draft-shown` {room, thread, text} (take this into the composer: nothing
 * unsaved stood there) and `tw:ui.draft-other` {room, thread, text} (another draft; null: no longer).
 */
import { asideOf, baseOf, draftOf, draftsHere, keepAside, keepBase, keepDraft, keepReply } from "../lib/drafts.js";
import { emit, on } from "../lib/events.js";
import { uuid } from "../lib/ids.js";
import { request as ask } from "./socket.js";

const QUIET_MS = 1_200;
const AGAIN_MS = 5_000;
const HERE = { draftOf, keepDraft, baseOf, keepBase, asideOf, keepAside, keepReply, draftsHere };

export class Drafts {
  #user = null;
  #online = false;
  /** place → {room, thread, text, base, aside, server, other, busy, timer}. The text is this tab's: the storage is shared by all. */
  #places = new Map();
  #env;

  constructor({ request = ask, say = emit, here = HERE, later = (run, ms) => setTimeout(run, ms), device = uuid() } = {}) {
    this.#env = { request, say, here, later, device };
  }

  start(userId) {
    this.#user = String(userId);
    on("tw:draft.updated", ({ draft }) => draft.device !== this.#env.device && this.take(draft));
    on("tw:ui.connection", ({ state }) => this.connected(state === "online" || state === "catching-up"));
  }

  /** The connection came or went: what was written meanwhile here and elsewhere finds together. */
  async connected(online) {
    if (online === this.#online) return;
    this.#online = online;
    if (!online) return;
    try {
      const { drafts } = await this.#env.request({ type: "draft.list" });
      for (const draft of drafts) this.take(draft);
    } catch {
      // Offline again, or too fast: the next time.
      return;
    }
    for (const { room, thread } of this.#env.here.draftsHere(this.#user)) this.#agree(this.#at(room, thread));
  }

  /**
   * The text to begin with in a composer that opens: this tab's, or what another tab left in the storage since. What was
   * `written` there already stays, and is told of by `write`; a draft that it does not go on from is laid aside.
   */
  open(room, thread = null, written = "") {
    const at = this.#at(room, thread);
    if (thread && !at.text) this.#bring(at);
    if (at.text === at.base.body && at.other === null) Object.assign(at, this.#stored(room, thread));
    if (!written.trim()) return at.text;
    if (at.text && !written.startsWith(at.text)) this.#lay(at, [at.aside, at.text].filter(Boolean).join("\n\n"));
    return written;
  }

  /** Where the thread stood in another room before, what was begun in it comes along, as it does at the server. */
  #bring(at) {
    const there = this.#env.here.draftsHere(this.#user).find(({ room, thread }) => thread === at.thread && room !== at.room);
    if (!there) return;
    const before = this.#at(there.room, there.thread);
    this.#base(at, before.base);
    this.write(at.room, at.thread, before.text);
    this.#base(before, { version: 0, body: "" });
    this.write(before.room, before.thread, "");
  }

  /** Another draft of the same place, waiting to be used or deleted; else null. */
  other(room, thread = null) {
    const { other, aside } = this.#at(room, thread);
    return other ?? (aside || null);
  }

  /** What stands in the composer now. */
  write(room, thread, text) {
    const at = this.#at(room, thread);
    const kept = text.trim() ? text : "";
    if (kept !== at.text) {
      at.text = kept;
      this.#env.here.keepDraft(this.#user, room, kept, thread);
      this.#env.say("tw:ui.draft", { room });
    }
    if (kept !== at.base.body) this.#soon(at, kept ? QUIET_MS : 0);
  }

  /** The other draft is dealt with (it was taken in, or thrown away): what stands here goes on from it. */
  settle(room, thread = null) {
    const at = this.#at(room, thread);
    // The same words may have come both ways: nobody decides about them twice.
    if (at.aside && (at.other ?? at.aside) === at.aside) this.#lay(at, "");
    if (at.other === null) return;
    this.#base(at, at.server);
    this.#offer(at, null);
    this.#soon(at, 0);
  }

  /** What the server holds, as it says. */
  take({ room, thread = null, body, version }) {
    const at = this.#at(room, thread);
    if (at.server && version < at.server.version) return;
    at.server = { version, body };
    this.#agree(at);
  }

  #at(room, thread) {
    const key = thread ? `${room}:${thread}` : String(room);
    if (!this.#places.has(key)) {
      const place = { room: String(room), thread: thread ? String(thread) : null };
      this.#places.set(key, { ...place, ...this.#stored(room, thread), server: null, other: null, busy: false, timer: false });
    }
    return this.#places.get(key);
  }

  #stored(room, thread) {
    const { draftOf: text, baseOf: base, asideOf: aside } = this.#env.here;
    return { text: text(this.#user, room, thread), base: base(this.#user, room, thread), aside: aside(this.#user, room, thread) };
  }

  /** Brings what stands here and what the server holds together, without losing either. */
  #agree(at) {
    if (at.busy) return;
    const { text, base, server } = at;
    if (!server || server.version === base.version) {
      if (text !== base.body && at.other === null) this.#soon(at, QUIET_MS);
    } else if (server.body === text || server.body === "") {
      this.#base(at, server);
      this.#offer(at, null);
      if (text && text !== server.body) {
        // Sent or thrown away elsewhere: gone here too, unless one wrote on meanwhile.
        if (text === base.body) this.#show(at, "");
        else this.#soon(at, 0);
      }
    } else if (at.other === null && (text === base.body || text === "")) {
      this.#base(at, server);
      this.#show(at, server.body);
    } else {
      this.#offer(at, server.body);
    }
  }

  #show(at, text) {
    at.text = text;
    this.#env.here.keepDraft(this.#user, at.room, text, at.thread);
    // What it answered went with it.
    if (!text) this.#env.here.keepReply(this.#user, at.room, null, at.thread);
    this.#env.say("tw:ui.draft-shown", { room: at.room, thread: at.thread, text });
    this.#env.say("tw:ui.draft", { room: at.room });
  }

  #offer(at, text) {
    if (at.other === text) return;
    at.other = text;
    this.#tell(at);
  }

  #lay(at, text) {
    at.aside = text;
    this.#env.here.keepAside(this.#user, at.room, text, at.thread);
    this.#tell(at);
  }

  /** One at a time: the other device's first, then what lies aside here. */
  #tell(at) {
    this.#env.say("tw:ui.draft-other", { room: at.room, thread: at.thread, text: this.other(at.room, at.thread) });
  }

  #base(at, { version, body }) {
    at.base = { version, body };
    this.#env.here.keepBase(this.#user, at.room, at.base, at.thread);
  }

  #soon(at, ms) {
    if (at.timer && ms) return;
    at.timer = true;
    this.#env.later(() => {
      at.timer = false;
      this.#save(at);
    }, ms);
  }

  async #save(at) {
    const body = at.text;
    if (at.busy || !this.#online || at.other !== null || body === at.base.body) return;
    at.busy = true;
    const { room, thread } = at;
    try {
      const command = { type: "draft.save", room, body, version: at.base.version, device: this.#env.device };
      const answer = await this.#env.request(thread ? { ...command, thread } : command);
      at.server = { version: answer.version, body: answer.stored ? body : answer.body };
      if (answer.stored) this.#base(at, at.server);
    } catch (refusal) {
      // No longer in this room, or too long: it stays here alone. In haste, or offline: another try comes.
      if (["rate_limited", "unavailable"].includes(refusal.code)) this.#soon(at, AGAIN_MS);
      return;
    } finally {
      at.busy = false;
    }
    this.#agree(at);
  }
}

/** The one of this tab. */
export const drafts = new Drafts();
