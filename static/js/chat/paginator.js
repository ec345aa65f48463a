/**
 * Older and newer pages, fetched before the reader gets there, and at most so many rows kept on the page. What changed
 * while a page was on its way is newer than the page: it is kept aside and applied after it.
 */
export const ROWS_MOST = 300;
const PAGE = 50;
/** Around a place there must be a screen of messages on either side, to put it where it is wanted. */
const PAGE_AROUND = 100;
const SCREENS_AHEAD = 2;
const RETRY_MS = 3_000;

export class Paginator {
  #busy = false;
  #blocked = false;
  #round = 0;
  #recent = new Map();

  /**
   * `request(command)`; `onChange()` after rows came or went; `edges` {older, newer}: what shows that more is coming;
   * `failed(refusal)`.
   */
  constructor({ room, rows, scroll, request, edges, onChange, failed }) {
    Object.assign(this, { room, rows, scroll, request, edges, onChange, failed });
  }

  stop() {
    this.#round += 1;
  }

  /** Fetches what the reader is about to need. Called whenever they moved or rows changed. */
  check() {
    if (this.#busy || this.#blocked || this.rows.span.empty) return;
    const ahead = SCREENS_AHEAD * this.scroll.box.clientHeight;
    if (this.rows.span.hasOlder && this.scroll.fromStart < ahead) this.#turn("before");
    else if (this.rows.span.hasNewer && this.scroll.fromEnd < ahead) this.#turn("after");
  }

  /** The connection is back: what failed may work now. */
  retry() {
    this.#blocked = false;
    this.check();
  }

  /** A message changed; a page that was asked for earlier may not know it yet. */
  changed(message) {
    if (this.#busy) this.#recent.set(message.id, message);
  }

  /** Shows the newest page, or the one around a seq, in place of what is here. False where it could not be had. */
  async replace({ around = null } = {}) {
    const round = ++this.#round;
    const answer = await this.#ask(around === null ? {} : { around, limit: PAGE_AROUND });
    if (round !== this.#round || !answer) return false;
    this.rows.clear();
    this.#take(answer, "after");
    this.rows.span.reaches({ start: !answer.has_older });
    return true;
  }

  async #turn(where) {
    const round = this.#round;
    const { span } = this.rows;
    const answer = await this.#ask(where === "before" ? { before: span.first } : { after: span.last }, where);
    if (round !== this.#round || !answer) return;
    // A page without anything new at that side: the server knows no more than we do.
    if (where === "after" && !answer.messages.length) span.newest = span.last;
    this.scroll.keep(() => {
      this.#take(answer, where);
      this.rows.trim(where === "before" ? "after" : "before", ROWS_MOST);
    });
    this.onChange();
    this.check();
  }

  #take(answer, where) {
    this.rows.join(answer.messages, where);
    const end = answer.has_newer ? null : (answer.last_seq ?? null);
    if (where === "before") this.rows.span.reaches({ start: !answer.has_older });
    else this.rows.span.reaches({ end });
    if (answer.has_newer) this.rows.span.newest = Math.max(this.rows.span.newest, this.rows.span.last + 1);
    const recent = [...this.#recent.values()].sort((one, other) => one.seq - other.seq);
    for (const message of recent) this.rows.upsert(message);
    this.#recent.clear();
  }

  async #ask(point, where = null) {
    this.#busy = true;
    if (where) this.edges[where].hidden = false;
    try {
      return await this.request({ type: "history", view: "room", room: this.room, limit: PAGE, ...point });
    } catch (refusal) {
      this.#recent.clear();
      this.#blocked = true;
      // Offline waits for the connection (retry); anything else passes by itself.
      if (refusal.code !== "offline") setTimeout(() => this.retry(), (refusal.retryAfter ?? 0) * 1000 || RETRY_MS);
      this.failed(refusal, where);
      return null;
    } finally {
      this.#busy = false;
      if (where) this.edges[where].hidden = true;
    }
  }
}
