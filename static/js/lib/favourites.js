/**
 * The emoji one uses most, kept in this browser for each person: three of them are at hand on every message. What was
 * used long ago counts less and less, so that a new habit takes over within days. All stand in the skin tone chosen last:
 * a thumb without it would be a kind of its own beside one's own.
 */
import { skinTone, toned } from "./emojis.js";

const START = ["👍", "❤️", "😂", "🎉", "🙏", "👀"];
/** A use counts half after so long. */
const HALF_LIFE_MS = 14 * 24 * 3_600_000;
const KEPT = 40;
/** The bar over a message has so many; a finger and the menu have more. */
const AT_HAND = 3;
/** What these count before anything was used: two uses of another one take a place. */
const HEAD_START = 1.5;

export class Favourites {
  constructor(person, storage = globalThis.localStorage, now = Date.now, tone = () => skinTone(storage)) {
    this.tone = tone;
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
   * The `most` used of those there still are (`has(sign)`), the usual ones where there are fewer; the first are at hand.
   * Those that stay keep their places from `before`.
   */
  top(most, before = START, has = () => true) {
    const tone = this.tone();
    const weights = new Map(START.map((sign, at) => [toned(sign, tone), HEAD_START - at / 100]));
    for (const [used, use] of Object.entries(this.#uses())) {
      const sign = toned(used, tone);
      weights.set(sign, (weights.get(sign) ?? 0) + weightOf(use, this.now()));
    }
    const ranked = [...weights].sort(([, a], [, b]) => b - a).map(([sign]) => sign).filter(has).slice(0, most);
    const places = before.slice(0, most).map((sign) => toned(sign, tone));
    return [...settle(ranked.slice(0, AT_HAND), places.slice(0, AT_HAND)), ...settle(ranked.slice(AT_HAND), places.slice(AT_HAND))];
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

/** A button that changed places would be pressed for what stood there a moment ago: only what left makes room. */
function settle(ranked, before) {
  const coming = ranked.filter((sign) => !before.includes(sign));
  const settled = before.map((sign) => (ranked.includes(sign) ? sign : coming.shift()));
  return [...settled, ...coming].filter(Boolean);
}

function weightOf(use, now) {
  if (!Array.isArray(use)) return 0;
  const [weight, at] = use;
  return (Number(weight) || 0) * 0.5 ** (Math.max(0, now - at) / HALF_LIFE_MS);
}
