/**
 * A thread in the side pane, or on a page of its own: takes over what the server rendered, and keeps it true. Pages of a
 * long one are fetched at its ends; what one has seen counts as read.
 */
import { emit, on } from "../lib/events.js";
import { isWatching } from "../lib/dom.js";
import { post } from "../lib/http.js";
import { me } from "../lib/me.js";
import { datesFor } from "../lib/time.js";
import { plural, word, why } from "../lib/words.js";
import { reader } from "../realtime/live.js";
import { outbox } from "../realtime/outbox.js";
import { request } from "../realtime/socket.js";
import { room as storedRoom } from "../realtime/store.js";
import { standing, watchingThread } from "../realtime/threads.js";
import { Announcer } from "./announcer.js";
import { pointOut } from "./found.js";
import { Keys } from "./keys.js";
import { textOf } from "./message.js";
import { seqOf } from "./neighbours.js";
import { Reading } from "./reading.js";
import { Scroll } from "./scroll.js";
import { ThreadRows } from "./thread_rows.js";
import { actOnUnsent } from "./unsent.js";

const PAGE = 50;
/** A mark the server could not take is told again. */
const AGAIN_MS = 5_000;

export default class Thread {
  constructor(section) {
    this.section = section;
    const { room, thread, may, readSeq } = section.dataset;
    Object.assign(this, { room, root: thread });
    this.readSeq = readSeq === undefined ? null : Number(readSeq);
    this.following = "following" in section.dataset;
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.signal = signal;
    const list = section.querySelector(".timeline__list");
    const who = me();
    this.rows = new ThreadRows(list, thread, {
      me: who,
      dates: datesFor(),
      may: new Set(may.split(" ")),
      get person() {
        return reader() ?? { id: who.id, display_name: who.username, avatar: `/people/${who.id}/avatar` };
      },
    });
    this.scroll = new Scroll(section.querySelector(".timeline__scroll"), list);
    this.keys = new Keys(list, signal);
    this.announcer = new Announcer(section.querySelector("[data-announcer]"));
    this.reading = new Reading({
      section,
      lastSeen: () => this.#lastSeen(),
      atEnd: () => this.#lastSeen() > 0 && this.scroll.nearEnd,
      mark: (seq) => this.#read(seq),
      watch: (looks) => watchingThread(thread, looks),
      signal,
    });
    this.#open();
    this.#listen();
  }

  stop() {
    this.listening.abort();
    this.announcer.stop();
  }

  #open() {
    const told = (name) => JSON.parse(this.section.querySelector(name).textContent);
    this.rows.adopt([...told(".timeline__root"), ...told(".timeline__messages")]);
    this.rows.readUpTo = this.readSeq;
    this.rows.showUnsent(this.#pending());
    this.keys.settle();
    this.section.dataset.ready = "";
    const { linked, searched } = this.section.dataset;
    this.reading.looking = Boolean(searched);
    const target = linked && this.rows.list.querySelector(`:scope > .message[data-seq="${Number(linked)}"]`);
    const first = target || this.rows.firstNew;
    if (first) this.scroll.center(first);
    if (target) this.#highlight(target, searched);
    // What came while the page was on its way.
    if ((storedRoom(this.room)?.version ?? 0) > Number(this.section.dataset.version)) this.#startAnew();
    this.reading.look();
  }

  #listen() {
    const { signal } = this;
    const here = (handler) => (event) => event.room === this.room && handler(event);
    for (const name of ["created", "updated"]) on(`tw:message.${name}`, here((event) => this.#message(event)), { signal });
    on("tw:outbox.changed", () => this.#unsent(), { signal });
    on("tw:outbox.acked", ({ ack }) => this.rows.acked(ack), { signal });
    on("tw:ui.sent", ({ form, thread }) => thread === this.root && this.#sent(form), { signal });
    on("tw:ui.connection", ({ state }) => state !== "offline" && this.reading.look(), { signal });
    on("tw:ui.reset", here(() => this.#startAnew()), { signal });
    // Also by being named here, or answering on another device.
    on("tw:threads.changed", () => this.#stands(standing(this.root)), { signal });
    this.scroll.box.addEventListener("scroll", () => this.reading.look(), { passive: true, signal });
    this.section.addEventListener("click", (event) => this.#clicked(event), { signal });
    const side = this.section.closest(".side, .main");
    side.addEventListener("submit", (event) => event.target.matches("[data-follow]") && this.#follow(event), { signal });
    side.addEventListener("change", (event) => event.target.matches("[data-also]") && this.#also(event.target), { signal });
  }

  #message(event) {
    const { message } = event;
    const isHere = this.rows.isPlaced(message.id);
    if (!isHere && message.seq === seqOf(this.rows.row(this.root))) return this.#moved();
    // A note may stand where an answer was that moved away. What is not on the page yet comes with its page.
    if (!isHere && (message.thread_root !== this.root || this.#isBeyond(message))) return;
    const follows = this.scroll.nearEnd && !this.#turn("after");
    let outcome;
    const change = () => (outcome = this.rows.upsert(message));
    if (follows) change();
    else this.scroll.keep(change);
    this.#count(message);
    this.keys.settle();
    if (outcome === "added") this.#arrived(event, follows);
    this.reading.look();
  }

  /** Further up or down than what is here, where there is more to come. */
  #isBeyond({ seq }) {
    const seqs = this.rows.answers.map(seqOf);
    return (this.#turn("before") && seqs.every((one) => one > seq)) || (this.#turn("after") && seqs.every((one) => one < seq));
  }

  /** Another message has the root's place: the thread went to another room, and its address leads there. */
  #moved() {
    if (this.section.closest(".side")) emit("tw:ui.side", { again: true });
    else location.reload();
  }

  #arrived({ type, message, synced }, follows) {
    const row = this.rows.row(message.id);
    if (follows) this.scroll.toEnd();
    if (type !== "message.created" || message.sender.id === me()?.id) return;
    // Nobody looks: what comes from here on is new to them.
    if (!isWatching() && !this.rows.firstNew) this.rows.readUpTo = message.seq - 1;
    if (synced || !row) return;
    row.classList.add("message--arrives");
    if (message.kind === "text") this.announcer.say(message.sender.display_name, textOf(row));
  }

  #count(message) {
    if (message.id !== this.root) return;
    const place = this.section.querySelector("[data-count]");
    place.textContent = message.thread ? plural("thread.answers", message.thread.count) : word("thread.none");
  }

  /** Whatever room it was written for: the thread may have moved since. */
  #pending() {
    return outbox.pending().filter((entry) => entry.extras?.thread === this.root);
  }

  #unsent() {
    const change = () => this.rows.showUnsent(this.#pending());
    if (this.scroll.nearEnd) change();
    else this.scroll.keep(change);
  }

  /** One's own answer: where it will stand, that is where one wants to be; and who answers follows. */
  async #sent(form) {
    const also = form.querySelector("[data-also]");
    if (also) also.checked = false;
    this.rows.readUpTo = null;
    this.#stands({ following: true });
    if (this.#turn("after")) await this.#startAnew();
    this.scroll.toEnd();
    this.keys.release();
  }

  #also(box) {
    emit("tw:ui.extra", { form: box.form, name: "in_room", value: box.checked ? true : null });
  }

  #turn(where) {
    return this.rows.list.querySelector(`:scope > [data-turn=${where}]`);
  }

  /** The newest page is what is here from now on. */
  async #startAnew() {
    const answer = await this.#ask({});
    if (!answer) return;
    this.rows.clear();
    this.#take(answer);
    this.#ends(answer, "before");
    this.#unsent();
    this.scroll.toEnd();
    this.reading.look();
  }

  async #more(where, button) {
    const { answers } = this.rows;
    const edge = where === "before" ? answers[0] : answers.at(-1);
    button.setAttribute("aria-busy", "true");
    const answer = await this.#ask({ [where]: seqOf(edge) });
    button.removeAttribute("aria-busy");
    if (!answer) return;
    this.scroll.keep(() => {
      this.#turn(where)?.remove();
      this.#take(answer);
      this.#ends(answer, where);
    });
    edge.focus({ preventScroll: true });
  }

  #take(answer) {
    for (const message of answer.messages) this.rows.upsert(message);
    this.rows.readUpTo = this.readSeq;
    this.keys.settle();
  }

  /** A button at that end, where there is more. */
  #ends(answer, where) {
    const more = where === "before" ? answer.has_older : answer.has_newer;
    if (!more) return;
    const line = document.getElementById("thread-turn-template").content.querySelector(`[data-turn=${where}]`).cloneNode(true);
    if (where === "before") this.rows.list.querySelector(".thread__answers").after(line);
    else this.rows.list.append(line);
  }

  #ask(point) {
    return request({ type: "history", room: this.room, thread: this.root, limit: PAGE, ...point }).catch((refusal) => {
      emit("tw:ui.toast", { text: refusal.code === "offline" ? word("not-loaded") : refusal.message || word("not-loaded"), tone: "warning" });
      return null;
    });
  }

  #lastSeen() {
    if (!("member" in this.section.dataset) || !this.following || this.#turn("after")) return 0;
    const row = this.scroll.lastSeen();
    return row && !("root" in row.dataset) ? seqOf(row) : 0;
  }

  async #read(seq) {
    if (seq <= (this.seen ?? 0)) return;
    this.seen = seq;
    try {
      await request({ type: "thread.read", root: this.root, seq });
    } catch (refusal) {
      this.seen = 0;
      if (refusal.passes) setTimeout(() => this.signal.aborted || this.reading.look(), refusal.retryAfter * 1000 || AGAIN_MS);
    }
  }

  /** With JavaScript the form is a switch: nothing on the page moves. */
  async #follow(event) {
    event.preventDefault();
    try {
      const answer = await post(event.target.action, { following: event.submitter.value });
      this.#stands(answer);
      emit("tw:ui.toast", { text: answer.detail, tone: "success" });
    } catch (refusal) {
      emit("tw:ui.toast", { text: why(refusal), tone: "error" });
    }
  }

  /** How the reader stands to this thread by now; null where nobody said. */
  #stands(known) {
    if (this.readSeq !== null) this.readSeq = Math.max(this.readSeq, known?.read_seq ?? 0);
    if (!known || known.following === this.following) return;
    const { following } = known;
    this.following = following;
    this.reading.look();
    const form = this.section.closest(".side, .main").querySelector("[data-follow]");
    if (!form) return;
    const had = form.contains(document.activeElement);
    form.querySelector(".follow__on").hidden = following;
    form.querySelector(".follow__off").hidden = !following;
    if (had) form.querySelector("button:not([hidden])").focus();
  }

  #highlight(row, searched) {
    pointOut(row, searched);
    this.keys.target(row);
  }

  #clicked(event) {
    const { target } = event;
    const turn = target.closest("[data-turn] a, [data-turn] button");
    if (turn) {
      event.preventDefault();
      return this.#more(turn.closest("[data-turn]").dataset.turn, turn);
    }
    if (target.closest(".message__avatar")) target.closest(".message").querySelector(".message__author").click();
    // What an answer quotes stands most often in the same thread.
    const quote = target.closest("a.quote");
    const row = quote && this.rows.row(quote.dataset.id);
    if (row) {
      event.preventDefault();
      this.scroll.center(row);
      this.#highlight(row);
    }
    const button = target.closest("[data-unsent]");
    if (button) actOnUnsent(button, this.room, this.root);
  }
}
