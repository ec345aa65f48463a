"""When somebody means: "in 20 minutes", "tomorrow at 9", "am Freitag um 14:30", "2026-12-24 18:00".

English and German, whichever the page speaks: people mix them. What was understood is said back before it counts, so
this need not be clever; what it does not know it says it does not know.

An hour as one says it is one of waking hours: "at 3", "um 3 Uhr", "half past two", "halb drei" are after noon, as all
from 1 to 6 are. As a clock of 24 hours shows it ("03:00", "3:00", "um 03 Uhr"), and with a part of the day beside it
("3 am", "morgens um 3", "nachts um 3"), it is exactly that.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from rooms.spoken import NUMBERS, in_digits

# A day without a time.
_MORNING: Final = time(9)
_LONGEST: Final = 100
_WORDS_MOST: Final = 9
_ME: Final = ("me", "mich", "mir")

_DAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            "monday mon montag mo", "tuesday tue tues dienstag di", "wednesday wed mittwoch mi",
            "thursday thu thurs donnerstag", "friday fri freitag fr", "saturday sat samstag sonnabend sa weekend "
            "wochenende", "sunday sun sonntag",
        )
    )
    for name in names.split()
}  # fmt: skip
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner", "february feb februar", "march mar märz maerz", "april apr", "may mai",
            "june jun juni", "july jul juli", "august aug", "september sep sept", "october oct oktober okt",
            "november nov", "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_PARTS: Final = {
    time(9): "in the morning|morning|früh|frueh|morgens|vormittags|vormittag",
    time(12): "at noon|noon|midday|mittags|mittag",
    time(15): "in the afternoon|afternoon|am nachmittag|nachmittags|nachmittag",
    time(18): "in the evening|evening|am abend|abends|abend",
    time(20): "tonight|at night|night",
    time(22): "nachts|nacht|in der nacht",
    time(0): "at midnight|midnight|mitternacht",
}
# Beside a part of the day, and beside none: which of the hours before noon are meant to be after it.
_WAKING: Final = range(1, 7)
_AFTER_NOON: Final = {
    None: _WAKING, time(12): _WAKING, time(15): range(1, 12), time(18): range(1, 12), time(20): range(6, 12),
    time(22): range(6, 12),
}  # fmt: skip

# --- From now: "in 1 hour 30 minutes", "2h", "in einer halben Stunde" ---------------------------------
_UNITS: Final = {
    "minutes": "minutes|minute|mins|min|m|minuten",
    "hours": "hours|hour|hrs|hr|h|stunden|stunde|std",
    "days": "days|day|d|tagen|tage|tag",
    "weeks": "weeks|week|w|wochen|woche",
    "months": "months|month|monaten|monate|monat",
    "years": "years|year|jahren|jahre|jahr",
}
_UNIT_WORDS: Final = "|".join(_UNITS.values())
# Of decimals those one says aloud: "9.30 h" is a time of day.
_AMOUNT: Final = re.compile(
    rf"(\d{{1,4}}(?:\.(?:5|25|75))?|(?:{'|'.join(NUMBERS)})\b)\s*({_UNIT_WORDS})\.?(?![a-zäöü])"
)

# --- A day, and a time --------------------------------------------------------------------------------
_WEEK: Final = r"(?:next week|(?:nächster?|naechster?) woche)"
_LEAD: Final = r"(?:(?:on the|at the|on|by|this|next|coming|am|den|diesen|nächsten|naechsten|kommenden|nächster)\s+)*"
_DAY: Final = re.compile(
    rf"(?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}})(?:t(?=\d))?"
    rf"|(?:am\s+)?(?P<dotted>\d{{1,2}}\.\s?\d{{1,2}}\.(?:\s?\d{{4}})?)"
    rf"|{_LEAD}(?:the\s+)?(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{'|'.join(_MONTHS)})\.?(?:,?\s+(?P<year>\d{{4}}))?\b"
    rf"|(?:on\s+)?(?P<month2>{'|'.join(_MONTHS)})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year2>\d{{4}}))?(?![:\d])"
    rf"|\b(?P<later>the day after tomorrow|day after tomorrow|übermorgen|uebermorgen)\b"
    rf"|\b(?P<tomorrow>tomorrow|tmrw|morgen)\b"
    rf"|\b(?P<today>today|heute|(?=tonight)|this(?= (?:morning|afternoon|evening)\b))"
    rf"|\b{_WEEK}\s+{_LEAD}(?P<of_week>{'|'.join(_DAYS)})\b"
    rf"|\b{_LEAD}(?P<of_week2>{'|'.join(_DAYS)})\s+(?:of\s+)?{_WEEK}\b"
    rf"|\b(?P<week>{_WEEK})\b"
    rf"|\b(?P<next_month>next month|(?:im\s+)?(?:nächsten|naechsten) monat)\b"
    rf"|\b{_LEAD}(?P<weekday>{'|'.join(_DAYS)})\b\.?"
    rf"|\b(?:on the|am)\s+(?P<nth>\d{{1,2}})(?:\.|st|nd|rd|th)(?![\d.])"
)
# An hour before noon as it is: a part of the day says so, or it is read off a clock, with minutes or a leading zero.
_EXACT: Final = re.compile(r"\b(?:morning|früh|frueh|morgens|vormittags?)\b|a\.?m\b|\b0\d|uhr \d|^[^~]*\d[:.]\d")
_TIME: Final = re.compile(
    r"(?P<at>at|um|@|gegen)?\s*~?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?P<sign>a\.?m\.?|p\.?m\.?|uhr|h|o'clock)?"
    r"(?:\s*(?P<minute2>\d{2})(?<=uhr \d\d))?"
)


def parse_moment(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """The moment somebody in that zone means who writes this at `now`; None where it says none, or no possible one."""
    if len(text) > _LONGEST:
        return None
    # A date in German ends with its full stop.
    said = re.sub(r"(?<!\d)[.!? ]+$", "", " ".join(in_digits(text.casefold().strip()).replace(",", " ").split()))
    here = now.astimezone(zone)
    if not said:
        return None
    try:
        return _from_now(said, here, zone) or _on_day(said, here, zone)
    except (ValueError, OverflowError):  # the 31st of February, the year 9999 and some days
        return None


def split_line(line: str, now: datetime, zone: tzinfo) -> tuple[str, datetime] | None:
    """What and when, from one line that says both: "buy milk in 20 minutes", "tomorrow at 9 water the plants".

    As one says it to somebody, it may begin with "me": "me to buy milk in 20 minutes".
    """
    words = line.split()
    if len(words) > 1 and words[0].casefold() in _ME:
        del words[0]
    for size in range(min(len(words), _WORDS_MOST), 0, -1):
        for what, moment in ((words[:-size], words[-size:]), (words[size:], words[:size])):
            found = parse_moment(" ".join(moment), now, zone)
            if found is not None:
                return re.sub(r"^(?:to|about)\s+", "", " ".join(what), flags=re.IGNORECASE), found
    return None


def _from_now(said: str, here: datetime, zone: tzinfo) -> datetime | None:
    rest = said.removeprefix("in ")
    amounts: dict[str, float] = {}
    while found := _AMOUNT.match(rest):
        unit = next(name for name, words in _UNITS.items() if found[2] in words.split("|"))
        if unit in amounts:
            return None
        amounts[unit] = NUMBERS.get(found[1]) or float(found[1])
        rest = re.sub(r"^(?:and|und)\s+", "", rest[found.end() :].strip())
    if not amounts:
        return None
    if any(amount % 1 for unit, amount in amounts.items() if unit not in ("hours", "minutes")):
        return None
    day = _months_on(here.date(), int(amounts.get("months", 0) + 12 * amounts.get("years", 0)))
    day += timedelta(days=amounts.get("days", 0), weeks=amounts.get("weeks", 0))
    whole_days = not {"hours", "minutes"} & amounts.keys()
    if rest:
        at = _time(rest)
        return _at(day, at, zone) if at is not None and whole_days else None
    # Days are those of the calendar, also where the clocks change; hours are hours.
    start = here if day == here.date() else _at(day, here.time(), zone)
    moment = start.astimezone(UTC) + timedelta(hours=amounts.get("hours", 0), minutes=amounts.get("minutes", 0))
    return moment.astimezone(zone)


def _months_on(day: date, months: int) -> date:
    """A month after the 31st is the last day of a shorter one."""
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def _on_day(said: str, here: datetime, zone: tzinfo) -> datetime | None:
    found = _DAY.search(said)
    if found is None:
        at = _time(said, alone=True)
        if at is None:
            return None
        moment = _at(here.date(), at, zone)
        return moment if moment > here else _at(here.date() + timedelta(days=1), at, zone)
    rest = f"{said[: found.start()]} {said[found.end() :]}".strip()
    at = _time(rest) if rest else _MORNING
    if at is None or (not rest and found["today"] is not None):
        return None
    moment = _at(_day(found, here.date()), at, zone)
    if found["today"] is None or moment > here or at.hour >= 12:
        return moment
    if re.search(r"\b(?:to)?night\b|\bnachts?\b", rest):
        return _at(moment.date() + timedelta(days=1), at, zone)
    # Who says at noon "today at 9" does not mean the morning.
    return moment if _EXACT.search(rest) else _at(moment.date(), at.replace(hour=at.hour + 12), zone)


def _day(found: re.Match[str], today: date) -> date:
    if found["iso"]:
        return date(*map(int, found["iso"].split("-")))
    if found["dotted"]:
        number, month, *given = [int(part) for part in re.findall(r"\d+", found["dotted"])]
        return _in_year(today, month, number, given[0] if given else None)
    if name := found["month"] or found["month2"]:
        year = found["year"] or found["year2"]
        return _in_year(today, _MONTHS[name], int(found["day"] or found["day2"]), int(year) if year else None)
    if found["weekday"]:
        return today + timedelta(days=(_DAYS[found["weekday"]] - today.weekday() - 1) % 7 + 1)
    if name := found["of_week"] or found["of_week2"]:
        return today + timedelta(days=7 - today.weekday() + _DAYS[name])
    if found["nth"]:
        this = today.replace(day=int(found["nth"]))
        return this if this >= today else _months_on(this, 1)
    if found["next_month"]:
        return _months_on(today.replace(day=1), 1)
    if found["week"]:
        return today + timedelta(days=7 - today.weekday())
    return today + timedelta(days=2 if found["later"] else 1 if found["tomorrow"] else 0)


def _in_year(today: date, month: int, number: int, year: int | None) -> date:
    """Without a year, the next day of that name."""
    if year is not None:
        return date(year, month, number)
    this = date(today.year, month, number)
    return this if this >= today else date(today.year + 1, month, number)


def _time(said: str, *, alone: bool = False, part: time | None = None) -> time | None:
    """A time of day; `alone`, without a day, a number has to say that it is one ("at 9", "9:30", "9 Uhr"). `part` is the
    part of the day that stood beside it."""
    for at, words in _PARTS.items():
        if re.fullmatch(words, said):
            return at
        # "abends um 8", "4 in the afternoon"
        rest, parts = re.subn(rf"\b(?:{words})\b", " ", said)
        inner = _time(" ".join(rest.split()), part=at) if parts == 1 else None
        if inner is not None:
            return inner
    found = _TIME.fullmatch(said)
    if found is None:
        return None
    if alone and not (found["at"] or found["minute"] or found["sign"]):
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["minute2"] or 0)
    sign = (found["sign"] or "").replace(".", "")
    if sign in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if sign == "pm" else 0)
    elif hour in _AFTER_NOON.get(part, ()) and (part is not None or not _EXACT.search(said)):
        hour += 12
    return time(hour, minute)


def _at(day: date, at: time, zone: tzinfo) -> datetime:
    # There and back: an hour that the clocks leave out becomes the one after it.
    local = datetime.combine(day, at.replace(tzinfo=None), tzinfo=zone)
    return local.astimezone(UTC).astimezone(zone)
