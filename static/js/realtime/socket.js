/**
 * The one connection of this tab (docs/protocol.md): opening, hearing, asking, dying, coming back.
 * It knows frames and answers; what events mean is router.js' business.
 */
import { delayBefore } from "../lib/backoff.js";

const ANSWER_MS = 20_000;
const PROBE_MS = 5_000;
const STEADY_MS = 5_000;
const FRAMES_A_PING = 200;
/** In characters, of at most three bytes each: a busy room's frames are large, and 1 MiB is confirmed in time. */
const TEXT_A_PING = Math.floor(2 ** 20 / 3);
const RESTARTING = 1012;
const TOO_SLOW = 4408;
const FLOODING = 4429;
/** After these the server does not want us back: signed out, suspended, a bug of ours. */
const FINAL = new Set([4401, 4403, 4413]);

/** Why a command was refused: `code` as in the protocol, or `offline`. `message` is a sentence for the person. */
export class Refused extends Error {
  constructor(code, detail = "", retryAfter = null) {
    super(detail);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** May the same be taken another time? */
  get passes() {
    return this.code === "unavailable" || this.code === "rate_limited";
  }
}

export class Socket {
  /** online · offline · stopped (for good; `stopCode` says why) */
  state = "offline";
  since = null;
  stopCode = null;
  /** What live.js listens with: every object that is no answer; every change of state. */
  onObject = () => {};
  onState = () => {};

  #env;
  #socket = null;
  #asked = new Map();
  #refs = 0;
  #received = 0;
  #confirmed = 0;
  #unconfirmed = 0;
  #heartbeat = 25_000;
  #lastFrame = 0;
  #pinged = 0;
  #attempt = 0;
  #retryAfter = 0;
  #timers = {};

  constructor({ url, WebSocket, timers = globalThis, now = Date.now, random = Math.random } = {}) {
    this.#env = { url, WebSocket, timers, now, random };
  }

  /** Connects, unless it is connected or stopped for good. */
  connect() {
    if (this.#socket || this.state === "stopped") return;
    this.#clear("retry");
    const Opener = this.#env.WebSocket ?? globalThis.WebSocket;
    const socket = new Opener(this.#env.url ?? `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`);
    this.#socket = socket;
    this.#received = this.#confirmed = this.#unconfirmed = this.#pinged = 0;
    this.#lastFrame = this.#env.now();
    socket.onmessage = (event) => socket === this.#socket && this.#hear(event.data);
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
    // A server that accepts and then says nothing is no connection either.
    this.#later("heartbeat", () => this.#lost(0), this.#heartbeat);
  }

  /** Leaves without coming back by itself; `connect` opens again. */
  disconnect() {
    if (this.#socket) this.#lost(0, { again: false });
    this.#clear("retry");
  }

  /** Asks, and promises the answer: the wire object with the same ref. Rejects with Refused. */
  request(command) {
    if (this.state !== "online") return Promise.reject(new Refused("offline"));
    const ref = String(++this.#refs);
    return new Promise((resolve, reject) => {
      const timer = this.#env.timers.setTimeout(() => {
        this.#asked.delete(ref);
        reject(new Refused("unavailable"));
        this.probe();
      }, ANSWER_MS);
      this.#asked.set(ref, { resolve, reject, timer });
      this.#write({ ...command, ref });
    });
  }

  /** Says something that has no answer, or whose answer nobody needs. Not kept while offline. */
  send(command) {
    if (this.state === "online") this.#write(command);
  }

  /** Is the connection alive? Asks now; without any frame in a few seconds it counts as lost. For wakes and lost networks. */
  probe(wait = PROBE_MS) {
    if (!this.#socket) {
      this.connect();
      return;
    }
    if (this.state !== "online") return;
    const asked = this.#env.now();
    this.#ping();
    this.#later("probe", () => this.#lastFrame < asked && this.#lost(0), wait);
  }

  #hear(text) {
    this.#received += 1;
    this.#unconfirmed += text.length;
    this.#lastFrame = this.#env.now();
    let objects;
    try {
      objects = JSON.parse(text);
    } catch {
      console.error("a frame from the server is not JSON");
      return;
    }
    for (const object of objects) this.#take(object);
    // The server closes a reader that confirms too little.
    if (this.#received - this.#confirmed >= FRAMES_A_PING || this.#unconfirmed >= TEXT_A_PING) this.#ping();
  }

  #take(object) {
    if (object.type === "hello") this.#greeted(object);
    if (object.type === "error" && object.retry_after) {
      this.#retryAfter = Math.max(this.#retryAfter, this.#env.now() + object.retry_after * 1000);
    }
    const asked = object.ref === undefined ? null : this.#asked.get(object.ref);
    if (asked) {
      this.#asked.delete(object.ref);
      this.#env.timers.clearTimeout(asked.timer);
      if (object.type === "error") asked.reject(new Refused(object.code, object.detail, object.retry_after ?? null));
      else asked.resolve(object);
    } else if (object.type !== "pong" && object.type !== "ok") {
      this.onObject(object);
    }
  }

  #greeted(hello) {
    this.#heartbeat = (hello.heartbeat || 25) * 1000;
    this.#beat();
    // Only a connection that stays is one: otherwise a server that dies on hello would be asked at full speed.
    this.#later("steady", () => (this.#attempt = 0), STEADY_MS);
    this.#become("online");
  }

  #beat() {
    this.#later(
      "heartbeat",
      () => {
        // Measured from our ping, not from the clock: a hidden tab's timers come late, and that is no dead peer.
        if (this.#pinged && this.#lastFrame < this.#pinged) return this.#lost(0);
        this.#ping();
        this.#beat();
      },
      this.#heartbeat,
    );
  }

  #ping() {
    this.#confirmed = this.#received;
    this.#unconfirmed = 0;
    this.#pinged = this.#env.now();
    this.#write({ type: "ping", received: this.#received });
  }

  #write(object) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(object));
  }

  #lost(code, { again = true } = {}) {
    const socket = this.#socket;
    this.#socket = null;
    for (const name of ["heartbeat", "steady", "probe"]) this.#clear(name);
    socket.onmessage = socket.onclose = null;
    socket.close();
    for (const { reject, timer } of this.#asked.values()) {
      this.#env.timers.clearTimeout(timer);
      reject(new Refused("offline"));
    }
    this.#asked.clear();
    if (FINAL.has(code)) {
      this.stopCode = code;
      this.#become("stopped");
      return;
    }
    this.#become("offline");
    if (again) this.#later("retry", () => this.connect(), this.#wait(code));
  }

  #wait(code) {
    const { now, random } = this.#env;
    // A restart or an overload hits many at once: they come back spread out, never all in the first blink.
    if (code === RESTARTING || code === TOO_SLOW) this.#attempt = Math.max(this.#attempt, 2);
    const wait = delayBefore(this.#attempt, random);
    this.#attempt += 1;
    return code === FLOODING ? Math.max(this.#retryAfter - now(), 1000) + wait : wait;
  }

  /** Somebody is back at the tab, or the network is: the next try is now, and quick ones follow. */
  hurry() {
    this.#attempt = 0;
    if (this.#retryAfter <= this.#env.now()) this.connect();
  }

  #become(state) {
    if (state === this.state && this.since !== null) return;
    this.state = state;
    this.since = this.#env.now();
    this.onState(state);
  }

  #later(name, action, wait) {
    this.#clear(name);
    this.#timers[name] = this.#env.timers.setTimeout(action, wait);
  }

  #clear(name) {
    this.#env.timers.clearTimeout(this.#timers[name]);
  }
}

/** The connection of this tab. live.js opens it. */
export const socket = new Socket();

/** Asks the server: `request({ type: "message.edit", id, body })`. Rejects with Refused (`code`, `message`, `retryAfter`). */
export const request = (command) => socket.request(command);
