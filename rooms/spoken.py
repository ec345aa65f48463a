"""Times as people say them, "halb drei", "an hour and a half", "in anderthalb Stunden", in the digits moments.py reads."""

import re
from typing import Final

# What a number is called, in small letters (ß is ss there).
NUMBERS: Final = {
    name: number
    for number, names in {
        1: "a an one ein eins eine einer einem einen", 2: "two zwei", 3: "three drei", 4: "four vier",
        5: "five fünf fuenf", 6: "six sechs", 7: "seven sieben", 8: "eight acht", 9: "nine neun", 10: "ten zehn",
        11: "eleven elf", 12: "twelve zwölf zwoelf", 15: "fifteen fünfzehn fuenfzehn", 20: "twenty zwanzig",
        25: "fünfundzwanzig", 30: "thirty dreissig", 40: "forty vierzig", 45: "fünfundvierzig", 60: "sixty sechzig",
        90: "ninety neunzig",
    }.items()
    for name in names.split()
}  # fmt: skip
_NUMBER: Final = rf"(\d{{1,2}}|{'|'.join(NUMBERS)})"
_HOUR: Final = rf"{_NUMBER}\b(?![:.]\d)"
_PAST: Final = {"quarter": 15, "viertel": 15}


def _clock(hour: str, minutes: int) -> str:
    """A time that was said in words, `~2:30`: not read off a clock, where 2:30 is at night (moments.py)."""
    hours, minute = divmod(_value(hour) * 60 + minutes, 60)
    return f"~{hours or 12}:{minute:02}"


def _value(said: str) -> int:
    return NUMBERS.get(said) or int(said)


def _past(found: re.Match[str]) -> str:
    minutes = _PAST.get(found[1]) or _value(found[1])
    return _clock(found[3], minutes if found[2] in ("past", "nach") else -minutes)


_RULES: Final = [
    # Half of something, and a quarter.
    (r"(?<=\d),(?=(?:5|25|75)\b)", lambda found: "."),
    (r"(\d)\s*(?:½|1/2\b)", lambda found: f"{found[1]}.5"),
    (r"\banderthalb", lambda found: "1.5"),
    (rf"\b{_NUMBER}einhalb", lambda found: f"{_value(found[1])}.5"),
    (rf"\b{_NUMBER} and a half\b", lambda found: f"{_value(found[1])}.5"),
    (rf"\b{_NUMBER} (hours?) and a half\b", lambda found: f"{_value(found[1])}.5 {found[2]}"),
    (r"\b(?:three quarters of an hour|(?:einer )?dreiviertelstunde|drei viertelstunden)\b", lambda found: "45 minutes"),
    (r"\b(?:(?:a )?quarter (?:of an )?hour|(?:einer |eine )?viertelstunde)\b", lambda found: "15 minutes"),
    (r"\b(?:half an hour|(?:a )?half hour|(?:einer |eine )?halben? stunde)\b", lambda found: "30 minutes"),
    (r"\ba couple of\b", lambda found: "2"),
    (r"\ba fortnight\b", lambda found: "2 weeks"),
    (r"^in (\d{1,2})h(\d\d)$", lambda found: f"in {found[1]}h {found[2]}m"),
    (r" from now$", lambda found: ""),
    # By the clock.
    (rf"\bhalb {_HOUR}", lambda found: _clock(found[1], -30)),
    (rf"\bhalf past {_HOUR}", lambda found: _clock(found[1], 30)),
    (rf"\bdreiviertel {_HOUR}", lambda found: _clock(found[1], -15)),
    (rf"\b(?:a )?(quarter|viertel|five|fünf|ten|zehn|twenty|zwanzig|5|10|20) (past|to|nach|vor) {_HOUR}", _past),
    (rf"\b(at|um|gegen) ({'|'.join(NUMBERS)})\b", lambda found: f"{found[1]} {_value(found[2])}"),
]  # fmt: skip


def in_digits(said: str) -> str:
    """The same in digits; what it does not know stays as it is."""
    for pattern, written in _RULES:
        said = re.sub(pattern, written, said)
    return said
