/**
 * Where the reader is in the timeline, and staying there while rows come and go around them.
 *
 * The scrolled box is laid out from its end (column-reverse): at the newest message `scrollTop` is 0 and what is
 * appended comes into view by itself, before any script ran. Whatever else changes, the row the reader looks at keeps
 * its place on the screen: `keep` measures it before and after.
 */
const NEAR_END = 100;

export class Scroll {
  #kept = null;
  /** The place before the box became narrower (a pane beside it) or wider; null at the end, which stays by itself. */
  #before = null;
  #width;

  constructor(box, list) {
    Object.assign(this, { box, list });
    this.#width = box.clientWidth;
    new ResizeObserver(() => {
      if (this.#width === box.clientWidth) return;
      this.#width = box.clientWidth;
      if (this.#before?.row.isConnected) this.putBack(this.#before);
    }).observe(box);
  }

  /** Pixels from here to the end. */
  get fromEnd() {
    return Math.max(0, -this.box.scrollTop);
  }

  /** Pixels from here to the first row. */
  get fromStart() {
    return this.box.scrollHeight - this.box.clientHeight - this.fromEnd;
  }

  get nearEnd() {
    return this.fromEnd <= NEAR_END;
  }

  /** At once: a page that is fetched on the way would break off anything slower. */
  toEnd() {
    this.box.scrollTop = 0;
  }

  /** The first row that is (partly) on the screen, and how far below the box's top it begins. */
  place() {
    const top = this.box.getBoundingClientRect().top;
    const row = this.#firstBelow(top);
    return row && { row, offset: row.getBoundingClientRect().top - top };
  }

  /**
   * Runs `change`, and leaves where it is what the reader looks at: the row at the top of the screen stays by its lower
   * edge, for its head may come or go with the row before it.
   */
  keep(change) {
    // Browsers scroll by whole pixels: measured anew each time, the parts of them would add up to a drift.
    const kept = this.#kept;
    const rests = kept?.row.isConnected && Math.abs(this.box.scrollTop - kept.scrollTop) < 1 && Math.abs(this.#bottomOf(kept.row) - kept.bottom) < 2;
    const row = rests ? kept.row : this.place()?.row;
    const bottom = rests ? kept.bottom : row && this.#bottomOf(row);
    change();
    if (!row?.isConnected) return;
    this.#move(this.#bottomOf(row) - bottom);
    this.#kept = { row, bottom, scrollTop: this.box.scrollTop };
  }

  /** Notes the place, for when lines break anew. */
  note() {
    if (this.#width === this.box.clientWidth) this.#before = this.nearEnd ? null : this.place();
  }

  /** Scrolls so that a row begins `offset` pixels below the box's top. */
  putBack({ row, offset }) {
    this.#move(row.getBoundingClientRect().top - this.box.getBoundingClientRect().top - offset);
  }

  /** Brings a row to the middle, or, where it is taller than the box, its beginning to the top. */
  center(row) {
    const { clientHeight } = this.box;
    this.putBack({ row, offset: Math.max(16, (clientHeight - row.offsetHeight) / 2) });
  }

  /** The last row of which at least half, or half a screen, is in view. */
  lastSeen() {
    const { bottom, height } = this.box.getBoundingClientRect();
    const rows = this.list.querySelectorAll(":scope > .message[data-seq]");
    // Bisect by where each row counts as seen: rows are in order, so these points are too.
    let from = 0;
    let to = rows.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const box = rows[middle].getBoundingClientRect();
      if (box.top + Math.min(box.height, height) / 2 <= bottom + 1) from = middle + 1;
      else to = middle;
    }
    return rows[from - 1] ?? null;
  }

  #move(by) {
    // Below half a pixel there is nothing to see, and each correction may round.
    if (Math.abs(by) > 0.5) this.box.scrollTop += by;
  }

  #bottomOf(row) {
    return row.getBoundingClientRect().bottom - this.box.getBoundingClientRect().top;
  }

  #firstBelow(top) {
    const rows = this.list.querySelectorAll(":scope > .message");
    let from = 0;
    let to = rows.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (rows[middle].getBoundingClientRect().bottom > top) to = middle;
      else from = middle + 1;
    }
    return rows[from] ?? null;
  }
}
