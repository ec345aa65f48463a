"""Much that waits for the index: who searches is told, who runs it sees it, and one command reads all of it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from rooms.actions.imports import Line, append_lines
from rooms.models import SearchMark
from rooms.search import index
from rooms.search.find import Backlog, search
from talkwave.web.counting import snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def soon(settings):
    settings.SEARCH_CATCH_UP, settings.SEARCH_BACKLOG = 2, 10


@pytest.fixture
def bring(alice):
    def bring(room, count):
        append_lines(room.pk, [Line(alice, timezone.now(), f"tea {number}") for number in range(count)])

    return bring


@pytest.fixture
def page(client, alice):
    client.force_login(alice)

    def page(query="tea", **headers):
        return client.get("/search/", {"q": query}, headers=headers)

    return page


def update_index(**options):
    out = StringIO()
    call_command("update_index", stdout=out, **options)
    return out.getvalue()


def test_who_searches_is_told_that_something_may_be_missing_until_nothing_is(room, bring, page):
    bring(room, 40)
    text = page().content.decode()
    assert "Something may be missing: of <bdi>den</bdi> about" in text
    found = page(accept="application/json").json()
    assert found["backlog"] == {"rooms": 1, "title": "den", "percent": pytest.approx(10, abs=5)}
    assert "Something may be missing" in page("nobodysaidthis").content.decode()
    update_index()
    assert "Something may be missing" not in page().content.decode()
    assert page(accept="application/json").json()["backlog"] is None


def test_a_few_new_messages_are_nothing_to_be_told_of(room, bring, page):
    update_index()
    bring(room, 12)
    assert "Something may be missing" not in page().content.decode()


def test_one_is_told_of_rooms_one_searches_and_may_read_alone(make_room, room, bring, alice, bob):
    for number in range(2):
        bring(make_room(f"room {number}", alice="member", kind="private"), 30)
    assert search(alice, "tea").backlog == Backlog(2, "", 3)
    assert search(bob, "tea").backlog is None
    assert search(alice, "tea in:den").backlog is None
    told = search(alice, 'tea in:"room 1"').backlog
    assert told is not None and told.title == "room 1"


def test_where_nothing_waits_a_search_asks_nothing_more(room, bring, alice, django_assert_max_num_queries):
    bring(room, 1)
    update_index()
    with django_assert_max_num_queries(20) as asked:
        assert len(search(alice, "tea").hits) == 1
    assert not any("COUNT(*)" in query["sql"] for query in asked.captured_queries)


def test_the_command_reads_all_of_it_and_says_how_much(make_room, room, bring, monkeypatch):
    from rooms.management.commands import update_index as command

    monkeypatch.setattr(command, "BATCH", 7)
    bring(room, 30)
    bring(make_room("other"), 5)
    assert update_index(verbosity=1) == "35 messages read into the search index, and nothing waits.\n"
    assert update_index(verbosity=1) == "0 messages read into the search index, and nothing waits.\n"


def test_ctrl_c_ends_it_and_keeps_what_was_read(room, bring, monkeypatch):
    from rooms.management.commands import update_index as command

    bring(room, 30)
    real = index.index_some
    goes = iter([5, 5])

    def until_it_is_enough(_most):
        if (most := next(goes, None)) is None:
            raise KeyboardInterrupt
        return real(most)

    monkeypatch.setattr(command, "index_some", until_it_is_enough)
    with pytest.raises(CommandError, match="^Stopped: 10 messages read") as stopped:
        update_index()
    assert stopped.value.returncode == 130
    assert SearchMark.objects.get(room=room).version > 0
    monkeypatch.setattr(command, "index_some", real)
    assert update_index().startswith("20 messages")


def test_who_brings_many_messages_in_hears_how_to_hurry(settings):
    def seed(messages):
        out = StringIO()
        call_command("seed", people=4, rooms=1, messages=messages, stdout=out)
        return out.getvalue()

    assert "update_index" in seed(10)
    settings.SEARCH_CATCH_UP = 500
    assert "update_index" not in seed(20)


def test_the_worker_counts_what_waits(room, bring, monkeypatch):
    monkeypatch.setattr(index, "SHARE", 5)
    monkeypatch.setattr(index, "sleep", lambda _seconds: None)
    bring(room, 30)
    index.index_new()
    assert snapshot()["talkwave_search_backlog"]["values"] == {"": 10}
    update_index()
    index.index_new()
    assert snapshot()["talkwave_search_backlog"]["values"] == {"": 0}
