/**
 * Which part of a room is on the page: an unbroken run of messages, `first`..`last` by seq, and `newest`, the last
 * one known to exist. seq has no gaps, so what is missing on either side is a matter of subtraction.
 */
export class Span {
  constructor({ first = 0, last = 0, newest = 0 } = {}) {
    this.first = first;
    this.last = last;
    this.newest = Math.max(newest, last);
  }

  get empty() {
    return this.last === 0;
  }

  get hasOlder() {
    return this.first > 1;
  }

  get hasNewer() {
    return this.newest > this.last;
  }

  holds(seq) {
    return !this.empty && seq >= this.first && seq <= this.last;
  }

  /** A message with this seq exists. True where it is the very next one, so that it may be put at the end. */
  hearsOf(seq) {
    const next = seq === this.last + 1 && !this.hasNewer;
    this.newest = Math.max(this.newest, seq);
    return next;
  }

  /** A message that stands only in its thread takes its number and no place: the run reaches over it. */
  passes(seq) {
    if (this.hearsOf(seq)) this.last = seq;
  }

  /** What a page of history says of its ends: nothing older, or nothing newer up to `newest`. */
  reaches({ start = false, end = null }) {
    if (this.empty) return;
    if (start) this.first = 1;
    if (end !== null) this.last = this.newest = Math.max(this.last, end);
  }

  /** The run now reaches from `first` to `last` as well; it must touch what is held. */
  extend(first, last) {
    this.first = this.empty ? first : Math.min(this.first, first);
    this.last = Math.max(this.last, last);
    this.newest = Math.max(this.newest, this.last);
  }

  /** Everything before `first` left the page. */
  cutBefore(first) {
    this.first = first;
  }

  /** Everything after `last` left the page. */
  cutAfter(last) {
    this.last = last;
  }

  clear() {
    this.first = this.last = 0;
  }
}
