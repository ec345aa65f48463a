/**
 * Who is here. Watches the people on the page (`data-presence="id"`), turns their dots (`data-state`) and says it in words
 * (`data-presence-words="id"`), with what they say of themselves (in short where `data-status` stands); and tells the server whether the reader is active or has not moved for five minutes.
 */
import { emit, on } from "../lib/events.js";
import { me } from "../lib/me.js";
import { word } from "../lib/words.js";
import { request, socket } from "../realtime/socket.js";

const IDLE_MS = 5 * 60_000;
const QUIET_MS = 400;
const MOST = 500;
/** What is heard of others may be lost on its way, and a question too: it is asked again. */
const AGAIN_MS = 60_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"];

export default class Presence {
  constructor() {
    this.states = new Map();
    this.statuses = new Map();
    this.watched = "";
    this.watchedAt = 0;
    this.said = null;
    this.movedAt = Date.now();
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:presence", (event) => this.#heard(event), { signal });
    on("tw:status.updated", ({ user, status }) => this.#says(String(user), status), { signal });
    on("tw:ui.connection", ({ state }) => this.#connected(state), { signal });
    for (const name of SIGNS) addEventListener(name, () => this.#moved(), { capture: true, passive: true, signal });
    document.addEventListener("visibilitychange", () => this.#visible(), { signal });
    this.watching = new MutationObserver(() => this.#later());
    this.watching.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-presence"] });
    this.ticking = setInterval(() => this.#tick(), 15_000);
    this.online = socket.state === "online";
    this.#later();
  }

  stop() {
    this.listening.abort();
    this.watching.disconnect();
    clearInterval(this.ticking);
    clearTimeout(this.timer);
  }

  /** People on the page come and go in bunches: look once a while, after the last of them. */
  #later() {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.#watch();
      this.#draw();
    }, QUIET_MS);
  }

  async #watch() {
    const places = [...document.querySelectorAll("[data-presence]")].map((place) => place.dataset.presence);
    // Oneself too: one's status may be set on another device.
    const ids = [...new Set([me()?.id, ...places])].filter(Boolean).slice(0, MOST);
    const key = ids.toSorted().join();
    if (!this.online || key === this.watched) return;
    this.watched = key;
    this.watchedAt = Date.now();
    try {
      const { users } = await request({ type: "presence.watch", users: ids });
      const named = new Set();
      for (const { id, user, state, status } of users ?? []) {
        named.add(String(id ?? user));
        this.states.set(String(id ?? user), state);
        this.#keep(String(id ?? user), status);
      }
      for (const id of ids) if (!named.has(id)) this.states.delete(id);
      this.#draw();
    } catch {
      this.watched = "";
    }
  }

  #heard({ user, users, state }) {
    if (users) for (const one of users) this.states.set(String(one.id ?? one.user), one.state);
    else this.states.set(String(user), state);
    this.#draw();
  }

  #keep(user, status) {
    if (JSON.stringify(this.statuses.get(user) ?? null) === JSON.stringify(status ?? null)) return;
    if (status) this.statuses.set(user, status);
    else this.statuses.delete(user);
    emit("tw:ui.status", { user, status: status ?? null });
  }

  #says(user, status) {
    this.#keep(user, status);
    this.#draw();
  }

  /** What they say of themselves, while it holds. */
  #statusOf(id) {
    const { emoji = "", text = "", until = null } = this.statuses.get(id) ?? {};
    return until && Date.parse(until) <= Date.now() ? { emoji: "", text: "" } : { emoji, text };
  }

  #connected(state) {
    const online = state === "online" || state === "catching-up";
    if (online === this.online) return;
    this.online = online;
    this.watched = "";
    this.said = null;
    if (online) {
      this.#say();
      this.#watch();
    } else {
      // What one last heard of others may be old by now; of oneself one knows.
      this.states.clear();
    }
    this.#draw();
  }

  #moved() {
    this.movedAt = Date.now();
    if (this.said === "idle") this.#say();
  }

  #visible() {
    if (document.visibilityState === "visible") this.#moved();
  }

  #tick() {
    this.#say();
    if (Date.now() - this.watchedAt > AGAIN_MS) this.watched = "";
    if (!this.watched) this.#watch();
    // A status may have run out.
    if (this.statuses.size) this.#draw();
  }

  #say() {
    const state = Date.now() - this.movedAt > IDLE_MS ? "idle" : "active";
    if (!this.online || state === this.said) return;
    if (this.said === "idle") emit("tw:ui.back");
    this.said = state;
    socket.send({ type: "presence.set", state });
    this.#draw();
  }

  #stateOf(id) {
    const state = id === me()?.id ? (this.online ? (this.said ?? "active") : "offline") : (this.states.get(id) ?? "offline");
    // Away by their own word, though they are here.
    return state === "active" && this.statuses.get(id)?.away ? "idle" : state;
  }

  #draw() {
    for (const dot of document.querySelectorAll("[data-presence]")) {
      const state = this.#stateOf(dot.dataset.presence);
      if (dot.dataset.state !== state) dot.dataset.state = state;
    }
    for (const place of document.querySelectorAll("[data-presence-words]")) {
      if (!place.dataset.presenceWords) continue;
      place.dataset.name ??= place.textContent.trim();
      const name = place.dataset.name;
      const state = word(`presence.${this.#stateOf(place.dataset.presenceWords)}`);
      const { emoji, text } = this.#statusOf(place.dataset.presenceWords);
      const words = [name, state, `${emoji} ${text}`.trim()].filter(Boolean).join(" · ");
      if (place.textContent !== words) place.textContent = words;
      const short = place.parentElement.querySelector(":scope > [data-status]");
      if (short && short.textContent !== emoji) short.textContent = emoji;
      if (short) short.title = text;
    }
    const away = document.querySelector("[data-away]");
    if (away) away.textContent = word(this.statuses.get(me()?.id)?.away ? "status.here" : "status.away");
  }
}
