/**
 * Reacting: a press on a chip joins or leaves, the favourites at hand and the picker add. It shows at once; where the
 * server refuses, it goes back and says why. Who reacted is told on hover, focus and long press.
 */
import { ownEmoji } from "../lib/emojis.js";
import { emit, on } from "../lib/events.js";
import { Favourites } from "../lib/favourites.js";
import { me } from "../lib/me.js";
import { word, why } from "../lib/words.js";
import { request } from "../realtime/socket.js";
import { room as known } from "../realtime/store.js";
import { messageOf } from "./message.js";
import { asWished, doubt, fill, isMine, know, most, wish } from "./parts/reactions.js";

const FAVOURITES = 6;
const FAVOURITE = /^favourite-(\d)$/;
const chipOf = ({ target }) => target.closest?.(".reaction[data-emoji], .poll__option[data-named]");

export default class Reactions {
  constructor() {
    this.me = me();
    this.favourites = new Favourites(this.me.id);
    this.shown = undefined;
    /** The community's own, name → address, once they were asked for; and the answer they stood in. */
    this.own = this.answer = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    /** Who reacted, or chose an answer: loaded once somebody points at one; and what they are doing there. */
    this.who = this.pointed = null;
    const points = (event) => this.#point(event);
    for (const name of ["pointerover", "focusin", "pointerdown", "pointerup", "pointercancel"]) document.addEventListener(name, points, { signal });
    document.addEventListener("click", (event) => this.#click(event), { signal });
    on("tw:ui.action", (detail) => this.#action(detail), { signal });
    on("tw:ui.react", ({ row }) => this.#pick(row), { signal });
    on("tw:reaction.mine", ({ message, emoji, mine }) => (know(message, emoji, mine), this.#redraw(message)), { signal });
    on("tw:ui.reacted", ({ id }) => this.#redraw(id), { signal });
    on("tw:hello", () => [...doubt()].forEach((id) => this.#redraw(id)), { signal });
    for (const name of ["tw:ui.room", "tw:ui.added"]) on(name, () => this.#offer(), { signal });
    addEventListener("storage", ({ key }) => key === this.favourites.key && this.#offer(), { signal });
    document.addEventListener("skin-tone-change", () => this.#offer(), { signal });
    this.#offer();
  }

  stop() {
    this.listening.abort();
    this.who?.hide();
  }

  async #point(event) {
    if (this.who) return;
    this.pointed = /up|cancel/.test(event.type) || !chipOf(event) ? null : event;
    if (!this.pointed) return;
    const { Who } = await import("./who.js").catch(() => ({}));
    const { signal } = this.listening;
    if (Who && !signal.aborted) this.who ??= new Who(chipOf, this.pointed, signal);
  }

  #click(event) {
    const chip = event.target.closest?.(".reaction");
    const row = chip?.closest(".message");
    if (!row || !messageOf(row)) return;
    if (!this.#may(row)) return this.#refuse(row);
    if (chip.matches(".reaction--add")) this.#pick(row, chip);
    else this.#toggle(row, chip.dataset.emoji, chip.querySelector("img")?.getAttribute("src"));
  }

  #action({ action, row }) {
    if (action === "react") this.#pick(row);
    const [, place] = FAVOURITE.exec(action) ?? [];
    if (place) this.#toggle(row, this.shown[place - 1], this.#picture(this.shown[place - 1]));
  }

  /** May the reader react in the room this row stands in? */
  #may(row) {
    const { may } = row.closest("[data-may]")?.dataset ?? {};
    return (may ?? "").split(" ").includes("react");
  }

  #refuse(row) {
    const { room } = row.closest("[data-room]")?.dataset ?? {};
    emit("tw:ui.toast", { text: word(known(room) ? "reaction.read-only" : "reaction.join"), tone: "warning" });
  }

  #pick(row, anchor = row) {
    const message = messageOf(row);
    if (!message || message.deleted || message.kind !== "text" || !this.#may(row)) return;
    if (asWished(message, this.me.id).length >= most()) return emit("tw:ui.toast", { text: word("reaction.full"), tone: "warning" });
    emit("tw:ui.pick-emoji", { anchor, choose: (emoji, url) => this.#toggle(row, emoji, url, { join: true }) });
  }

  async #toggle(row, emoji, url, { join = false } = {}) {
    const { id } = row.dataset;
    const wanted = join || !isMine(messageOf(row), emoji, this.me.id);
    if (wanted && !join) this.favourites.use(emoji, url);
    this.#offer();
    const wished = wish(id, emoji, wanted, url);
    this.#redraw(id);
    this.who?.hide();
    try {
      await request({ type: wanted ? "reaction.add" : "reaction.remove", message: id, emoji });
      wished.answered(messageOf(row)?.version ?? 0);
    } catch (refusal) {
      wished.undo();
      this.#redraw(id);
      // One that was removed meanwhile.
      if (wanted && refusal.code === "bad_request" && this.own?.delete(emoji)) this.#offer();
      const text = refusal.code === "offline" ? word("reaction.offline") : why(refusal);
      emit("tw:ui.toast", { text, tone: "error" });
    }
  }

  /** The message's rows: it may stand in the room and in its thread. */
  #redraw(id) {
    for (const row of document.querySelectorAll(`.message[data-id="${CSS.escape(id)}"]`)) {
      const message = messageOf(row);
      if (message) fill(row, message, { me: this.me });
    }
  }

  /** Of one of the community's own; null for the others, and for one that was removed. */
  #picture(sign) {
    return this.own ? (this.own.get(sign) ?? null) : this.favourites.picture(sign);
  }

  /** Is it there to be chosen? Of the community's own that may change: asked where one is a favourite that is not known. */
  #has(sign) {
    if (!sign.startsWith(":")) return true;
    if (!this.own?.has(sign)) this.#ask();
    return Boolean(this.#picture(sign));
  }

  /** The same answer for a minute (lib/emojis.js). */
  async #ask() {
    const answer = await ownEmoji();
    if (answer.failed || answer === this.answer) return;
    this.answer = answer;
    this.own = new Map(answer.emoji.map(({ name, url }) => [`:${name}:`, url]));
    this.#offer();
  }

  /** Puts the favourites on their buttons. */
  #offer() {
    this.shown = this.favourites.top(FAVOURITES, this.shown, (sign) => this.#has(sign));
    for (const button of document.querySelectorAll('[data-action^="favourite-"]')) {
      const sign = this.shown[FAVOURITE.exec(button.dataset.action)[1] - 1] ?? "";
      const place = button.querySelector(".favourite");
      if (place.dataset.sign === sign) continue;
      place.dataset.sign = sign;
      const picture = this.#picture(sign);
      if (picture) place.replaceChildren(Object.assign(new Image(20, 20), { src: picture, alt: "" }));
      else place.textContent = sign;
      button.title = word("reaction.with", { emoji: sign });
      button.setAttribute("aria-label", button.title);
    }
  }
}
