/**
 * What JavaScript says, in the reader's language. The server translates: templates hold
 * `<template data-words><span data-word="today">Today</span>…</template>`, and this reads them.
 * A part in braces is filled in; a word that depends on a number has one entry for each form
 * of the language (`new.one`, `new.other`).
 */
import { localeFor } from "./locale.js";

let words = null;
let forms = null;

/** The word for `key`, its `{parts}` filled with `values`. A missing word shows its key: a test finds it. */
export function word(key, values = {}) {
  return fill(all().get(key) ?? key, values);
}

/** The form of the word that goes with the number `n`, which fills `{n}`. */
export function plural(key, n, values = {}) {
  forms ??= new Intl.PluralRules(document.documentElement.lang || "en");
  const form = `${key}.${forms.select(n)}`;
  return word(all().has(form) ? form : `${key}.other`, { n: number(n), ...values });
}

/** A number as people of the page's language write it: 10,000 or 10.000. */
export function number(n) {
  return n.toLocaleString(localeFor(document.documentElement.lang, globalThis.navigator?.languages));
}

/** Why something was refused, to its person: in the server's words, or ours where there are none. */
export function why({ message, code, status }) {
  return message || word(code === "offline" || status === 0 ? "unreachable" : "refused");
}

/** Is there such a word? */
export function hasWord(key) {
  return all().has(key);
}

/** Fills `{name}` parts in one pass: what a value contains is never read as a part. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (part, name) => (name in values ? String(values[name]) : part));
}

function all() {
  if (words) return words;
  words = new Map();
  for (const template of document.querySelectorAll("template[data-words]")) {
    for (const element of template.content.querySelectorAll("[data-word]")) {
      words.set(element.dataset.word, element.textContent.trim());
    }
  }
  return words;
}
