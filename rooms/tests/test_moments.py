"""When somebody means: what is understood, in both languages, and what is not."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import translation

from rooms.moments import parse_moment, split_line

BERLIN = ZoneInfo("Europe/Berlin")
# A Wednesday, 10:15 in Berlin.
NOW = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)


def meant(text, now=NOW, zone=BERLIN):
    found = parse_moment(text, now, zone)
    return None if found is None else f"{found.astimezone(zone):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("in 20 minutes", "Wed 2026-03-04 10:35"),
        ("20m", "Wed 2026-03-04 10:35"),
        ("In 2 Stunden", "Wed 2026-03-04 12:15"),
        ("in einer Stunde", "Wed 2026-03-04 11:15"),
        ("in an hour", "Wed 2026-03-04 11:15"),
        ("in 1 hour and 30 minutes", "Wed 2026-03-04 11:45"),
        ("1h30m", "Wed 2026-03-04 11:45"),
        ("half an hour", "Wed 2026-03-04 10:45"),
        ("in einer halben Stunde", "Wed 2026-03-04 10:45"),
        ("in 3 days", "Sat 2026-03-07 10:15"),
        ("in 3 Tagen um 8", "Sat 2026-03-07 08:00"),
        ("in two weeks", "Wed 2026-03-18 10:15"),
        ("in fünf Minuten", "Wed 2026-03-04 10:20"),
        ("in a month", "Sat 2026-04-04 10:15"),
        ("in 12 months at 9", "Thu 2027-03-04 09:00"),
        ("this evening", "Wed 2026-03-04 18:00"),
        ("in fifty-one minutes", None),
        ("in 2 weeks", "Wed 2026-03-18 10:15"),
        ("tomorrow", "Thu 2026-03-05 09:00"),
        ("tomorrow at 9", "Thu 2026-03-05 09:00"),
        ("tomorrow 9am", "Thu 2026-03-05 09:00"),
        ("at 5 pm tomorrow", "Thu 2026-03-05 17:00"),
        ("morgen um 9", "Thu 2026-03-05 09:00"),
        ("morgen früh", "Thu 2026-03-05 09:00"),
        ("Morgen um 9 Uhr 30", "Thu 2026-03-05 09:30"),
        ("übermorgen um 14:30", "Fri 2026-03-06 14:30"),
        ("day after tomorrow", "Fri 2026-03-06 09:00"),
        ("today at 18:00", "Wed 2026-03-04 18:00"),
        ("heute Abend", "Wed 2026-03-04 18:00"),
        ("heute um 18 Uhr", "Wed 2026-03-04 18:00"),
        ("tonight", "Wed 2026-03-04 20:00"),
        ("at noon", "Wed 2026-03-04 12:00"),
        ("at 9", "Thu 2026-03-05 09:00"),
        ("11:30", "Wed 2026-03-04 11:30"),
        ("on Friday 14:30", "Fri 2026-03-06 14:30"),
        ("am Freitag um 14:30", "Fri 2026-03-06 14:30"),
        ("next Monday at 9", "Mon 2026-03-09 09:00"),
        ("nächsten Montag", "Mon 2026-03-09 09:00"),
        ("wednesday", "Wed 2026-03-11 09:00"),
        ("next week", "Mon 2026-03-09 09:00"),
        ("2026-12-24 18:00", "Thu 2026-12-24 18:00"),
        ("2026-12-24T18:00", "Thu 2026-12-24 18:00"),
        ("2026-12-24", "Thu 2026-12-24 09:00"),
        ("24.12. um 18 Uhr", "Thu 2026-12-24 18:00"),
        ("24.12.", "Thu 2026-12-24 09:00"),
        ("am 24.12.2027", "Fri 2027-12-24 09:00"),
        ("24. Dezember 18:00", "Thu 2026-12-24 18:00"),
        ("December 24 at 6pm", "Thu 2026-12-24 18:00"),
        ("1 March", "Mon 2027-03-01 09:00"),
        ("in 1.5 hours", "Wed 2026-03-04 11:45"),
        ("in 1,5 Stunden", "Wed 2026-03-04 11:45"),
        ("in anderthalb Stunden", "Wed 2026-03-04 11:45"),
        ("in zweieinhalb Stunden", "Wed 2026-03-04 12:45"),
        ("in an hour and a half", "Wed 2026-03-04 11:45"),
        ("in half an hour", "Wed 2026-03-04 10:45"),
        ("in einer Viertelstunde", "Wed 2026-03-04 10:30"),
        ("in zwanzig Minuten", "Wed 2026-03-04 10:35"),
        ("an hour from now", "Wed 2026-03-04 11:15"),
        ("in einem Monat", "Sat 2026-04-04 10:15"),
        ("in a year", "Thu 2027-03-04 10:15"),
        ("halb drei", "Wed 2026-03-04 14:30"),
        ("halb zwölf", "Wed 2026-03-04 11:30"),
        ("morgen um halb neun", "Thu 2026-03-05 08:30"),
        ("viertel vor eins", "Wed 2026-03-04 12:45"),
        ("half past two", "Wed 2026-03-04 14:30"),
        ("ten to five", "Wed 2026-03-04 16:50"),
        ("next monday 9am", "Mon 2026-03-09 09:00"),
        ("Montag nächster Woche um neun", "Mon 2026-03-09 09:00"),
        ("Fr 15 Uhr", "Fri 2026-03-06 15:00"),
        ("on the 3rd at 5pm", "Fri 2026-04-03 17:00"),
        ("am Wochenende", "Sat 2026-03-07 09:00"),
        ("heute Abend um acht", "Wed 2026-03-04 20:00"),
        ("tonight at 8", "Wed 2026-03-04 20:00"),
        ("um 7 Uhr abends", "Wed 2026-03-04 19:00"),
        ("today at 5", "Wed 2026-03-04 17:00"),
        ("today at 9:00", "Wed 2026-03-04 09:00"),
        # From one to six as one says them: after noon, in both languages.
        ("at 3", "Wed 2026-03-04 15:00"),
        ("um 3", "Wed 2026-03-04 15:00"),
        ("um drei Uhr", "Wed 2026-03-04 15:00"),
        ("tomorrow at 3", "Thu 2026-03-05 15:00"),
        ("morgen um 3", "Thu 2026-03-05 15:00"),
        ("tomorrow at 1", "Thu 2026-03-05 13:00"),
        ("tomorrow at 6", "Thu 2026-03-05 18:00"),
        ("morgen um halb sieben", "Thu 2026-03-05 18:30"),
        ("tomorrow at half past six", "Thu 2026-03-05 18:30"),
        ("morgen um 7", "Thu 2026-03-05 07:00"),
        ("tomorrow at quarter to one", "Thu 2026-03-05 12:45"),
        ("in 3 Tagen um 5", "Sat 2026-03-07 17:00"),
        ("mittags um 1", "Wed 2026-03-04 13:00"),
        ("heute um halb zehn", "Wed 2026-03-04 21:30"),
        # Exactly so: with a part of the day, or as a clock shows it.
        ("tomorrow at 3 am", "Thu 2026-03-05 03:00"),
        ("tomorrow at 3am", "Thu 2026-03-05 03:00"),
        ("morgen um 03:00", "Thu 2026-03-05 03:00"),
        ("tomorrow at 3:00", "Thu 2026-03-05 03:00"),
        ("morgen um 3 Uhr 30", "Thu 2026-03-05 03:30"),
        ("morgen um 05 Uhr", "Thu 2026-03-05 05:00"),
        ("Freitag um 5 Uhr morgens", "Fri 2026-03-06 05:00"),
        ("tomorrow at half past five in the morning", "Thu 2026-03-05 05:30"),
        ("morgen früh um halb sechs", "Thu 2026-03-05 05:30"),
        ("nachts um 3", "Thu 2026-03-05 03:00"),
        ("tonight at 2", "Thu 2026-03-05 02:00"),
        ("heute Nacht um halb drei", "Thu 2026-03-05 02:30"),
        ("tonight at 10", "Wed 2026-03-04 22:00"),
    ],
)
def test_what_people_write_is_the_moment_they_mean(text, moment):
    assert meant(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "soon", "9", "today", "in minutes", "31 February", "2026-02-30", "tomorrow at 25", "tomorrow at 13 pm",
     "on Friday maybe", "in 20 minutes 5 minutes", "x" * 200, "9999-12-31 23:59 in 3 days", "\x00"],
)  # fmt: skip
def test_what_says_no_moment_is_not_guessed(text):
    assert meant(text) is None


def test_a_day_is_one_of_the_calendar_though_the_clocks_change():
    # On 29 March 2026 the hour from 2 to 3 is left out in Berlin.
    saturday = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)
    assert meant("in 1 day", saturday) == "Sun 2026-03-29 10:00"
    assert meant("in 24 hours", saturday) == "Sun 2026-03-29 11:00"
    assert meant("tomorrow 2:30", saturday) == "Sun 2026-03-29 03:30"


def test_it_is_the_clock_of_the_reader():
    assert parse_moment("tomorrow at 9", NOW, ZoneInfo("America/New_York")) == datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "what", "moment"),
    [
        ("buy milk in 20 minutes", "buy milk", "Wed 2026-03-04 10:35"),
        ("in 20 minutes buy milk", "buy milk", "Wed 2026-03-04 10:35"),
        ("me to call Olga tomorrow at 9", "call Olga", "Thu 2026-03-05 09:00"),
        ("me in 2 hours to eat", "eat", "Wed 2026-03-04 12:15"),
        ("mich morgen um 9 an den Zug", "an den Zug", "Thu 2026-03-05 09:00"),
        ("Blumen gießen am Freitag um 14:30", "Blumen gießen", "Fri 2026-03-06 14:30"),
        ("tomorrow", "", "Thu 2026-03-05 09:00"),
        ("Zahnarzt morgen um halb drei", "Zahnarzt", "Thu 2026-03-05 14:30"),
        ("the weekend plan tomorrow", "the weekend plan", "Thu 2026-03-05 09:00"),
        ("the things to do at 9", "the things to do", "Thu 2026-03-05 09:00"),
    ],
)
def test_one_line_can_say_what_and_when(line, what, moment):
    found = split_line(line, NOW, BERLIN)
    assert found is not None
    assert (found[0], f"{found[1].astimezone(BERLIN):%a %Y-%m-%d %H:%M}") == (what, moment)


def test_a_line_without_a_moment_is_none():
    assert split_line("buy milk", NOW, BERLIN) is None


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_time_that_a_button_offers_is_understood(language):
    """The words on the button are what is sent."""
    templates = Path(settings.BASE_DIR) / "templates" / "rooms"
    words = [
        found
        for name in ("_keeping.html", "_later.html")
        for found in re.findall(
            r'data-(?:preset|later)(?:="soon")?>{% translate "(.+?)" %}', (templates / name).read_text()
        )
    ]
    assert len(words) == 7
    with translation.override(language):
        assert [word for word in words if meant(translation.gettext(word)) is None] == []
