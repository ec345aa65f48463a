/**
 * Files on their way to the server, in pieces: a lost network is waited for, and it goes on where the last piece ended
 * (docs/protocol.md, "Files"). A few at a time; each says `tw:upload.changed` {upload} on every change.
 *
 * States: waiting (for its turn) · sending · stalled (no network) · paused · looking (the server opens it) · ready
 * (`file` as a message will show it) · failed (`error`, a sentence; `final` where trying again is of no use) · cancelled.
 */
import { delayBefore } from "../lib/backoff.js";
import { emit, on } from "../lib/events.js";
import { get, HttpRefused, post, remove, token } from "../lib/http.js";
import { uuid } from "../lib/ids.js";
import { holdPage } from "../lib/leaving.js";

const AT_ONCE = 3;
const FIRST_PIECE = 256 * 1024;
/** A piece that takes less time than this could have been larger. */
const QUICK_MS = 1_000;
/** So many answers in a row that the offset is another one, and it begins anew. */
const CONFLICTS_MOST = 4;
/** So many refusals of a server that is there and cannot, in a row, and the person is told why. */
const REFUSALS_MOST = 6;
/** A browser that calls itself offline may be wrong: so often it is tried all the same. */
const OFFLINE_MS = 30_000;
/** Refused for what it is: tried again it would be refused again. */
const FINAL = ["bad_request", "too_long"];
const OVER = new Set(["ready", "failed", "cancelled", "paused"]);

const server = {
  begin: (place, file) => post("/uploads/", { ...place, name: file.name, size: file.size }),
  state: (id) => get(`/uploads/${id}/`),
  piece: sendPiece,
  finish: (id, told) => post(`/uploads/${id}/done/`, told),
  cancel: (id) => remove(`/uploads/${id}/`),
  describe: (id, alt) => post(`/files/${id}/`, { alt }),
  discard: (id) => remove(`/files/${id}/`),
};

export class Upload {
  /**
   * `place` is where it is attached: {room}, and {thread} in one. `told` is what this browser knows about a film or a
   * sound: width, height, duration, voice, waveform.
   */
  constructor(file, place, told = {}, { queue = shared, net = server, say = emit, wait = online, now = Date.now } = {}) {
    Object.assign(this, { key: uuid(), name: file.name, size: file.size, place, told });
    Object.assign(this, { state: "waiting", sent: 0, error: "", note: "", alt: "", file: null, final: false });
    this.source = file;
    this.env = { queue, net, say, wait, now };
    this.id = null;
    this.piece = FIRST_PIECE;
    this.most = FIRST_PIECE;
    this.aborter = null;
  }

  get isOver() {
    return OVER.has(this.state);
  }

  /** Begins, goes on after a pause, or tries again after a failure. */
  start() {
    if (this.state === "ready" || this.aborter) return;
    this.aborter = new AbortController();
    this.#become("waiting");
    const { aborter } = this;
    this.env.queue.enter(() => this.#run(aborter));
  }

  pause() {
    if (this.isOver || this.state === "looking") return;
    this.#stop("paused");
  }

  /** It is not wanted, ready or not: the server forgets it. */
  cancel() {
    const { id, file } = this;
    this.#stop("cancelled");
    // Told to the server where it knows of it; what cannot be told, it forgets by itself after a while.
    if (id) this.env.net.cancel(id).catch(() => {});
    else if (file) this.env.net.discard(file.id).catch(() => {});
  }

  /** What is to be seen in it, for who cannot see it: told to the server as soon as it is there and has the file. */
  async describe(alt) {
    this.alt = alt;
    if (this.telling) return;
    this.telling = true;
    try {
      // `file.alt` is what the server is known to have.
      for (let tries = 0; this.file && this.file.alt !== this.alt && this.state === "ready"; tries += 1) {
        const said = this.alt;
        try {
          await this.env.net.describe(this.file.id, said);
          this.file.alt = said;
        } catch (refusal) {
          if (!passes(refusal)) throw refusal;
          await this.env.wait(delayBefore(tries), new AbortController().signal);
        }
      }
    } finally {
      this.telling = false;
    }
  }

  #stop(state) {
    this.aborter?.abort();
    this.aborter = null;
    this.#become(state);
  }

  async #run(aborter) {
    const { signal } = aborter;
    for (let tries = 0, conflicts = 0, anew = false; !signal.aborted; ) {
      const before = this.sent;
      try {
        await this.#try(signal);
        return;
      } catch (refusal) {
        if (signal.aborted) return;
        if (this.sent > before) [tries, conflicts, anew] = [0, 0, false];
        if (refusal.code === "conflict" && this.id && (conflicts += 1) < CONFLICTS_MOST) continue;
        if ((refusal.code === "not_found" || refusal.code === "conflict") && this.id && !anew) {
          // The server has forgotten it: from the beginning, once.
          Object.assign(this, { id: null, sent: 0 });
          anew = true;
        } else if (!passes(refusal) || (refusal.status && tries >= REFUSALS_MOST)) {
          this.error = refusal.message;
          this.final = FINAL.includes(refusal.code);
          this.aborter = null;
          this.#become("failed");
          return;
        } else {
          this.piece = FIRST_PIECE;
          this.#become(refusal.code === "unavailable" && !refusal.status ? "stalled" : "waiting");
          await this.env.wait(delayBefore(tries), signal);
          tries += 1;
        }
      }
    }
  }

  async #try(signal) {
    const { net, now } = this.env;
    const known = this.id ? await net.state(this.id) : await net.begin(this.place, this.source);
    if (signal.aborted) return this.#late(known.id);
    this.id = known.id;
    this.most = known.piece;
    this.sent = known.offset;
    this.#become("sending");
    while (this.sent < this.size) {
      const from = this.sent;
      const data = this.source.slice(from, Math.min(from + this.piece, this.size));
      const began = now();
      const said = (done) => {
        this.sent = from + done;
        this.env.say("tw:upload.changed", { upload: this });
      };
      try {
        ({ offset: this.sent } = await net.piece(this.id, from, data, said, signal));
      } catch (refusal) {
        this.sent = from;
        throw refusal;
      }
      if (signal.aborted) return undefined;
      if (now() - began < QUICK_MS) this.piece = Math.min(this.piece * 2, this.most);
    }
    this.#become("looking");
    const { file, note } = await net.finish(this.id, { ...this.told, alt: this.alt });
    // Cancelled meanwhile: the server was told, and may have been too late.
    if (signal.aborted) return this.state === "cancelled" ? void net.discard(file.id).catch(() => {}) : undefined;
    Object.assign(this, { file, note, aborter: null });
    this.#become("ready");
    this.describe(this.alt).catch(() => {});
  }

  /** It was begun there while it was stopped here. */
  #late(id) {
    if (this.state === "cancelled") this.env.net.cancel(id).catch(() => {});
    else this.id = id;
  }

  #become(state) {
    this.state = state;
    if (state !== "failed") this.error = "";
    // The page alone has the file it goes on from.
    holdPage(this, !this.isOver || state === "paused");
    this.env.say("tw:upload.changed", { upload: this });
  }
}

/** A few at a time, in the order they came. */
export class Queue {
  #waiting = [];
  #running = 0;

  constructor(atOnce = AT_ONCE) {
    this.atOnce = atOnce;
  }

  enter(work) {
    this.#waiting.push(work);
    this.#next();
  }

  #next() {
    while (this.#running < this.atOnce && this.#waiting.length) {
      this.#running += 1;
      this.#waiting.shift()().finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }
}

const shared = new Queue();

/** The ids of all of them, once all are ready; throws with its reason where one fails. */
export function allReady(uploads) {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const look = () => {
      const failed = uploads.find((upload) => upload.state === "failed");
      if (!failed && !uploads.every((upload) => upload.state === "ready")) return;
      over.abort();
      if (failed) reject(new HttpRefused("file", `${failed.name}: ${failed.error}`));
      else resolve(uploads.map((upload) => upload.file.id));
    };
    on("tw:upload.changed", look, { signal: over.signal });
    look();
  });
}

function passes(refusal) {
  return refusal.code === "unavailable" || refusal.code === "rate_limited" || refusal.status >= 500;
}

/** Waits so long, and longer while there is no network; no longer once the network comes back, or at `signal`. */
function online(ms, signal) {
  return new Promise((resolve) => {
    const over = new AbortController();
    let timer = null;
    const done = () => {
      over.abort();
      clearTimeout(timer);
      resolve();
    };
    timer = setTimeout(() => (navigator.onLine ? done() : (timer = setTimeout(done, OFFLINE_MS))), ms);
    addEventListener("online", done, { signal: over.signal });
    signal.addEventListener("abort", done, { signal: over.signal });
  });
}

/** One piece. By XMLHttpRequest, which alone tells how much of it is on its way. */
function sendPiece(id, offset, data, said, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const away = () => reject(new HttpRefused("unavailable", ""));
    request.open("PATCH", `/uploads/${id}/`);
    request.responseType = "json";
    request.timeout = 120_000;
    for (const [name, value] of Object.entries({
      "X-CSRFToken": token(),
      "Upload-Offset": String(offset),
      "Content-Type": "application/octet-stream",
      Accept: "application/json",
    })) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => said(Math.min(event.loaded, data.size)));
    request.addEventListener("load", () => {
      const answer = request.response;
      if (request.status === 200 && answer) resolve(answer);
      else reject(new HttpRefused(answer?.code ?? "unavailable", answer?.detail ?? "", request.status));
    });
    for (const name of ["error", "timeout", "abort"]) request.addEventListener(name, away);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(data);
  });
}
