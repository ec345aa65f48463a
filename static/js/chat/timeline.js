/**
 * The timeline of the room that is open: takes over what the server rendered, and keeps it true. Puts its parts
 * together; each of them has a file of its own beside this one.
 */
import { emit, on } from "../lib/events.js";
import { isWatching } from "../lib/dom.js";
import { me } from "../lib/me.js";
import { datesFor } from "../lib/time.js";
import { word } from "../lib/words.js";
import { closeRoom, markRead, openRoom, reader } from "../realtime/live.js";
import { outbox } from "../realtime/outbox.js";
import { request } from "../realtime/socket.js";
import { room as storedRoom } from "../realtime/store.js";
import { Announcer } from "./announcer.js";
import { relabel } from "./dates.js";
import { Keys } from "./keys.js";
import { textOf } from "./message.js";
import { Paginator, ROWS_MOST } from "./paginator.js";
import { aboveWords, belowWords, Pill } from "./pill.js";
import { quoteOf } from "./parts/quote.js";
import { Places } from "./places.js";
import { Reading } from "./reading.js";
import { Rows } from "./rows.js";
import { Scroll } from "./scroll.js";
import { actOnUnsent } from "./unsent.js";

/** Rows beyond ROWS_MOST before some are taken away, so that not every message does. */
const SLACK = 20;
/** So many more may come in while the reader looks at something older; then the end is left for later. */
const UNSEEN_MOST = 50;
/** The line of new messages stays on the screen while nobody looks: this much room above it. */
const ROOM_ABOVE = 48;

export default class Timeline {
  constructor(section) {
    this.section = section;
    this.room = section.dataset.room;
    this.isMember = "member" in section.dataset;
    this.unseen = 0;
    this.waiting = [];
    this.listening = new AbortController();
    const { signal } = this.listening;
    const list = section.querySelector(".timeline__list");
    this.dates = datesFor();
    const who = me();
    this.rows = new Rows(list, {
      me: who,
      may: new Set(section.dataset.may.split(" ")),
      dates: this.dates,
      get person() {
        return reader() ?? { id: who.id, display_name: who.username, avatar: `/people/${who.id}/avatar` };
      },
    });
    this.scroll = new Scroll(section.querySelector(".timeline__scroll"), list);
    this.start = section.querySelector(".timeline__start");
    this.keys = new Keys(list, signal);
    this.announcer = new Announcer(section.querySelector("[data-announcer]"));
    this.paginator = new Paginator({
      room: this.room,
      rows: this.rows,
      scroll: this.scroll,
      request,
      edges: { before: section.querySelector(".timeline__edge--older"), after: section.querySelector(".timeline__edge--newer") },
      onChange: () => this.#changed(),
      failed: (refusal, where) => !where && emit("tw:ui.toast", { text: refusal.message || word("not-loaded"), tone: "warning" }),
    });
    this.below = new Pill(section.querySelector(".pill--below"), { name: belowWords, press: () => this.toNewest(), signal });
    this.above = new Pill(section.querySelector(".pill--above"), { name: aboveWords, press: () => this.#toFirstNew(), signal });
    this.reading = new Reading({ section, room: this.room, lastSeen: () => this.#lastSeen(), atEnd: () => this.#atEnd(), mark: (seq) => this.#read(seq), signal });
    this.reading.looking = new URLSearchParams(location.search).has("find");
    this.places = new Places(this, signal);
    this.#open();
    this.#listen(signal);
  }

  stop() {
    this.listening.abort();
    this.paginator.stop();
    this.announcer.stop();
    clearInterval(this.midnight);
    closeRoom(this.room);
  }

  #open() {
    const { lastSeq, readSeq, unread, mentions, version } = this.section.dataset;
    const messages = JSON.parse(this.section.querySelector(".timeline__messages").textContent);
    const ends = { hasOlder: "hasOlder" in this.section.dataset, hasNewer: "hasNewer" in this.section.dataset };
    this.rows.adopt(messages, { newest: Number(lastSeq), ...ends });
    this.readSeq = Number(readSeq);
    if (this.isMember && Number(unread) > 0) {
      this.rows.newSeq = this.readSeq + 1;
      this.unreadOnOpening = Number(unread);
    }
    this.rows.showUnsent(this.#pending());
    this.keys.settle();
    openRoom(this.room, Number(version), { unread: Number(unread), mentions: Number(mentions) });
    this.places.open();
    // Where more is unread than stands here, a glance at the end does not read it all.
    if (this.rows.newSeq !== null && this.rows.newSeq < this.rows.span.first) this.reading.looking = true;
    this.section.dataset.ready = "";
    this.#changed();
    this.paginator.check();
  }

  #listen(signal) {
    const here = (handler) => (detail) => detail.room === this.room && handler(detail);
    on("tw:message.created", here((event) => this.#message(event)), { signal });
    on("tw:message.updated", here((event) => this.#message(event)), { signal });
    on("tw:outbox.changed", here(() => this.#unsent()), { signal });
    on("tw:outbox.acked", ({ ack }) => ack.room === this.room && this.rows.acked(ack), { signal });
    on("tw:ui.sent", here(({ thread }) => thread === null && this.#sent()), { signal });
    on("tw:ui.read", here(() => (this.rows.newSeq = null)), { signal });
    on("tw:read.updated", here(({ back, read_seq: read }) => back && (this.rows.newSeq = read + 1)), { signal });
    on("tw:ui.first-unread", () => (this.rows.newSeq === null ? emit("tw:ui.toast", { text: word("unread.none") }) : this.#toFirstNew()), { signal });
    on("tw:ui.reset", here(() => this.#startAnew()), { signal });
    on("tw:ui.connection", ({ state }) => state !== "offline" && this.paginator.retry(), { signal });
    let frame = 0;
    const moved = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        if (!signal.aborted) this.#moved();
      });
    };
    this.scroll.box.addEventListener("scroll", moved, { passive: true, signal });
    addEventListener("resize", moved, { signal });
    this.section.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.section.addEventListener("animationend", ({ target }) => target.classList?.remove("message--arrives"), { signal });
    this.midnight = setInterval(() => relabel(this.rows.list, this.dates), 60_000);
  }

  /** Events of one frame are drawn together: the page is measured once for all of them. */
  #message(event) {
    this.paginator.changed(event.message);
    this.waiting.push(event);
    if (this.waiting.length === 1) queueMicrotask(() => this.listening.signal.aborted || this.#draw());
  }

  #draw() {
    const events = this.waiting.splice(0);
    const follows = this.#follows(events.some((event) => isNew(event) && isMine(event)));
    const outcomes = [];
    const change = () => {
      for (const { message } of events) {
        const grow = follows || this.rows.count < ROWS_MOST + UNSEEN_MOST;
        outcomes.push(this.rows.upsert(message, { grow }));
      }
    };
    if (follows) change();
    else this.scroll.keep(change);
    events.forEach((event, at) => isNew(event) && outcomes[at] !== "same" && this.#arrived(event, outcomes[at], follows));
    if (follows) {
      if (this.rows.count > ROWS_MOST + SLACK) this.rows.trim("before", ROWS_MOST);
      if (outcomes.includes("added")) this.scroll.toEnd();
    }
    this.paginator.check();
    this.#changed();
  }

  #arrived(event, outcome, follows) {
    const { message, synced } = event;
    const shown = follows && outcome === "added";
    const row = this.rows.row(message.id);
    if (isMine(event) || message.in_room === false) return;
    if (this.isMember && !isWatching() && !this.#hasUnreadLine()) this.rows.newSeq = message.seq;
    if (!shown) this.unseen += 1;
    if (synced) return;
    if (shown) row.classList.add("message--arrives");
    if (message.kind === "text") this.announcer.say(message.sender.display_name, row ? textOf(row) : quoteOf(message).excerpt);
  }

  /** Does the end stay in view? While nobody looks only as long as what they have not seen does. */
  #follows(mine) {
    if (this.rows.span.hasNewer || !(this.scroll.nearEnd || mine)) return false;
    if (isWatching() || mine) return true;
    const line = this.rows.list.querySelector(".timeline__new");
    if (!line) return true;
    return line.getBoundingClientRect().top - this.scroll.box.getBoundingClientRect().top > ROOM_ABOVE;
  }

  /** What is not sent yet and will stand here; what goes into a thread alone stands there. */
  #pending() {
    return outbox.pending(this.room).filter((entry) => entry.extras?.in_room !== false);
  }

  #hasUnreadLine() {
    const read = storedRoom(this.room)?.read_seq ?? this.readSeq;
    return this.rows.newSeq !== null && read < this.rows.newSeq;
  }

  #unsent() {
    const change = () => this.rows.showUnsent(this.#pending());
    if (this.scroll.nearEnd) change();
    else this.scroll.keep(change);
    this.#changed();
  }

  /** One's own new message: where it will stand, that is where one wants to be. */
  #sent() {
    this.rows.newSeq = null;
    this.toNewest();
  }

  /** To the end, loading it where it is not on the page. */
  async toNewest() {
    if (this.rows.span.hasNewer && !(await this.paginator.replace())) return;
    this.rows.showUnsent(this.#pending());
    this.scroll.toEnd();
    this.keys.release();
    this.#changed();
  }

  /** Shows what stands at `seq`, loading its surroundings if need be. Gives its row, or null. */
  async show(seq) {
    if (!this.rows.rowAt(seq) && !(await this.paginator.replace({ around: seq }))) return null;
    this.rows.showUnsent(this.#pending());
    this.#changed();
    return this.rows.rowAt(seq);
  }

  async #toFirstNew() {
    emit("tw:ui.leaving");
    const row = await this.show(this.rows.newSeq);
    if (!row || this.listening.signal.aborted) return;
    this.places.step(row);
    this.keys.target(row);
    this.reading.looking = false;
    this.scroll.putBack({ row, offset: this.scroll.box.clientHeight / 4 });
    this.#changed();
    this.paginator.check();
  }

  /** Too much was missed: the newest page is the room again. */
  async #startAnew() {
    if (await this.paginator.replace()) this.scroll.toEnd();
    this.rows.showUnsent(this.#pending());
    this.#changed();
    this.paginator.check();
  }

  #moved() {
    this.paginator.check();
    this.#changed();
  }

  /** After anything that may have moved the reader or the rows. */
  #changed() {
    this.keys.settle();
    const { span } = this.rows;
    this.start.hidden = span.hasOlder;
    if (this.#atEnd()) this.unseen = 0;
    const far = span.hasNewer || this.scroll.fromEnd > 1.5 * this.scroll.box.clientHeight;
    this.below.show(this.unseen > 0 || far ? this.unseen : null);
    this.above.show(this.#firstNewIsAbove() ? this.unreadOnOpening : null);
    this.scroll.note();
    this.reading.look();
  }

  /** Is where one left off further up than one has been since? Once it was on the screen, nobody needs the way there. */
  #firstNewIsAbove() {
    const { newSeq, span } = this.rows;
    if (!this.unreadOnOpening || newSeq === null) return false;
    if (newSeq < span.first) return true;
    const row = this.rows.rowAt(newSeq);
    if (!row) return false;
    const above = row.getBoundingClientRect().top < this.scroll.box.getBoundingClientRect().top;
    if (!above) this.unreadOnOpening = 0;
    return above;
  }

  #atEnd() {
    return !this.rows.span.hasNewer && this.scroll.nearEnd;
  }

  #lastSeen() {
    if (!this.isMember) return 0;
    const row = this.scroll.lastSeen();
    return row ? Number(row.dataset.seq) : 0;
  }

  /** Only what one came to by reading on: a jump into the past, or over what is unread, reads nothing. */
  #read(seq) {
    const read = storedRoom(this.room)?.read_seq ?? this.readSeq;
    if (this.#atEnd() || (read >= this.rows.span.first - 1 && !this.#firstNewIsAbove())) markRead(this.room, seq);
  }

  #clicked({ target }) {
    if (target.closest(".message__avatar")) target.closest(".message").querySelector(".message__author").click();
    const button = target.closest("[data-unsent]");
    if (button) actOnUnsent(button, this.room, null);
  }
}

const isNew = (event) => event.type === "message.created";
const isMine = (event) => event.message.sender.id === me()?.id;
