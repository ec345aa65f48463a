/**
 * Times as the reader knows them: in their zone and their habits, by Intl.
 * `datesFor()` takes both from the page and the browser; tests give their own.
 */
import { localeFor } from "./locale.js";
import { word } from "./words.js";

const DAY_MS = 86_400_000;

/** The functions below for the reader of this page. */
export function datesFor(page = document, browser = navigator) {
  const zone = page.body.dataset.timeZone || undefined;
  return new Dates(localeFor(page.documentElement.lang, browser.languages), zone, { today: word("today"), yesterday: word("yesterday") });
}

/**
 * The times that the server wrote, as the reader knows them: each `time[data-when]` in `root` is said by the function of
 * that name below (`clock`, `moment`, `brief`), and in full in its title.
 */
export function showTimes(root, dates = datesFor()) {
  for (const time of root.querySelectorAll("time[data-when]")) {
    const at = new Date(time.dateTime);
    time.textContent = dates[time.dataset.when](at);
    time.title = dates.full(at);
  }
}

export class Dates {
  constructor(locale = "en", timeZone = undefined, { today, yesterday } = {}) {
    Object.assign(this, { today, yesterday });
    try {
      new Intl.DateTimeFormat(locale, { timeZone });
    } catch {
      timeZone = undefined; // a zone this browser does not know: its own, then
    }
    const format = (options) => new Intl.DateTimeFormat(locale, { timeZone, ...options });
    this.formats = {
      clock: format({ timeStyle: "short" }),
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
  dayLabel(date, now = new Date()) {
    const key = this.dayKey(date);
    if (key === this.dayKey(now)) return this.today;
    // Noon of today minus a day is yesterday even when the clocks change in between.
    const noon = new Date(`${this.dayKey(now)}T12:00:00Z`);
    if (key === new Date(noon - DAY_MS).toISOString().slice(0, 10)) return this.yesterday;
    return key.slice(0, 4) === this.dayKey(now).slice(0, 4)
      ? this.formats.day.format(date)
      : this.formats.dayOfYear.format(date);
  }

  /** "Yesterday, 10:42" */
  moment(date, now = new Date()) {
    return `${this.dayLabel(date, now)}, ${this.clock(date)}`;
  }

  /** Of today the time, of any other day the day. */
  brief(date, now = new Date()) {
    return this.dayKey(date) === this.dayKey(now) ? this.clock(date) : this.dayLabel(date, now);
  }
}
