"""What becomes of an upload when something breaks: a full disk, a cancelled or lost one, a process that is killed."""

import errno
import uuid
from unittest.mock import Mock

import pytest
from django.utils import timezone

from rooms.actions import uploads
from rooms.files import pieces
from rooms.models import Attachment, Upload
from rooms.tests.files import JSON, begin, finish, piece

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def test_a_full_disk_is_told(signed_in, room, alice, settings, monkeypatch):
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 5).json()["id"]

    def full(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pieces.os, "open", full)
        refused = piece(client, upload_id, 0, b"hello")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "space" in refused.json()["detail"]
    # What was tried counts for nothing, and can be tried again.
    assert piece(client, upload_id, 0, b"hello").status_code == 200
    settings.FILES_DISK_RESERVE = 2**60
    assert begin(client, room, "x", 5).json()["code"] == "unavailable"


def test_a_disk_that_is_full_at_the_end_loses_nothing_of_what_came(signed_in, room, alice, monkeypatch):
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 5).json()["id"]
    piece(client, upload_id, 0, b"hello")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "_store", full)
        assert finish(client, upload_id).json()["code"] == "unavailable"
    assert finish(client, upload_id).status_code == 200


def test_cancelling_leaves_nothing_and_can_be_repeated(signed_in, room, alice, django_capture_on_commit_callbacks):
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 10).json()["id"]
    piece(client, upload_id, 0, b"hello")
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            assert client.delete(f"/uploads/{upload_id}/", headers=JSON).status_code == 200
    assert not Upload.objects.exists() and list(pieces.folder().iterdir()) == []
    assert piece(client, upload_id, 5, b"world").status_code == 404


@pytest.mark.parametrize("gone", ["cancelled", "lost"])
def test_one_that_goes_while_it_is_looked_at_is_told(
    signed_in, room, alice, monkeypatch, django_capture_on_commit_callbacks, gone
):
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 5).json()["id"]
    piece(client, upload_id, 0, b"hello")
    look = uploads.sandbox.look

    def meanwhile(source, folder):
        seen = look(source, folder)
        if gone == "cancelled":
            with django_capture_on_commit_callbacks(execute=True):
                client.delete(f"/uploads/{upload_id}/", headers=JSON)
        else:
            pieces.remove(uuid.UUID(upload_id))
        return seen

    monkeypatch.setattr(uploads.sandbox, "look", meanwhile)
    assert finish(client, upload_id).json()["code"] == "conflict"
    assert not Upload.objects.exists() and not Attachment.objects.exists()
    assert list(pieces.folder().iterdir()) == []


def test_what_was_lost_on_the_way_is_told(signed_in, room, alice):
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 10).json()["id"]
    piece(client, upload_id, 0, b"hello")
    pieces.remove(uuid.UUID(upload_id))
    assert piece(client, upload_id, 5, b"world").json()["code"] == "conflict"


def test_a_process_that_died_while_it_looked_does_not_hold_the_file(signed_in, room, alice):
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 5).json()["id"]
    piece(client, upload_id, 0, b"hello")
    Upload.objects.update(looking_since=timezone.now())
    with pieces.held(uuid.UUID(upload_id)):
        held = finish(client, upload_id)
    assert (held.status_code, held["Retry-After"]) == (503, "1")
    assert finish(client, upload_id).status_code == 200


def test_on_a_disk_without_locks_it_holds_the_file_for_a_while_only(signed_in, room, alice, monkeypatch):
    monkeypatch.setattr(pieces.fcntl, "flock", Mock(side_effect=OSError(errno.ENOLCK, "no locks")))
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 5).json()["id"]
    piece(client, upload_id, 0, b"hello")
    Upload.objects.update(looking_since=timezone.now())
    assert finish(client, upload_id).status_code == 503
    Upload.objects.update(looking_since=timezone.now() - timezone.timedelta(seconds=1 + 90))
    assert finish(client, upload_id).status_code == 200


def test_killed_between_the_bytes_and_their_row_nothing_has_to_be_sent_again(signed_in, room, alice, monkeypatch):
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 5).json()["id"]
    piece(client, upload_id, 0, b"hello")
    store = uploads._store

    def killed(path, stored):
        store(path, [])
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(uploads, "_store", killed)
        uploads.finish_upload(alice, uuid.UUID(upload_id), uploads.Told())
    file = finish(client, upload_id).json()["file"]
    assert client.get(file["url"]).content == b"hello"
