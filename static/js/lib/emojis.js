/**
 * Emoji by name: the server's data (static/emoji/<language>.json) and the community's own, both fetched when first asked
 * for; and the skin tone this person chose last. Where the data is stands in `<… data-emoji-data data-emoji-own>`.
 */
import { on } from "./events.js";
import { best } from "./fuzzy.js";
import { get } from "./http.js";
import { me } from "./me.js";

/** Of 1,900 signs scattered letters find too many: only names that hold them together (lib/fuzzy.js). */
const WHOLE = 31;
/** Those that begin a word of it. */
const BEGINNING = 60;
/** A sign of one person, in a tone or in none; of those that look so the family alone comes in no tones. */
const TONED = /^(?!\u{1f46a})(\p{Emoji_Modifier_Base})[\u{1f3fb}-\u{1f3ff}\ufe0f]?$/u;
const NO_TONE = 0x1f3fa;
/** Not asked for again within this time: own emoji change rarely. */
const FRESH_MS = 60_000;

let signs = null;
let own = null;
let ownAt = 0;

// One that was just added can be used at once.
on("tw:ui.posted", ({ action }) => action.endsWith("/emoji/add/") && (own = null));

const place = () => document.querySelector("[data-emoji-data]").dataset;

/** All signs, as the picker's data has them: { emoji, shortcodes, annotation, tags, skins }. Empty where they could not be had. */
function allSigns() {
  signs ??= get(place().emojiData).catch(() => ((signs = null), []));
  return signs;
}

/** The community's own: [{ name, url }], and what one may do: { emoji, may_add, page }. `failed`: it could not be had. */
export function ownEmoji() {
  if (!own || Date.now() - ownAt > FRESH_MS) {
    ownAt = Date.now();
    own = get(place().emojiOwn).catch(() => ((own = null), { emoji: [], may_add: false, failed: true }));
  }
  return own;
}

/**
 * Up to `most` that answer the letters: { text, name, note, url }, in the skin tone of this person. Those in `used` come
 * first; what is not called so and has to do with it comes last.
 */
export async function findEmoji(letters, most, used) {
  const [all, mine] = await Promise.all([allSigns(), ownEmoji()]);
  return among([...mine.emoji, ...all], letters, most, used, skinTone());
}

/** The same among these, in that tone. */
export function among(signs, letters, most, used, tone) {
  const textOf = (one) => (one.url ? `:${one.name}:` : inTone(one, tone));
  const dear = best(signs.filter((one) => used.includes(textOf(one))), letters, namesOf, most, BEGINNING);
  const called = best(signs, letters, namesOf, most, WHOLE);
  const about = called.length < most ? best(signs, letters, ({ tags = [] }) => tags, most, BEGINNING) : [];
  const found = [...new Set([...dear, ...called, ...about])].slice(0, most);
  return found.map((one) => ({ text: textOf(one), name: one.name ?? one.shortcodes[0], note: one.annotation ?? "", url: one.url ?? null }));
}

const namesOf = (one) => (one.url ? [one.name] : [...one.shortcodes, one.annotation.replaceAll(" ", "_")]);

/** All that was found for these words, what is called so before what only has to do with it; else as it came. */
export function byName(found, words) {
  return best(found, words.trim().replace(/\s+/g, "_"), namesOf, found.length, 0);
}

/** The sign in a skin tone (0, none, to 5), where it comes in tones. */
export function inTone(entry, tone) {
  return entry.skins?.find((skin) => skin.tone === tone)?.emoji ?? entry.emoji;
}

/** The same without the data: a sign somebody used, in another tone. */
export function toned(sign, tone) {
  const [, base] = TONED.exec(sign) ?? [];
  if (!base) return sign;
  if (tone) return base + String.fromCodePoint(NO_TONE + tone);
  return /\p{Emoji_Presentation}/u.test(base) ? base : `${base}\ufe0f`;
}

/** 0, none, to 5, dark. */
export function skinTone(storage = globalThis.localStorage) {
  try {
    return Number(storage.getItem(toneKey())) || 0;
  } catch {
    return 0;
  }
}

export function keepSkinTone(tone, storage = globalThis.localStorage) {
  try {
    storage.setItem(toneKey(), String(tone));
  } catch {
    // Then it is chosen anew on the next page.
  }
}

const toneKey = () => `tw:skin-tone:${me()?.id}`;
