/**
 * The rows of a thread: its root first, then the answers that are here, each once and in order of seq, which has gaps.
 * What is not stored yet (data-unplaced) stands at the end. Knows nothing of scrolling or of the network.
 */
import { focusOn } from "../lib/dom.js";
import { placeDay } from "./dates.js";
import { continues } from "./grouping.js";
import { adoptRow, createRow, createUnsent, fillRow, fillUnsent, settle } from "./message.js";
import { dayBefore, facts, newBefore, nextMessage, previousMessage, seqOf } from "./neighbours.js";
import { placeNew } from "./newline.js";

const ANSWERS = ":scope > .message:not([data-root])";

export class ThreadRows {
  #newSeq = null;

  /** `root` is the id of the message the thread begins with; `reader` as in message.js. */
  constructor(list, root, reader) {
    Object.assign(this, { list, root, reader });
  }

  /** Takes over the rows the server rendered, of these messages. */
  adopt(messages) {
    const known = new Map(messages.map((message) => [message.id, message]));
    for (const row of this.list.querySelectorAll(":scope > .message")) {
      if (row.dataset.id === this.root) row.dataset.root = "";
      adoptRow(row, known.get(row.dataset.id), this.reader);
    }
    for (const row of this.answers) this.#arrange(row);
  }

  /** The answers that are stored, in order. */
  get answers() {
    return [...this.list.querySelectorAll(`${ANSWERS}:not([data-unplaced])`)];
  }

  /** Is it here, and not only acked? */
  isPlaced(id) {
    return this.row(id)?.matches(":not([data-unplaced])") ?? false;
  }

  row(id) {
    return this.list.querySelector(`:scope > .message[data-id="${CSS.escape(id)}"]`);
  }

  /** Puts the line of what is new before the first answer after `seq`; null takes it away. */
  set readUpTo(seq) {
    const first = seq === null ? null : this.answers.find((row) => seqOf(row) > seq && !row.matches(".message--mine"));
    const before = this.#newSeq;
    this.#newSeq = first ? seqOf(first) : null;
    for (const row of this.answers) if ([before, this.#newSeq].includes(seqOf(row))) this.#arrange(row);
  }

  get firstNew() {
    return this.answers.find((row) => seqOf(row) === this.#newSeq) ?? null;
  }

  /** A message as it is now: `added`, `changed`, `same`, or `gone` where it stands in this thread no more. */
  upsert(message) {
    const row = this.row(message.id) ?? this.#unsentRow(message.client_id);
    if (message.id === this.root || (row && !("unplaced" in row.dataset))) {
      if (row && message.id !== this.root && message.thread_root !== this.root) return this.remove(row);
      if (!row || Number(row.dataset.version) >= message.version) return "same";
      this.#fill(row, message);
      return "changed";
    }
    const other = this.answers.find((one) => seqOf(one) === message.seq);
    if (other) this.remove(other);
    row?.remove();
    const made = createRow(message, this.reader);
    made.id = `t-${message.id}`;
    const next = this.answers.find((one) => seqOf(one) > message.seq) ?? this.list.querySelector(`${ANSWERS}[data-unplaced]`);
    const place = next ? [newBefore(next), dayBefore(next), next].find(Boolean) : this.list.querySelector(":scope > [data-turn=after]");
    if (place) place.before(made);
    else this.list.append(made);
    this.#arrangeAround(made);
    return "added";
  }

  /** Takes a row away, with the lines above it that stood for it alone. */
  remove(row) {
    const next = nextMessage(row);
    const stays = row.contains(document.activeElement) && (next ?? previousMessage(row));
    placeNew(row, false);
    placeDay(row, false);
    row.remove();
    if (next) this.#arrange(next);
    if (stays) focusOn(stays);
    return "gone";
  }

  /** Everything but the root goes; another page comes. */
  clear() {
    for (const element of [...this.list.children]) {
      if (!("root" in element.dataset) && !element.matches(".thread__answers, [data-unplaced]")) element.remove();
    }
  }

  /** What the outbox holds for this thread, at the end. */
  showUnsent(entries) {
    const wanted = new Set(entries.map((entry) => entry.client_id));
    for (const row of this.list.querySelectorAll(`${ANSWERS}.message--unsent`)) if (!wanted.has(row.dataset.clientId)) row.remove();
    for (const entry of entries) {
      const row = this.list.querySelector(`${ANSWERS}[data-client-id="${CSS.escape(entry.client_id)}"]`);
      if (row) {
        fillUnsent(row, entry);
        continue;
      }
      const made = createUnsent(entry, this.reader);
      made.dataset.unplaced = "";
      this.list.append(made);
      this.#arrange(made);
    }
  }

  /** The server has it: the message itself follows as an event. */
  acked(ack) {
    const row = this.#unsentRow(ack.client_id);
    if (row) settle(row, ack);
  }

  #unsentRow(clientId) {
    return clientId ? this.list.querySelector(`${ANSWERS}[data-client-id="${CSS.escape(clientId)}"][data-unplaced]`) : null;
  }

  #fill(row, message) {
    fillRow(row, message, this.reader);
    row.id = `t-${message.id}`;
    if (message.id !== this.root) this.#arrangeAround(row);
  }

  #arrangeAround(row) {
    this.#arrange(row);
    const next = nextMessage(row);
    if (next) this.#arrange(next);
  }

  /** Gives an answer the lines above it, and its head or none. */
  #arrange(row) {
    if ("root" in row.dataset) return;
    const before = previousMessage(row);
    const answer = before && !("root" in before.dataset) ? before : null;
    const isNew = this.#newSeq !== null && seqOf(row) === this.#newSeq;
    placeNew(row, isNew);
    placeDay(row, before?.dataset.day !== row.dataset.day, new Date(row.dataset.at), this.reader.dates);
    row.classList.toggle("message--continued", !isNew && continues(answer && facts(answer), facts(row)));
  }
}
