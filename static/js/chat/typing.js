/** Who writes in this room just now: up to three names. Each goes after 7 seconds without a sign, or with their message. */
import { on } from "../lib/events.js";
import { me } from "../lib/me.js";
import { word } from "../lib/words.js";

const LASTS_MS = 7_000;

export default class Typing {
  constructor(element) {
    this.element = element;
    this.room = element.dataset.room;
    this.people = new Map();
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:typing", (hint) => this.#writes(hint), { signal });
    on("tw:message.created", ({ room, message }) => room === this.room && this.#stops(message.sender.id), { signal });
    on("tw:ui.connection", ({ state }) => state === "offline" && this.#nobody(), { signal });
  }

  stop() {
    this.listening.abort();
    for (const { timer } of this.people.values()) clearTimeout(timer);
  }

  #writes({ room, user, display_name: name }) {
    if (String(room) !== this.room || String(user) === me()?.id) return;
    clearTimeout(this.people.get(user)?.timer);
    this.people.set(user, { name, timer: setTimeout(() => this.#stops(user), LASTS_MS) });
    this.#draw();
  }

  #stops(user) {
    clearTimeout(this.people.get(user)?.timer);
    if (this.people.delete(user)) this.#draw();
  }

  #nobody() {
    for (const user of [...this.people.keys()]) this.#stops(user);
  }

  #draw() {
    const names = [...this.people.values()].map(({ name }) => name);
    if (names.length === 0) return this.element.replaceChildren();
    const [a, b, c] = names;
    const words = names.length > 3 ? word("typing.many") : word(`typing.${names.length}`, { a, b, c });
    let text = this.element.querySelector(".typing__words");
    if (!text) {
      const dots = document.createElement("span");
      dots.className = "typing__dots";
      for (let dot = 0; dot < 3; dot += 1) dots.append(document.createElement("span"));
      text = document.createElement("span");
      text.className = "typing__words";
      text.dir = "auto";
      this.element.replaceChildren(dots, text);
    }
    if (text.textContent !== words) text.textContent = words;
  }
}
