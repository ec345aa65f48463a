/**
 * Finding by a few letters. `score` says how well a name answers a query: 0 not at all; the start of the name beats the
 * start of a word, which beats a stretch inside, which beats letters in order. Accents and case do not matter.
 */
export function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** 0 to 100. Both are expected to be `plain`. */
export function score(name, query) {
  if (!query) return 1;
  if (name === query) return 100;
  if (name.startsWith(query)) return 90 - Math.min(20, name.length - query.length) / 2;
  const at = name.indexOf(query);
  if (at > 0) return /[\s\-_./·]/.test(name[at - 1]) ? 70 - Math.min(20, at) / 2 : 50 - Math.min(20, at) / 2;
  return scattered(name, query);
}

/** Letters in their order with gaps between, at most three letters apart: "rln" finds "release-notes". */
function scattered(name, query) {
  if (query.length < 2) return 0;
  let at = -1;
  let gaps = 0;
  for (const letter of query) {
    const next = name.indexOf(letter, at + 1);
    if (next === -1) return 0;
    if (at >= 0) gaps += next - at - 1;
    at = next;
  }
  return gaps > 3 * query.length ? 0 : Math.max(1, 30 - gaps);
}

/** The best `most` of `items` for the query; `names(item)` are what it is called; `least` shuts out weaker ones. Equal ones keep their order. */
export function best(items, query, names, most = 20, least = 1) {
  const wanted = plain(query.trim());
  const scored = [];
  for (const [order, item] of items.entries()) {
    const value = Math.max(...names(item).map((name) => score(plain(name), wanted)));
    if (value >= least) scored.push({ item, value, order });
  }
  scored.sort((a, b) => b.value - a.value || a.order - b.order);
  return scored.slice(0, most).map(({ item }) => item);
}
