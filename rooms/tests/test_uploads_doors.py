"""Sending a file to a room, piece by piece: by whom, how much, and what is told of it."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from rooms.actions.posting import post_message
from rooms.files import pieces
from rooms.models import Membership, Upload
from rooms.tests.files import JSON, begin, finish, picture, piece, ready, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def sent(signed_in, room, alice):
    """A picture of Alice's in a message."""
    file = ready(signed_in(alice), room, "cat.png", picture(form="PNG"))
    return file, post_message(alice, room.pk, "look", attachments=[file["id"]])


def test_an_upload_is_its_owners_alone(signed_in, room, alice, olga):
    upload_id = begin(signed_in(alice), room, "x", 10).json()["id"]
    other = signed_in(olga)
    assert other.get(f"/uploads/{upload_id}/", headers=JSON).status_code == 404
    assert piece(other, upload_id, 0, b"evil").status_code == 404
    assert finish(other, upload_id).status_code == 404
    # Cancelling what is not one's own is cancelling nothing.
    assert other.delete(f"/uploads/{upload_id}/", headers=JSON).status_code == 200
    assert Upload.objects.get().received == 0
    nobody = signed_in(None)
    assert piece(nobody, upload_id, 0, b"evil").status_code == 401
    assert nobody.get(f"/uploads/{upload_id}/", headers=JSON).status_code == 401
    assert finish(nobody, upload_id).status_code == 401


def test_one_uploads_to_rooms_one_may_post_in(signed_in, room, alice, charlie):
    assert begin(signed_in(charlie), room, "x", 5).status_code == 404
    client = signed_in(alice)
    upload_id = begin(client, room, "x", 5).json()["id"]
    Membership.objects.filter(room=room, user=alice).delete()
    assert piece(client, upload_id, 0, b"hello").status_code == 404
    assert finish(client, upload_id).status_code == 404


def test_an_archived_room_takes_no_files(signed_in, room, alice):
    client = signed_in(alice)
    upload_id = begin(client, room, "x", 5).json()["id"]
    room.archived_at = timezone.now()
    room.save()
    assert piece(client, upload_id, 0, b"hello").json()["code"] == "read_only"
    assert begin(client, room, "x", 5).json()["code"] == "read_only"


def test_only_its_sender_describes_a_file_and_everybody_sees_it(signed_in, sent, bob, alice, published):
    file, message = sent
    url = f"/files/{file['id']}/"
    assert signed_in(bob).post(url, {"alt": "mine"}, headers=JSON).status_code == 403
    assert signed_in(None).post(url, {"alt": "mine"}, headers=JSON).status_code == 401
    published.clear()
    assert signed_in(alice).post(url, {"alt": " A cat "}, headers=JSON).json()["file"]["alt"] == "A cat"
    assert "A cat" in str(published) and "message.updated" in str(published)
    assert signed_in(alice).post(url, {"alt": "x" * 1001}, headers=JSON).status_code == 413


def test_a_file_not_sent_is_taken_back_by_its_uploader_alone(signed_in, room, sent, alice, olga):
    file = ready(signed_in(alice), room)
    assert signed_in(olga).delete(f"/files/{file['id']}/", headers=JSON).status_code == 404
    assert signed_in(alice).delete(f"/files/{file['id']}/", headers=JSON).status_code == 200
    assert signed_in(alice).get(file["url"], headers=JSON).status_code == 404
    in_message, _ = sent
    for person in (alice, olga):
        assert signed_in(person).delete(f"/files/{in_message['id']}/", headers=JSON).status_code == 409


def test_changes_need_the_csrf_token(room, alice):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="accounts.backends.AuthenticationBackend")
    known = uuid.uuid4()
    assert begin(client, room, "x", 5).status_code == 403
    assert piece(client, known, 0, b"x").status_code == 403
    assert finish(client, known).status_code == 403
    assert client.delete(f"/uploads/{known}/").status_code == 403
    assert client.post("/files/1/", {"alt": "x"}).status_code == 403


def test_pieces_go_on_where_the_last_one_ended(signed_in, room, alice):
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 10).json()["id"]
    assert piece(client, upload_id, 0, b"hello").json()["offset"] == 5
    assert client.get(f"/uploads/{upload_id}/", headers=JSON).json()["offset"] == 5
    for wrong in (0, 4, 6, 10, 10**17):
        refused = piece(client, upload_id, wrong, b"x")
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert finish(client, upload_id).json()["code"] == "conflict"
    assert piece(client, upload_id, 5, b"world!").status_code == 400
    assert piece(client, upload_id, 5, b"").status_code == 400
    assert piece(client, upload_id, 5, b"world").json()["offset"] == 10
    assert piece(client, upload_id, 10, b"!").status_code == 400
    file = finish(client, upload_id).json()["file"]
    assert client.get(file["url"]).content == b"helloworld"
    # The answer was lost, and is asked for again: the same file.
    assert finish(client, upload_id).json()["file"]["id"] == file["id"]
    assert client.get(f"/uploads/{upload_id}/", headers=JSON).json()["file"]["id"] == file["id"]


@pytest.mark.parametrize("offset", ["", "-1", "1.5", "x", "٣", "9" * 30])
def test_an_offset_is_a_number(signed_in, room, alice, offset):
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 10).json()["id"]
    assert piece(client, upload_id, offset, b"x").status_code == 400


def test_a_piece_has_a_limit(signed_in, room, alice, settings):
    settings.FILE_PIECE_BYTES = 10
    client = signed_in(alice)
    upload_id = begin(client, room, "x.txt", 100).json()["id"]
    assert piece(client, upload_id, 0, b"x" * 11).status_code == 400
    assert piece(client, upload_id, 0, b"x" * 10).status_code == 200


def test_sizes_have_limits(signed_in, room, alice, settings):
    settings.FILE_MAX_BYTES = 1000
    client = signed_in(alice)
    assert begin(client, room, "x", 1001).json()["code"] == "too_long"
    for wrong in (0, -1, "x", "", "1e3"):
        assert begin(client, room, "x", wrong).status_code == 400
    settings.FILES_UNSENT_BYTES = 1500
    assert begin(client, room, "x", 1000).status_code == 201
    assert begin(client, room, "x", 501).json()["code"] == "conflict"
    assert begin(client, room, "x", 500).status_code == 201
    settings.FILES_UNSENT_BYTES, settings.UPLOADS_AT_ONCE = 10_000, 2
    assert begin(client, room, "x", 5).json()["code"] == "conflict"


def test_what_a_page_forgot_makes_room_and_what_is_ready_stays(
    signed_in, room, alice, olga, settings, django_capture_on_commit_callbacks
):
    settings.UPLOADS_AT_ONCE = 3
    client = signed_in(alice)
    kept = ready(client, room, "draft.txt", b"x" * 100)
    forgotten, paused, lively = (begin(client, room, f"{number}.bin", 300).json()["id"] for number in range(3))
    others = begin(signed_in(olga), room, "x.bin", 300).json()["id"]
    piece(client, forgotten, 0, b"hello")
    assert begin(client, room, "x.bin", 5).json()["code"] == "conflict"
    idle = timezone.now() - timedelta(minutes=settings.UPLOAD_IDLE_MINUTES, seconds=1)
    Upload.objects.exclude(pk=lively).update(touched_at=idle)
    # As long as there is room, whoever paused goes on where it was.
    settings.UPLOADS_AT_ONCE = 4
    assert begin(client, room, "x.bin", 5).status_code == 201
    assert piece(client, paused, 0, b"hello").json()["offset"] == 5
    # Then what stood still goes with its bytes, and nothing that was ready, lively or somebody else's.
    with django_capture_on_commit_callbacks(execute=True):
        assert begin(client, room, "x.bin", 5).status_code == 201
    assert client.get(f"/uploads/{forgotten}/", headers=JSON).json()["code"] == "not_found"
    assert not pieces.path_of(uuid.UUID(forgotten)).exists()
    for stays in (paused, lively):
        assert client.get(f"/uploads/{stays}/", headers=JSON).status_code == 200
    assert signed_in(olga).get(f"/uploads/{others}/", headers=JSON).status_code == 200
    assert client.get(kept["url"]).status_code == 200
    # So it is where too many bytes wait: those of what is ready count, and stay.
    settings.FILES_UNSENT_BYTES, settings.UPLOADS_AT_ONCE = 1000, 20
    assert begin(client, room, "x.bin", 500).json()["code"] == "conflict"
    Upload.objects.update(touched_at=idle)
    assert begin(client, room, "x.bin", 901).json()["code"] == "conflict"
    assert begin(client, room, "x.bin", 900).status_code == 201
    assert client.get(kept["url"]).status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        {"width": "0", "height": "5"},
        {"width": "5"},
        {"width": "x", "height": "5"},
        {"duration": "nan"},
        {"duration": "-1"},
        {"duration": "1e99"},
        {"waveform": "[101]"},
        {"waveform": '{"a":1}'},
        {"waveform": "[" * 9999},
        {"waveform": str([1] * 201)},
        {"alt": "x" * 1001},
        {"alt": "\x00"},
    ],
)
def test_nonsense_about_a_file_is_refused(signed_in, room, alice, told):
    assert upload(signed_in(alice), room, "x.txt", b"hello", **told).status_code in (400, 413)


def test_a_voice_note_keeps_its_length_and_shape(signed_in, room, alice):
    ogg = b"OggS" + b"\0" * 24 + b"OpusHead" + b"\0" * 50
    file = ready(signed_in(alice), room, "voice.ogg", ogg, voice="1", duration="2.5", waveform="[0,50,100]")
    assert (file["kind"], file["duration"], file["waveform"]) == ("voice", 2.5, [0, 50, 100])
    # Only a sound is a voice note.
    assert ready(signed_in(alice), room, "x.txt", b"hello", voice="1")["kind"] == "text"
