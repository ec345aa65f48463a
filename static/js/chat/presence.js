/**
 * Who is here. Watches the people on the page (`data-presence="id"`), turns their dots (`data-state`) and says it in words
 * (`data-presence-words="id"`); and tells the server whether the reader is active or has not moved for five minutes.
 */
import { on } from "../lib/events.js";
import { me } from "../lib/me.js";
import { word } from "../lib/words.js";
import { request, socket } from "../realtime/socket.js";

const IDLE_MS = 5 * 60_000;
const QUIET_MS = 400;
const MOST = 500;
const SIGNS = ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"];

export default class Presence {
  constructor() {
    this.states = new Map();
    this.watched = "";
    this.said = null;
    this.movedAt = Date.now();
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:presence", (event) => this.#heard(event), { signal });
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
    const ids = [...new Set(places)].filter((id) => id && id !== me()?.id).slice(0, MOST);
    const key = ids.toSorted().join();
    if (!this.online || key === this.watched) return;
    this.watched = key;
    try {
      const { users } = await request({ type: "presence.watch", users: ids });
      const named = new Set();
      for (const { id, user, state } of users ?? []) {
        named.add(String(id ?? user));
        this.states.set(String(id ?? user), state);
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
  }

  #say() {
    const state = Date.now() - this.movedAt > IDLE_MS ? "idle" : "active";
    if (!this.online || state === this.said) return;
    this.said = state;
    socket.send({ type: "presence.set", state });
    this.#draw();
  }

  #stateOf(id) {
    if (id === me()?.id) return this.online ? (this.said ?? "active") : "offline";
    return this.states.get(id) ?? "offline";
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
      const words = name ? `${name} · ${state}` : state;
      if (place.textContent !== words) place.textContent = words;
    }
  }
}
