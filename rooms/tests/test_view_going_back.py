"""Going back to a day: how busy each was, where it begins, and in whose time zone."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from rooms.actions.imports import Line, append_lines
from rooms.actions.moving import move_messages
from rooms.actions.posting import post_message
from rooms.calendar import month_of, seq_on, years_around
from rooms.models import Message, Room

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def said(room, alice, bob):
    """Ten on 3 March, one just before midnight UTC, two on 29 March (when clocks change), one on 5 May, all 2026."""
    march = datetime(2026, 3, 3, 9, tzinfo=UTC)
    moments = [march + timedelta(minutes=n) for n in range(10)]
    moments += [datetime(2026, 3, 3, 23, 30, tzinfo=UTC)]
    moments += [datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 21, 59, tzinfo=UTC)]
    moments += [datetime(2026, 5, 5, 12, tzinfo=UTC)]
    append_lines(room.pk, [Line(sender=bob, created_at=at, body=f"at {at:%d %H:%M}") for at in moments])
    return room


def counts(month) -> dict[int, int]:
    return {day.date.day: day.count for day in month.days if day.count}


def test_each_day_has_its_messages_in_the_readers_time_zone(said):
    assert counts(month_of(said, date(2026, 3, 15), UTC)) == {3: 11, 29: 2}
    assert counts(month_of(said, date(2026, 3, 15), BERLIN)) == {3: 10, 4: 1, 29: 2}


def test_the_months_beside_it_are_the_busy_ones(said):
    march = month_of(said, date(2026, 3, 1), UTC)
    assert (march.previous, march.next) == (None, date(2026, 5, 1))
    assert month_of(said, date(2026, 5, 1), UTC).previous == date(2026, 3, 1)
    empty = month_of(said, date(2026, 4, 9), UTC)
    assert (counts(empty), empty.previous, empty.next) == ({}, date(2026, 3, 1), date(2026, 5, 1))


def test_the_busiest_day_is_darkest_and_an_empty_one_has_no_shade(said):
    shades = {day.date.day: day.shade for day in month_of(said, date(2026, 3, 1), UTC).days}
    assert (shades[3], shades[4]) == (4, 0) and 0 < shades[29] < 4


def test_weeks_begin_on_monday_hold_the_whole_month_and_are_always_six(said):
    # Four of days, five and six: so that what stands below stays under the finger that turns them.
    for first in (date(2027, 2, 1), date(2026, 8, 1), date(2026, 3, 1)):
        weeks = month_of(said, first, UTC).weeks
        assert [len(week) for week in weeks] == [7] * 6
    assert weeks[0][:6] == [None] * 6 and weeks[0][6].date == date(2026, 3, 1)


def test_what_stands_in_a_thread_alone_makes_no_day_busy(said, bob):
    root = Message.objects.filter(room=said).first()
    answer = post_message(bob, said.pk, "aside", thread=root.pk, in_room=False)
    Message.objects.filter(pk=answer.pk).update(created_at=datetime(2026, 3, 3, 12, tzinfo=UTC))
    assert counts(month_of(said, date(2026, 3, 1), UTC))[3] == 11


def counted(room, zone) -> dict[date, int]:
    """Days as one reads them off the messages themselves."""
    rows = Message.objects.filter(room=room, in_room=True)
    return dict(Counter(row.stands_at.astimezone(zone).date() for row in rows))


ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns", "Australia/Lord_Howe"]


@pytest.mark.parametrize("zone", [ZoneInfo(name) for name in ZONES])
@pytest.mark.parametrize("imported", [False, True])
def test_every_month_counts_what_stands_in_it_also_behind_newer_messages(room, bob, zone, imported):
    dice = random.Random(7)
    moments = sorted(datetime(2026, 2, 27, tzinfo=UTC) + timedelta(minutes=dice.randrange(60_000)) for _ in range(300))
    append_lines(room.pk, [Line(sender=bob, created_at=at, body="x") for at in moments])
    if imported:
        append_lines(room.pk, [Line(sender=bob, created_at=at, body="y") for at in moments[40:90]])
    Message.objects.filter(room=room, seq__in=range(30, 60)).update(in_room=False)
    room.refresh_from_db()
    assert (room.ordered_since is not None) is imported
    shown = {
        day.date: day.count
        for month in (2, 3, 4)
        for day in month_of(room, date(2026, month, 1), zone).days
        if day.count
    }
    assert shown == {day: n for day, n in counted(room, zone).items() if day.year == 2026 and day.month in (2, 3, 4)}


def test_after_an_import_of_old_messages_later_months_are_in_order_again(said, bob):
    at = datetime(2026, 3, 10, 8, tzinfo=UTC)
    append_lines(said.pk, [Line(sender=bob, created_at=at, body="old")])
    said.refresh_from_db()
    assert said.ordered_since == datetime(2026, 5, 5, 12, tzinfo=UTC)
    append_lines(said.pk, [Line(sender=bob, created_at=datetime(2026, 6, n, 12, tzinfo=UTC), body="x") for n in (2, 3)])
    said.refresh_from_db()
    assert counts(month_of(said, date(2026, 3, 1), UTC)) == {3: 11, 10: 1, 29: 2}
    assert counts(month_of(said, date(2026, 6, 1), UTC)) == {2: 1, 3: 1}


@pytest.mark.parametrize("imported", [False, True])
def test_what_was_moved_here_counts_on_the_day_it_stands(said, make_room, bob, imported):
    elsewhere = make_room("elsewhere", kind="public", bob="owner")
    line = post_message(bob, elsewhere.pk, "from elsewhere")
    Message.objects.filter(pk=line.pk).update(created_at=datetime(2026, 3, 3, 12, tzinfo=UTC))
    move_messages(bob, [line.pk], room=said.pk)
    moved = Message.objects.filter(pk=line.pk)
    moved.update(moved_at=datetime(2026, 5, 20, 12, tzinfo=UTC))
    later = datetime(2026, 5, 25, 12, tzinfo=UTC)
    append_lines(said.pk, [Line(sender=bob, created_at=later, body="later")])
    Room.objects.filter(pk=said.pk).update(ordered_since=later if imported else None)
    said.refresh_from_db()
    assert counts(month_of(said, date(2026, 3, 1), UTC)) == {3: 11, 29: 2}
    assert counts(month_of(said, date(2026, 5, 1), UTC)) == {5: 1, 20: 1, 25: 1}
    assert seq_on(said, date(2026, 5, 20), UTC) == moved.get().seq


def test_a_day_leads_to_its_first_message_or_the_next_one(said):
    assert seq_on(said, date(2026, 3, 3), UTC) == 1
    assert seq_on(said, date(2026, 3, 4), BERLIN) == 11
    assert seq_on(said, date(2026, 4, 1), UTC) == 14
    assert seq_on(said, date(2030, 1, 1), UTC) == 14


def test_a_month_is_five_queries_however_many_messages(said, django_assert_num_queries):
    with django_assert_num_queries(5):
        month_of(said, date(2026, 3, 1), BERLIN)


def test_a_year_is_a_step_and_ends_where_the_room_does(said, room):
    assert years_around(said, date(2026, 2, 1), UTC) == (None, date(2026, 5, 1))
    assert years_around(said, date(2027, 6, 1), UTC) == (date(2026, 5, 1), None)
    assert years_around(said, date(2028, 2, 1), UTC) == (date(2026, 5, 1), None)
    assert years_around(said, date(2024, 2, 1), UTC) == (None, date(2026, 3, 1))
    Message.objects.filter(room=room).delete()
    assert years_around(room, date(2026, 3, 1), UTC) == (None, None)


def test_the_page_names_days_and_links_those_on_which_something_was_said(signed_in, said, alice):
    page = signed_in(alice).get(reverse("room_calendar", args=[said.pk]), {"month": "2026-03", "zone": "Europe/Berlin"})
    text = page.content.decode()
    assert f'href="/rooms/{said.pk}/day/?on=2026-03-04&amp;zone=Europe%2FBerlin"' in text
    assert "on=2026-03-05" not in text
    assert "10 messages" in text and "March 2026" in text


def test_a_day_redirects_to_its_place(signed_in, said, alice):
    client = signed_in(alice)
    url = reverse("room_day", args=[said.pk])
    assert client.get(url, {"on": "2026-03-29"})["Location"] == f"/rooms/{said.pk}/?at=12"
    assert client.get(url, {"on": "2026-03-04", "zone": "Europe/Berlin"})["Location"].endswith("?at=11")


def test_an_empty_room_has_no_day_to_go_to(signed_in, room, alice):
    assert (
        signed_in(alice).get(reverse("room_day", args=[room.pk]), {"on": "2026-03-29"})["Location"]
        == f"/rooms/{room.pk}/"
    )
    assert signed_in(alice).get(reverse("room_calendar", args=[room.pk])).status_code == 200


@pytest.mark.parametrize("wrong", ["2026-13", "x", "0000-00", "9999-12", "2026-3", "2026-03-01", "'", "\x00"])
def test_a_month_that_is_none_is_refused(signed_in, room, alice, wrong):
    assert signed_in(alice).get(reverse("room_calendar", args=[room.pk]), {"month": wrong}).status_code == 400


@pytest.mark.parametrize("wrong", ["2026-02-30", "yesterday", "9999-12-31", "0001-01-01", "20260303", "2026-W10-1"])
def test_a_day_that_is_none_is_refused(signed_in, room, alice, wrong):
    assert signed_in(alice).get(reverse("room_day", args=[room.pk]), {"on": wrong}).status_code == 400


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Nowhere/Land", "x" * 5000, "\x00", "Europe"])
def test_a_zone_nobody_knows_is_the_one_of_the_account(signed_in, said, alice, zone):
    page = signed_in(alice).get(reverse("room_day", args=[said.pk]), {"on": "2026-03-03", "zone": zone})
    assert page["Location"].endswith("?at=1")
