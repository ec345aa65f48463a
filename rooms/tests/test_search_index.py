"""Keeping the index: everything that changed is read, once, whoever does it and whatever happens in between."""

import pytest
from django.db import connection

from rooms.actions.deleting import delete_message
from rooms.actions.deletion import detach, purge
from rooms.actions.imports import Line, append_lines
from rooms.actions.messages import edit_message
from rooms.actions.posting import post_message
from rooms.models import SearchDocument, SearchMark
from rooms.search import index
from rooms.search.find import search

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(room, alice):
    return lambda body: post_message(alice, room.pk, body)


def documents():
    return sorted(SearchDocument.objects.values_list("message__body", "version"))


def words_in_index(word):
    """How many documents the database's own index gives for a word."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM rooms_searchdocument WHERE words @@ %s::tsquery", [word])
        else:
            cursor.execute("SELECT count(*) FROM rooms_searchwords WHERE words MATCH %s", [word])
        return cursor.fetchone()[0]


def test_storing_a_message_does_nothing_for_the_index_and_the_chore_does_it_all(say):
    say("one")
    say("two")
    assert documents() == []
    assert index.index_new() is False
    assert [body for body, _version in documents()] == ["one", "two"]
    assert index.index_some().written == 0


def test_each_change_is_read_again_and_leaves_no_old_words(say, alice):
    message = say("marmalade")
    index.index_new()
    assert words_in_index("marmalade") == 1
    edit_message(alice, message.pk, "honey")
    index.index_new()
    assert (words_in_index("marmalade"), words_in_index("honey")) == (0, 1)
    delete_message(alice, message.pk)
    index.index_new()
    assert words_in_index("honey") == 0 and documents() == []


def test_much_at_once_is_read_in_batches_and_goes_on_where_it_stopped(room, alice, monkeypatch):
    from django.utils import timezone

    append_lines(room.pk, [Line(alice, timezone.now(), f"line {number}") for number in range(25)])
    assert index.index_some(10).written == 10
    assert (
        index.index_some(10).written == 10 and index.index_some(10).written == 5 and index.index_some(10).written == 0
    )
    # Said in one second, and each has a place of its own.
    assert SearchDocument.objects.count() == 25 and words_in_index("line") == 25


def test_what_is_done_by_another_process_meanwhile_is_done_once(room, say, monkeypatch):
    say("tea")
    real = index.documents_of

    def while_another_is_quicker(*arguments):
        made = real(*arguments)
        monkeypatch.setattr(index, "documents_of", real)
        assert index.index_some().written == 1
        return made

    monkeypatch.setattr(index, "documents_of", while_another_is_quicker)
    assert index.index_some().written == 0
    assert words_in_index("tea") == 1


def test_who_takes_much_at_once_gets_on_beside_one_that_takes_little_and_is_quicker(room, say, monkeypatch):
    for number in range(9):
        say(f"tea {number}")
    real = index.documents_of

    def while_another_is_quicker(*arguments):
        made = real(*arguments)
        with monkeypatch.context() as patched:
            patched.setattr(index, "documents_of", real)
            assert index.index_some(2).written == 2
        return made

    monkeypatch.setattr(index, "documents_of", while_another_is_quicker)
    assert index.index_some(6) == (4, 3)
    assert words_in_index("tea") == 6


def test_a_go_asks_only_for_what_it_takes_of_what_waits_in_a_room(say, django_assert_max_num_queries):
    for number in range(9):
        say(f"tea {number}")
    # Of two ends on one side SQLite knows one: for each go it would read all that waits.
    with django_assert_max_num_queries(20) as asked:
        index.index_some(3)
    ranges = [query["sql"].count('"version" <=') for query in asked.captured_queries]
    assert max(ranges) == 1 and sum(ranges) > 5


def test_the_worker_goes_on_at_once_and_rests_where_others_need_the_processor(room, say, monkeypatch):
    monkeypatch.setattr(index, "SHARE", 1)
    monkeypatch.setattr(index, "LEAST_OF_A_CORE", {connection.vendor: 0.1})
    for number in range(9):
        say(f"tea {number}")
    rests = []
    monkeypatch.setattr(index, "sleep", rests.append)
    monkeypatch.setattr(index, "_processor", iter([(5.0, 1.0), (5.01, 1.001)]).__next__)
    assert index.index_new() is True and rests == []
    monkeypatch.setattr(index, "_processor", iter([(5.0, 1.0), (5.1, 1.2), (5.1, 1.2)]).__next__)
    monkeypatch.setattr(index, "monotonic", iter([0.0, 0.4, 1.0]).__next__)
    assert index.index_new() is True and words_in_index("tea") == 8
    # A tenth of a core at least: what took 0.1 s of the processor is done once a second.
    assert rests == [pytest.approx(0.6)]
    assert index.index_new() is False
    assert index._rest(60.0, 1.0) == 2.0 and index._rest(0.1, 3.0) == 0.0


def test_a_process_that_ends_in_the_middle_leaves_all_of_it_to_the_next(say, monkeypatch, alice):
    message = say("tea")
    index.index_some()
    edit_message(alice, message.pk, "coffee")
    with monkeypatch.context() as patched:

        def ends(*arguments, **options):
            raise KeyboardInterrupt

        patched.setattr(index, "write", ends)
        with pytest.raises(KeyboardInterrupt):
            index.index_some()
    assert words_in_index("tea") == 1
    index.index_some()
    assert (words_in_index("tea"), words_in_index("coffee")) == (0, 1)


def test_many_rooms_are_read_at_once_those_with_least_first(make_room, room, alice, django_assert_max_num_queries):
    rooms = [make_room(f"room {number}", alice="member") for number in range(12)]
    for number in range(9):
        post_message(alice, room.pk, f"much {number}")
    for one in rooms:
        post_message(alice, one.pk, "tea")
    with django_assert_max_num_queries(2 + 12 + 8 + 8):
        assert index.index_some(12).written == 12
    assert (words_in_index("tea"), words_in_index("much")) == (12, 0)
    assert index.index_some().written == 9
    assert index.index_some().written == 0


def test_another_format_reads_every_room_anew(say, monkeypatch):
    say("tea")
    index.index_some()
    SearchDocument.objects.update(version=0)
    monkeypatch.setattr(index, "FORMAT", index.FORMAT + 1)
    assert index.index_some().written == 1
    assert index.index_some().written == 0
    assert SearchDocument.objects.exclude(version=0).count() == 1


def test_a_deleted_room_takes_its_documents_along(room, say, alice):
    say("tea")
    index.index_some()
    say("more tea")
    detach(room)
    assert index.index_some().written == 0
    assert purge(room.pk)
    assert (words_in_index("tea"), SearchMark.objects.count()) == (0, 0)


def test_a_long_document_is_found_by_its_beginning(say, alice, settings):
    settings.SEARCH_WORDS_MAX = 50
    say("begin " + "word " * 60 + " end")
    assert len(search(alice, "begin").hits) == 1
    assert search(alice, "end").hits == []


def test_a_database_that_is_busy_costs_no_search(say, alice, monkeypatch):
    from django.db import OperationalError

    say("tea")
    index.index_some()
    say("newer tea")

    def busy(*arguments):
        raise OperationalError("database is locked")

    monkeypatch.setattr(index, "index_some", busy)
    assert [hit.message.body for hit in search(alice, "tea").hits] == ["tea"]


def test_the_worker_knows_the_chore():
    import rooms.chores  # noqa: F401
    from talkwave.work import chores

    assert index.index_new in [chore.run for chore in chores()]
