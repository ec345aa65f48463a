"""Searching what stands beside a message's words: its files, and the answers of its poll."""

import pytest

from rooms.actions import files
from rooms.actions.posting import post_message
from rooms.models import Attachment, FileText
from rooms.search import index
from rooms.search.find import search
from rooms.search.index import index_new
from rooms.tests.test_search_find import found

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_file(room, alice):
    """A message with a file, and what its words are where they were read: `with_file("here it is", "report.pdf")`."""

    def make(body, name, text=None):
        message = post_message(alice, room.pk, body)
        file = Attachment.objects.create(
            room=room, message=message, uploader=alice, kind="pdf", name=name, type="application/pdf", size=9,
            stored="x",
        )  # fmt: skip
        if text is not None:
            FileText.objects.create(attachment=file, text=text)
        return file

    return make


def test_quoted_signs_are_found_in_files_and_in_the_answers_of_a_poll(
    with_file, alice, room, django_assert_max_num_queries
):
    for number in range(3):
        with_file("here it is", f"{number}.pdf", "A  well-known\nharbour, v2.1.")
    with_file("not this", "4.pdf", "A well known harbour, v2 1.")
    post_message(alice, room.pk, "Which?", poll={"options": ["v2.1", "v2 1"]})
    index_new()
    assert found(alice, '"well-known harbour" "v2.1"') == ["here it is"] * 3
    assert found(alice, '"V2.1"') == ["Which?", *["here it is"] * 3]
    assert found(alice, '"which?" "v2.1"') == ["Which?"]
    assert "".join(piece.text for piece in search(alice, '"v2.1"').hits[0].pieces) == "Which? · v2.1"
    with django_assert_max_num_queries(16):
        assert found(alice, '"well-known"') == ["here it is"] * 3


def test_words_in_a_row_are_found_far_into_a_long_file(with_file, alice):
    # More often, and further in, than a tsvector of PostgreSQL knows where.
    words = [*["the end of it"] * 300, *map(str, range(16_000)), "the last harbour", "of all"]
    with_file("the long one", "long.pdf", " ".join(words))
    with_file("the short one", "short.pdf", "the last harbour of all")
    index_new()
    for typed in ('"the last harbour"', '"last harbour of all"', '"15998 15999 the last"', "last-harb"):
        assert found(alice, typed)[-1] == "the long one", typed
    assert found(alice, '"last the harbour"') == found(alice, '"harbour last"') == found(alice, '"15999 last"') == []
    assert found(alice, '"all of"') == []


def test_words_that_become_known_while_the_message_is_read_are_found(alice, with_file, monkeypatch):
    file = with_file("here it is", "report.pdf")
    FileText.objects.create(attachment=file)
    monkeypatch.setattr(files, "_words_in", lambda file: "marmalade jars")
    real = index.documents_of

    def while_the_file_is_read(*arguments):
        made = real(*arguments)
        monkeypatch.setattr(index, "documents_of", real)
        assert files.read_one()
        return made

    monkeypatch.setattr(index, "documents_of", while_the_file_is_read)
    index_new()
    assert found(alice, "marmalade") == ["here it is"]


def test_names_of_files_and_the_words_in_them(bob, with_file, monkeypatch):
    file = with_file("here it is", "Quarterly_report.pdf")
    index_new()
    assert found(bob, "marmalade") == []
    # As the worker does it, after the message was sent and read into the index.
    FileText.objects.create(attachment=file)
    monkeypatch.setattr(files, "_words_in", lambda file: "We sold three thousand marmalade jars in the harbour. " * 3)
    assert files.read_one()
    for typed in ("quarterly", "report.pdf", "marmalade jars", '"thousand marmalade"', "has:pdf", "has:file jars"):
        assert found(bob, typed) == ["here it is"], typed
    assert found(bob, "has:image") == []
    (hit,) = search(bob, "marmalade").hits
    assert hit.file == "Quarterly_report.pdf" and any(piece.text == "marmalade" for piece in hit.pieces if piece.found)
    # No phrase reaches from the message into its file.
    assert found(bob, '"here it is quarterly"') == []
