/**
 * What its reader has not read in one room: the server's last word, and what was heard beyond it. It goes by seq alone, so
 * messages may come twice, late and in any order (a sync brings them in order of version), and the server's word before
 * or after what it counts.
 */

/** Of so many messages a room it is known how each one counts; of older ones the server is asked. */
const KNOWN_MOST = 2_000;

export class Tally {
  #word;
  /** seq → how that message counts, as `hear` was told. */
  #heard = new Map();
  #newest;

  /** How it stands is in `read_seq`, `unread` and `mentions`. */
  constructor(word) {
    this.say(word);
  }

  /** The server's word: everything up to its `last_seq` is counted in it. */
  say({ read_seq, unread, mentions, last_seq }) {
    this.#word = { read_seq, unread, mentions, last_seq };
    for (const seq of this.#heard.keys()) if (seq <= last_seq && seq <= read_seq) this.#heard.delete(seq);
    this.#count();
  }

  /** The reader has seen everything up to `seq`. */
  read(seq) {
    if (seq <= this.read_seq) return;
    const word = this.#word;
    word.read_seq = seq;
    // How many above the mark stand only in threads the server knows, and says in a moment.
    word.unread = Math.min(word.unread, Math.max(0, word.last_seq - seq));
    // How many of the mentions lie above the mark only the server knows, until everything is read.
    if (word.unread === 0) word.mentions = 0;
    this.#count();
  }

  /**
   * A message as it is now. `counts`: it was said in the room; `calls`: it names the reader; `quiet`: a line like "Ann
   * joined"; `mine`: it makes no read room unread, and it may have read what was unread. `fresh`: it is as it was when it was written, so heard
   * once more it is no news.
   * True where only the server knows what is unread now.
   */
  hear(seq, { fresh, ...standing }) {
    const before = this.#heard.get(seq);
    if (before && fresh) return false;
    const now = before ? { ...before, counts: standing.counts, calls: standing.calls } : standing;
    this.#heard.set(seq, now);
    if (seq <= this.#word.last_seq) return this.#doubtful(seq, before, now, fresh);
    const unsure = before || seq < this.#newest ? this.#count() : this.#step(seq, now);
    if (this.#heard.size <= KNOWN_MOST) return unsure;
    this.#heard.clear();
    this.say({ ...this, last_seq: this.#newest });
    return true;
  }

  /** The word counts this message: as it was before it changed, or after? */
  #doubtful(seq, before, now, fresh) {
    if (seq <= this.read_seq || fresh) return false;
    if (before) return before.counts !== now.counts || before.calls !== now.calls;
    return now.calls || this.mentions > 0 || (this.unread > 0 && !now.counts);
  }

  #count() {
    const { last_seq, ...word } = this.#word;
    Object.assign(this, word);
    this.#newest = last_seq;
    const beyond = [...this.#heard.keys()].filter((seq) => seq > last_seq).sort((one, other) => one - other);
    return beyond.filter((seq) => this.#step(seq, this.#heard.get(seq))).length > 0;
  }

  /** True where only the server knows whether writing this was reading: not, where it was sent from elsewhere, or later. */
  #step(seq, { counts, calls, mine, quiet }) {
    this.#newest = seq;
    if (seq <= this.read_seq) return false;
    // With one's own words, or a line like "Ann joined", whoever had read everything still has.
    if ((mine || quiet) && this.unread === 0) {
      Object.assign(this, { read_seq: seq, unread: 0, mentions: 0 });
      return false;
    }
    if (counts) this.unread += 1;
    if (calls) this.mentions += 1;
    return mine;
  }
}
