/** The browser's variant of the page's language: en-GB people read 22:42, en-US people 10:42 PM. */
export function localeFor(pageLanguage, browserLanguages = []) {
  const base = (pageLanguage || "en").split("-")[0];
  return browserLanguages.find((language) => language.split("-")[0] === base) ?? pageLanguage ?? "en";
}
