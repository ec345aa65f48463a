/**
 * Times as the reader knows them: in their zone and their habits, by Intl.
 * `datesFor()` takes both from the page and the browser; tests give their own.
 */
const DAY_MS = 86_400_000;

/** The browser's variant of the page's language: en-GB people read 22:42, en-US people 10:42 PM. */
export function localeFor(pageLanguage, browserLanguages = []) {
  const base = (pageLanguage || "en").split("-")[0];
  return browserLanguages.find((language) => language.split("-")[0] === base) ?? pageLanguage ?? "en";
}

/** The zone of this browser's clock, for whoever chose none; empty where it does not say. */
export function browserZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

/** The functions below for the reader of this page. */
export function datesFor(page = document, browser = navigator) {
  const zone = page.body.dataset.timeZone || undefined;
  return new Dates(localeFor(page.documentElement.lang, browser.languages), zone);
}

export class Dates {
  constructor(locale = "en", timeZone = undefined) {
    try {
      new Intl.DateTimeFormat(locale, { timeZone });
    } catch {
      timeZone = undefined; // a zone this browser does not know: its own, then
    }
    const format = (options) => new Intl.DateTimeFormat(locale, { timeZone, ...options });
    this.formats = {
      clock: format({ hour: "2-digit", minute: "2-digit" }),
      full: format({ dateStyle: "full", timeStyle: "short" }),
      day: format({ weekday: "long", day: "numeric", month: "long" }),
      dayOfYear: format({ weekday: "short", day: "numeric", month: "long", year: "numeric" }),
      key: new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }),
    };
  }

  /** 10:42 */
  clock(date) {
    return this.formats.clock.format(date);
  }

  /** Everything there is to say about a moment, for a title. */
  full(date) {
    return this.formats.full.format(date);
  }

  /** The calendar day, as 2026-03-01: two moments of one day have the same. */
  dayKey(date) {
    return this.formats.key.format(date);
  }

  /** "Today", "Yesterday", "Tuesday 3 March", and with the year where it is another one. */
  dayLabel(date, now, { today, yesterday }) {
    const key = this.dayKey(date);
    if (key === this.dayKey(now)) return today;
    // Noon of today minus a day is yesterday even when the clocks change in between.
    const noon = new Date(`${this.dayKey(now)}T12:00:00Z`);
    if (key === new Date(noon - DAY_MS).toISOString().slice(0, 10)) return yesterday;
    return key.slice(0, 4) === this.dayKey(now).slice(0, 4)
      ? this.formats.day.format(date)
      : this.formats.dayOfYear.format(date);
  }
}
