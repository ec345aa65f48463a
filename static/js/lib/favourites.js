/**
 * The emoji one uses most, kept in this browser for each person: three of them are at hand on every message. What was
 * used long ago counts less and less, so that a new habit takes over within days.
 */
const START = ["👍", "❤️", "😂", "🎉", "🙏", "👀"];
/** A use counts half after so long. */
const HALF_LIFE_MS = 14 * 24 * 3_600_000;
const KEPT = 40;
/** What these count before anything was used: two uses of another one take a place. */
const HEAD_START = 1.5;

export class Favourites {
  constructor(person, storage = globalThis.localStorage, now = Date.now) {
    this.key = `tw:emoji:${person}`;
    this.storage = storage;
    this.now = now;
  }

  /** One more use of this one; `picture` is the address of the community's own. */
  use(sign, picture = null) {
    const uses = this.#uses();
    const weight = weightOf(uses[sign], this.now()) + 1;
    const shown = picture ?? this.picture(sign);
    uses[sign] = shown ? [weight, this.now(), shown] : [weight, this.now()];
    const kept = Object.entries(uses)
      .sort(([, a], [, b]) => weightOf(b, this.now()) - weightOf(a, this.now()))
      .slice(0, KEPT);
    try {
      this.storage.setItem(this.key, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // No room, or not allowed: then nothing is learned.
    }
  }

  /** Where the picture of one of the community's own was when it was used last; null for the others. */
  picture(sign) {
    const use = this.#uses()[sign];
    return Array.isArray(use) && typeof use[2] === "string" ? use[2] : null;
  }

  /**
   * The `most` used of those there still are (`has(sign)`), the usual ones where there are fewer. Those that stay keep
   * their order from `before`.
   */
  top(most, before = START, has = () => true) {
    const uses = this.#uses();
    const weights = new Map(START.map((sign, at) => [sign, HEAD_START - at / 100]));
    for (const [sign, use] of Object.entries(uses)) weights.set(sign, (weights.get(sign) ?? 0) + weightOf(use, this.now()));
    const ranked = [...weights].sort(([, a], [, b]) => b - a).map(([sign]) => sign).filter(has).slice(0, most);
    // A button that changed places would be pressed for what stood there a moment ago.
    const places = before.slice(0, most).map((sign) => (ranked.includes(sign) ? sign : null));
    const coming = ranked.filter((sign) => !places.includes(sign));
    const settled = places.map((sign) => sign ?? coming.shift());
    return [...settled, ...coming].filter(Boolean);
  }

  #uses() {
    try {
      const stored = JSON.parse(this.storage.getItem(this.key) ?? "{}");
      return stored && typeof stored === "object" && !Array.isArray(stored) ? stored : {};
    } catch {
      return {};
    }
  }
}

function weightOf(use, now) {
  if (!Array.isArray(use)) return 0;
  const [weight, at] = use;
  return (Number(weight) || 0) * 0.5 ** (Math.max(0, now - at) / HALF_LIFE_MS);
}
