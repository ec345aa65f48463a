/**
 * Finding by a few letters. `score` says how well a name answers a query: 0 not at all; the start of the name beats the
 * start of a word, which beats a stretch inside, which beats letters in order. Accents and case do not matter.
 */
export function plain(text) {
  // By way of the capitals: "ß" is "ss", as the server has it.
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().toLowerCase();
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

/** Letters in their order, the first of them beginning a word, few others between: "rln" finds "release notes". */
function scattered(name, query) {
  if (query.length < 2) return 0;
  let most = 0;
  for (let start = name.indexOf(query[0]); start !== -1; start = name.indexOf(query[0], start + 1)) {
    if (start > 0 && !/[\s\-_./·]/.test(name[start - 1])) continue;
    let at = start;
    for (const letter of query.slice(1)) {
      at = name.indexOf(letter, at + 1);
      if (at === -1) return most;
    }
    const gaps = at - start + 1 - query.length;
    if (gaps <= 3 * query.length) most = Math.max(most, 30 - gaps, 1);
  }
  return most;
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
