/**
 * The rows of the timeline: which messages are on the page, each once, in order of seq, with the lines between them.
 * What is not stored yet (data-unplaced) stands at the end. Knows nothing of scrolling or of the network.
 */
import { apart, focusOn } from "../lib/dom.js";
import { Span } from "../lib/span.js";
import { placeDay } from "./dates.js";
import { continues } from "./grouping.js";
import { adoptRow, createRow, createUnsent, fillRow, fillUnsent, settle } from "./message.js";
import { dayBefore, facts, newBefore, nextMessage, previousMessage, seqOf } from "./neighbours.js";
import { placeNew } from "./newline.js";

export class Rows {
  #byId = new Map();
  #byClient = new Map();
  #newSeq = null;

  /** `reader` is { me, person, dates }, see message.js. */
  constructor(list, reader) {
    Object.assign(this, { list, reader });
    this.span = new Span();
  }

  /** Takes over the rows the server rendered, of these messages. `newest`: the room's last seq as they were made. */
  adopt(messages, { newest, hasOlder, hasNewer }) {
    const rows = this.#placed();
    const known = new Map(messages.map((message) => [message.id, message]));
    for (const row of rows) this.#remember(row);
    apart(this.list, () => rows.forEach((row) => adoptRow(row, known.get(row.dataset.id), this.reader)));
    this.span = new Span({ newest });
    if (rows.length) this.span.extend(seqOf(rows[0]), seqOf(rows.at(-1)));
    this.span.reaches({ start: !hasOlder, end: hasNewer ? null : newest });
    for (const row of rows) this.#arrange(row);
  }

  get count() {
    return this.#byId.size;
  }

  row(id) {
    return this.#byId.get(String(id)) ?? null;
  }

  rowAt(seq) {
    return this.span.holds(seq) ? this.list.querySelector(`:scope > [data-seq="${seq}"]:not([data-unplaced])`) : null;
  }

  get last() {
    return this.#placed().at(-1) ?? null;
  }

  /** The seq of the first message that was new on opening, or null. */
  get newSeq() {
    return this.#newSeq;
  }

  set newSeq(seq) {
    const before = this.#newSeq && this.rowAt(this.#newSeq);
    const row = seq && this.#from(seq);
    // The first that has a place: the one of that number may stand only in its thread.
    this.#newSeq = row ? seqOf(row) : seq;
    if (before) this.#arrange(before);
    if (row) this.#arrange(row);
  }

  /**
   * A message as it is now: `added` at the end, `changed`, `same` (a copy of what is there, or older), or `beyond`
   * what is on the page. Unless `grow`, the page takes no more at its end.
   */
  upsert(message, { grow = true } = {}) {
    const row = this.#byId.get(message.id) ?? this.#byClient.get(message.client_id);
    // Of a message that moved away the note may stand nowhere: then its number is nobody's here.
    if (message.in_room === false) return this.#aside(row ?? this.rowAt(message.seq), message);
    if (row && !("unplaced" in row.dataset)) {
      if (Number(row.dataset.version) >= message.version) return "same";
      fillRow(row, message, this.reader);
      this.#arrangeAround(row);
      return "changed";
    }
    if (this.span.holds(message.seq)) return this.#insert(row, message);
    if (!this.span.hearsOf(message.seq) || !grow) {
      row?.remove();
      if (row) this.#forget(row);
      return "beyond";
    }
    this.span.extend(message.seq, message.seq);
    this.#place(row, message);
    return "added";
  }

  /** It stands only in its thread, or does so from now on. */
  #aside(row, message) {
    this.span.passes(message.seq);
    if (!row) return "beyond";
    this.#remove(row);
    return "changed";
  }

  /** Its place is among those that are here: it came out of a thread, or takes the place of one that moved away. */
  #insert(row, message) {
    const other = this.rowAt(message.seq);
    const stood = other?.contains(document.activeElement);
    if (row) this.#remove(row);
    if (other) this.#remove(other);
    const made = createRow(message, this.reader);
    const next = this.#from(message.seq);
    const place = next && [newBefore(next), dayBefore(next), next].find(Boolean);
    if (place) place.before(made);
    else this.#append(made);
    this.#remember(made);
    this.#arrangeAround(made);
    if (stood) focusOn(made);
    return "changed";
  }

  /** Takes a row away, with the lines above it that stood for it alone. */
  #remove(row) {
    const next = nextMessage(row);
    const stays = row.contains(document.activeElement) && (next ?? previousMessage(row));
    placeNew(row, false);
    placeDay(row, false);
    this.#forget(row);
    row.remove();
    if (next) this.#arrange(next);
    if (stays) focusOn(stays);
  }

  /** The first row at or after a seq that is within what is here. */
  #from(seq) {
    return this.span.holds(seq) ? (this.#placed().find((row) => seqOf(row) >= seq) ?? null) : null;
  }

  /** A page of messages just before or just after what is here; those that are here already stay. */
  join(messages, where) {
    const fresh = messages.filter((message) => !this.span.holds(message.seq));
    if (!fresh.length) return;
    const rows = fresh.map((message) => {
      const row = createRow(message, this.reader);
      const own = message.client_id && this.#byClient.get(message.client_id);
      if (own) own.remove();
      this.#remember(row);
      return row;
    });
    const neighbour = where === "before" ? this.list.querySelector(":scope > .message") : null;
    if (where === "before") this.list.prepend(...rows);
    else this.#append(...rows);
    this.span.extend(fresh[0].seq, fresh.at(-1).seq);
    for (const row of rows) this.#arrange(row);
    if (neighbour) this.#arrange(neighbour);
    this.#arrangeUnplaced();
  }

  /** Nothing is here any more but what is not sent. */
  clear() {
    for (const row of this.#placed()) this.#forget(row);
    for (const element of [...this.list.children]) if (!("unplaced" in element.dataset)) element.remove();
    this.span.clear();
  }

  /** Takes rows away at one side until `most` are left; none that is being changed, for words would be lost. */
  trim(where, most) {
    let rows = this.#placed();
    let spare = rows.length - most;
    if (spare <= 0) return;
    if (where === "after") rows = rows.reverse();
    const busy = rows.findIndex((row) => row.matches(".message--editing"));
    if (busy >= 0) spare = Math.min(spare, busy);
    if (spare === 0) return;
    const cut = rows.slice(0, spare);
    const edge = rows[spare];
    const focus = cut.includes(document.activeElement?.closest?.(".message"));
    for (const row of cut) {
      this.#forget(row);
      row.remove();
    }
    if (where === "before") {
      while (edge.previousElementSibling) edge.previousElementSibling.remove();
      this.span.cutBefore(seqOf(edge));
      this.#arrange(edge);
    } else {
      // Lines whose messages went, and what is not sent: it stands after the newest, which is not here now.
      while (edge.nextElementSibling) this.#removeAfter(edge);
      this.span.cutAfter(seqOf(edge));
    }
    // Focus must not fall out of the page with its row.
    if (focus) focusOn(edge);
  }

  /** What the outbox holds for this room, at the end; only where the end is on the page. */
  showUnsent(entries) {
    const wanted = this.span.hasNewer ? [] : entries.filter((entry) => !this.#isPlaced(entry.client_id));
    const ids = new Set(wanted.map((entry) => entry.client_id));
    for (const row of this.#unplaced()) {
      if (row.matches(".message--unsent") && !ids.has(row.dataset.clientId)) {
        row.remove();
        this.#forget(row);
      }
    }
    for (const entry of wanted) {
      const row = this.#byClient.get(entry.client_id);
      if (row) fillUnsent(row, entry);
      else this.#addUnsent(entry);
    }
    this.#arrangeUnplaced();
  }

  /** The server has it: `ack`. The message itself follows as an event. */
  acked(ack) {
    const row = this.#byClient.get(ack.client_id);
    if (!row || !("unplaced" in row.dataset)) return;
    if (this.#byId.has(ack.id) && this.#byId.get(ack.id) !== row) {
      row.remove();
      return;
    }
    settle(row, ack);
    this.#byId.set(ack.id, row);
  }

  #addUnsent(entry) {
    const row = createUnsent(entry, this.reader);
    row.dataset.unplaced = "";
    this.list.append(row);
    this.#byClient.set(entry.client_id, row);
    row.classList.add("message--arrives");
  }

  #place(row, message) {
    const made = row ?? createRow(message, this.reader);
    if (row) {
      delete row.dataset.unplaced;
      fillRow(row, message, this.reader);
    }
    // One that was first to be written may not be the first to be stored: its place is before all that is not.
    if (!row || this.#unplaced().some((other) => other.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING)) {
      this.#append(made);
    }
    this.#remember(made);
    this.#arrange(made);
    this.#arrangeUnplaced();
  }

  #append(...rows) {
    const unplaced = this.list.querySelector(":scope > [data-unplaced]");
    if (!unplaced) this.list.append(...rows);
    else (dayBefore(unplaced) ?? unplaced).before(...rows);
  }

  #arrangeAround(row) {
    this.#arrange(row);
    const next = nextMessage(row);
    if (next) this.#arrange(next);
  }

  #arrangeUnplaced() {
    for (const row of this.#unplaced()) this.#arrange(row);
  }

  /** Gives a row the lines above it, and its head or none. */
  #arrange(row) {
    const before = previousMessage(row);
    const isNew = this.#newSeq !== null && seqOf(row) === this.#newSeq;
    placeNew(row, isNew);
    placeDay(row, before?.dataset.day !== row.dataset.day, new Date(row.dataset.at), this.reader.dates);
    row.classList.toggle("message--continued", !isNew && continues(before && facts(before), facts(row)));
  }

  #removeAfter(edge) {
    const element = edge.nextElementSibling;
    if (element.dataset.clientId) this.#forget(element);
    element.remove();
  }

  #remember(row) {
    this.#byId.set(row.dataset.id, row);
    if (row.dataset.clientId) this.#byClient.set(row.dataset.clientId, row);
  }

  #forget(row) {
    this.#byId.delete(row.dataset.id);
    if (row.dataset.clientId && this.#byClient.get(row.dataset.clientId) === row) this.#byClient.delete(row.dataset.clientId);
  }

  #isPlaced(clientId) {
    const row = this.#byClient.get(clientId);
    return Boolean(row) && !row.matches(".message--unsent");
  }

  #placed() {
    return [...this.list.querySelectorAll(":scope > .message:not([data-unplaced])")];
  }

  #unplaced() {
    return [...this.list.querySelectorAll(":scope > .message[data-unplaced]")];
  }
}
