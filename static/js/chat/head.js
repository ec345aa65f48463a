/** Keeps the head of the open room true: its name, topic and number of people, and what I chose for it. */
import { emit, on } from "../lib/events.js";
import { go } from "../lib/go.js";
import { number, plural, word } from "../lib/words.js";
import { room as known } from "../realtime/store.js";

export default class Head {
  constructor(element) {
    this.element = element;
    this.room = element.dataset.room;
    this.name = element.querySelector("[data-room-name]").textContent;
    this.archived = document.querySelector(".bar--archived") !== null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    const mine = (handler) => (event) => String(event.room?.id ?? event.room) === this.room && handler(event);
    on("tw:room.updated", mine(({ state }) => this.#state(state)), { signal });
    on("tw:member.joined", mine(({ member_count: count }) => this.#people(count)), { signal });
    on("tw:member.left", mine(({ member_count: count }) => this.#people(count)), { signal });
    on("tw:room.joined", mine(({ room }) => this.#joined(room)), { signal });
    on("tw:room.left", mine(({ reason }) => this.#left(reason)), { signal });
    on("tw:store.rooms", () => this.#chosen(known(this.room)), { signal });
    this.#chosen(known(this.room));
  }

  stop() {
    this.listening.abort();
  }

  #state(state) {
    if (!state) return;
    const { name, topic, archived, kind } = state;
    // What one may do here changes with the archive: the page is asked for again.
    if (archived !== undefined && archived !== this.archived) return this.#again();
    if (name && kind !== "direct" && name !== this.name) {
      this.name = name;
      this.element.querySelector("[data-room-name]").textContent = name;
      document.getElementById("main").dataset.title = name;
      const area = document.getElementById("composer-body");
      if (area) area.labels[0].textContent = area.placeholder = word("composer.to", { name });
    }
    const line = this.element.querySelector("[data-room-topic]");
    if (line && topic !== undefined) {
      line.textContent = topic;
      line.title = topic;
    }
  }

  #people(count) {
    if (count === undefined) return;
    const alone = document.querySelector("[data-alone]");
    if (alone) alone.hidden = count > 1;
    this.element.querySelector("[data-room-people]").textContent = number(count);
    this.element.querySelector(".pane-head__people").setAttribute("aria-label", plural("people", count));
  }

  /** In from another tab, or invited while looking: now one can write. */
  #joined() {
    if (document.querySelector(".bar--join")) this.#again();
  }

  #left(reason) {
    if (document.querySelector(".bar--join")) return;
    if (reason === "removed" || reason === "deleted") {
      emit("tw:ui.toast", { text: word(`room.${reason}`, { name: this.name }), tone: "info" });
    }
    // The server knows where one may be now: this room again, to look at, where it is a public one.
    go("/");
  }

  #again() {
    go(location.pathname);
  }

  /** Pinned, and what counts as unread, as the menu shows it. */
  #chosen(room) {
    if (!room) return;
    for (const button of this.element.querySelectorAll("[name=pinned]")) button.hidden = (button.value === "1") === Boolean(room.pinned);
    for (const button of this.element.querySelectorAll("[name=notify]")) button.setAttribute("aria-pressed", String(button.value === room.notify));
  }
}
