"""Files in messages: sent once, with their message or not at all, and gone when it is."""

import os
import uuid
from datetime import timedelta

import pytest
from django.conf import settings as given
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from rooms.actions.attaching import share
from rooms.actions.cleanup import cleanup_rooms
from rooms.actions.deleting import delete_message
from rooms.actions.deletion import detach, purge
from rooms.actions.messages import edit_message
from rooms.actions.posting import Draft, post_message, post_messages
from rooms.files import pieces
from rooms.models import Attachment, FileText, Message, Room, Upload
from rooms.tests.files import begin, finish, picture, piece, ready
from rooms.wire import message_wire
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def client(signed_in, room, alice):
    return signed_in(alice)


def wire(message):
    return message_wire(Message.objects.for_wire().get(pk=message.pk))


def kept():
    """The names of all bytes that are stored."""
    return {path.name for path in (given.MEDIA_ROOT / "files").rglob("*") if path.is_file()}


def test_a_message_has_its_files_in_the_order_they_were_given(client, room, alice, published):
    files = [ready(client, room, f"{number}.txt") for number in range(3)]
    order = [files[2]["id"], files[0]["id"], int(files[1]["id"])]
    message = post_message(alice, room.pk, "three", attachments=order)
    assert [file["name"] for file in wire(message)["attachments"]] == ["2.txt", "0.txt", "1.txt"]
    # What goes out with it is the same as what is read later.
    assert "2.txt" in str(published)


def test_files_stand_for_themselves_without_words(client, room, alice):
    message = post_message(alice, room.pk, "  ", attachments=[ready(client, room)["id"]])
    assert message.body == ""
    with pytest.raises(Refused):
        post_message(alice, room.pk, "  ")
    # Words can be taken away again where files are, and nowhere else.
    other = post_message(alice, room.pk, "words")
    edit_message(alice, message.pk, "now with words")
    assert edit_message(alice, message.pk, "").body == ""
    with pytest.raises(Refused):
        edit_message(alice, other.pk, "")


def test_a_message_with_a_file_that_is_not_ones_to_send_is_not_posted(client, signed_in, make_room, room, alice, olga):
    elsewhere = make_room("elsewhere", alice="member", olga="owner")
    sent = ready(client, room)
    post_message(alice, room.pk, "first", attachments=[sent["id"]])
    of_another = ready(signed_in(olga), room)
    of_another_room = ready(client, elsewhere)
    for wrong in (
        sent["id"],
        of_another["id"],
        of_another_room["id"],
        "0",
        "x",
        None,
        {},
        [1],
        10**30,
        str(uuid.uuid4()),
    ):
        good = ready(client, room)
        with pytest.raises(Refused) as refused:
            post_message(alice, room.pk, "second", attachments=[good["id"], wrong])
        assert refused.value.code == "not_found"
        assert Attachment.objects.get(pk=good["id"]).message is None
    assert Message.objects.count() == 1


def test_of_two_messages_in_one_batch_one_gets_the_file(client, room, alice):
    file = ready(client, room)["id"]
    first, second = post_messages([Draft(alice.pk, room.pk, text, attachments=[file]) for text in ("a", "b")])
    assert isinstance(first, Message) and isinstance(second, Refused)
    assert Attachment.objects.get().message == first


def test_the_same_message_sent_again_keeps_its_files(client, room, alice):
    file, client_id = ready(client, room)["id"], uuid.uuid4()
    first = post_message(alice, room.pk, "a", attachments=[file], client_id=client_id)
    again = post_message(alice, room.pk, "a", attachments=[file], client_id=client_id)
    assert first.pk == again.pk and Attachment.objects.get().message == first


def test_messages_without_files_cost_no_query_for_them(room, alice, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as queries:
        post_messages([Draft(alice.pk, room.pk, f"{number}") for number in range(5)])
    assert not [query for query in queries if "rooms_attachment" in query["sql"]]


def test_many_messages_with_files_cost_one_query_more(client, room, alice):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    files = [ready(client, room)["id"] for _ in range(6)]
    counts = []
    for chosen in (files[:1], files[1:]):
        with CaptureQueriesContext(connection) as queries:
            post_messages([Draft(alice.pk, room.pk, "x", attachments=[file]) for file in chosen])
        counts.append(sum("SELECT" in query["sql"] and "rooms_attachment" in query["sql"] for query in queries))
    assert counts == [1, 1]


def test_a_deleted_message_shows_no_files_and_keeps_the_bytes_for_a_while(
    client, room, alice, settings, django_capture_on_commit_callbacks
):
    message = post_message(
        alice, room.pk, "x", attachments=[ready(client, room, "a.png", picture((900, 600), "PNG"))["id"]]
    )
    delete_message(alice, message.pk)
    assert wire(message)["attachments"] == []
    assert len(kept()) == 2
    assert cleanup_rooms(dry_run=True)["files of deleted messages"] == 0
    Message.objects.update(deleted_at=timezone.now() - timedelta(days=settings.DELETED_TEXT_DAYS, minutes=1))
    assert cleanup_rooms(dry_run=True)["files of deleted messages"] == 1
    assert len(kept()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert cleanup_rooms()["files of deleted messages"] == 1
    assert not Attachment.objects.exists() and kept() == set()
    assert Message.objects.get().pk == message.pk


def test_what_is_never_sent_is_cleaned_away(client, room, alice, settings, django_capture_on_commit_callbacks):
    ready(client, room)
    upload_id = begin(client, room, "half", 10).json()["id"]
    piece(client, upload_id, 0, b"hello")
    sent = ready(client, room)
    post_message(alice, room.pk, "x", attachments=[sent["id"]])
    with django_capture_on_commit_callbacks(execute=True):
        cleanup_rooms()
    assert (Attachment.objects.count(), Upload.objects.count()) == (2, 3)
    old = timezone.now() - timedelta(days=settings.FILES_UNSENT_DAYS, minutes=1)
    Attachment.objects.update(created_at=old)
    Upload.objects.update(touched_at=old)
    told = cleanup_rooms(dry_run=True)
    assert (told["uploads never finished"], told["files never sent"]) == (1, 1)
    assert Attachment.objects.count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        cleanup_rooms()
    assert [str(pk) for pk in Attachment.objects.values_list("pk", flat=True)] == [sent["id"]]
    assert not Upload.objects.exists() and len(kept()) == 1


def test_bytes_that_no_upload_needs_are_swept_from_the_disk(client, room):
    begun = begin(client, room, "half", 10).json()["id"]
    piece(client, begun, 0, b"hello")
    pieces.sweep(3600)
    assert len(list(pieces.folder().iterdir())) == 1
    path = pieces.path_of(uuid.UUID(begun))
    os.utime(path, (0, 0))
    (pieces.folder() / "left").mkdir()
    os.utime(pieces.folder() / "left", (0, 0))
    pieces.sweep(3600)
    assert list(pieces.folder().iterdir()) == []


def test_bytes_that_no_file_names_go_once_they_are_an_hour_old(client, room, alice, make_room, settings):
    first = ready(client, room, "a.png", picture((900, 600), "PNG"))
    message = post_message(alice, room.pk, "x", attachments=[first["id"]])
    post_message(alice, make_room("elsewhere", alice="owner").pk, "", shared=list(message.attachments.all()))
    named = kept()
    # Killed between bytes and row: one is just being stored, one was left there long ago.
    old, young = (default_storage.save(f"files/ab/{name}", ContentFile(b"x")) for name in ("old", "young"))
    for path in (given.MEDIA_ROOT / "files").rglob("*"):
        os.utime(path, (0, 0))
    os.utime(default_storage.path(young))
    assert cleanup_rooms(dry_run=True)["bytes of no file"] == 1
    assert default_storage.exists(old)
    assert cleanup_rooms()["bytes of no file"] == 1
    assert kept() == named | {"young"}
    # A database that knows of no file at all is believed to be the wrong one.
    Attachment.objects.all().delete()
    assert cleanup_rooms()["bytes of no file"] == 0 and kept() == named | {"young"}


def test_bytes_are_young_when_they_are_stored_however_long_they_took_to_come(client, room, alice):
    begun = begin(client, room, "x.txt", 5).json()["id"]
    piece(client, begun, 0, b"hello")
    os.utime(pieces.path_of(uuid.UUID(begun)), (0, 0))
    file = Attachment.objects.get(pk=finish(client, begun).json()["file"]["id"])
    assert default_storage.get_modified_time(file.stored) > timezone.now() - timedelta(minutes=5)


def test_a_room_takes_its_files_along(client, room, alice, django_capture_on_commit_callbacks):
    post_message(alice, room.pk, "x", attachments=[ready(client, room)["id"]])
    ready(client, room)
    assert len(kept()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        detach(room)
        assert purge(room.pk)
    assert not Room.objects.exists() and not Attachment.objects.exists() and kept() == set()


def test_forwarded_files_are_read_under_their_own_rooms_door_and_live_as_long_as_one_of_them(
    client, make_room, signed_in, room, alice, charlie, django_capture_on_commit_callbacks
):
    elsewhere = make_room("elsewhere", alice="member", charlie="member")
    first = post_message(alice, room.pk, "x", attachments=[ready(client, room, "a.txt", b"wombats")["id"]])
    files = list(first.attachments.all())
    second = post_message(alice, elsewhere.pk, "", shared=files)
    (file,) = wire(second)["attachments"]
    assert file["name"] == "a.txt" and signed_in(charlie).get(file["url"]).content == b"wombats"
    assert FileText.objects.count() == 2
    third = post_message(alice, elsewhere.pk, "more")
    assert len(share(third, files)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        Attachment.objects.filter(message=first).delete()
        Attachment.objects.filter(message=third).delete()
    assert signed_in(charlie).get(file["url"]).content == b"wombats"
    with django_capture_on_commit_callbacks(execute=True):
        Attachment.objects.all().delete()
    assert not default_storage.exists(files[0].stored)


def test_a_reply_to_files_alone_quotes_their_names(client, room, alice):
    first = post_message(alice, room.pk, "", attachments=[ready(client, room, f"{name}.txt")["id"] for name in "ab"])
    second = post_message(alice, room.pk, "thanks", reply_to=first.pk)
    assert wire(second)["quote"]["excerpt"] == "a.txt, b.txt"
    delete_message(alice, first.pk)
    assert wire(second)["quote"]["excerpt"] == ""
