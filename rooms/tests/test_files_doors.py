"""Who gets a file: asked anew at every request. Who may send one: test_uploads_doors.py."""

import pytest
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.posting import post_message
from rooms.models import Attachment, Membership
from rooms.tests.files import JSON, begin, finish, picture, piece, ready

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def sent(signed_in, room, alice):
    """A picture of Alice's in a message, large enough to have a thumbnail."""
    file = ready(signed_in(alice), room, "cat.png", picture((900, 600), "PNG"))
    message = post_message(alice, room.pk, "look", attachments=[file["id"]])
    return file, message


def statuses(client, file):
    return [client.get(url, headers=JSON).status_code for url in (file["url"], file["thumb"])]


def test_members_get_it_and_nobody_else(signed_in, sent, olga, bob, alice, charlie):
    file, _ = sent
    for member in (olga, bob, alice):
        assert statuses(signed_in(member), file) == [200, 200]
    assert statuses(signed_in(charlie), file) == [404, 404]
    assert statuses(signed_in(None), file) == [401, 401]
    told = signed_in(charlie).get(file["url"], headers=JSON).json()
    missing = signed_in(charlie).get("/files/999999/cat.png", headers=JSON).json()
    assert told == missing


def test_somebody_suspended_gets_nothing(signed_in, sent, room, alice):
    file, _ = sent
    client = signed_in(alice)
    alice.suspended_at = timezone.now()
    alice.save()
    assert set(statuses(client, file)) <= {401, 403}
    assert client.post(f"/files/{file['id']}/", {"alt": "x"}, headers=JSON).status_code in (401, 403)
    assert begin(client, room, "x", 5).status_code in (401, 403)


def test_whoever_left_or_was_removed_gets_it_no_more(signed_in, sent, room, bob):
    file, _ = sent
    client = signed_in(bob)
    assert statuses(client, file) == [200, 200]
    Membership.objects.filter(room=room, user=bob).delete()
    assert statuses(client, file) == [404, 404]


def test_a_deleted_message_takes_its_files_along_at_once_for_everybody(signed_in, sent, olga, alice):
    file, message = sent
    client = signed_in(alice)
    tag = client.get(file["url"])["ETag"]
    delete_message(alice, message.pk)
    for person in (alice, olga):
        assert statuses(signed_in(person), file) == [404, 404]
    # What a browser has kept is not called fresh either.
    assert client.get(file["url"], headers={**JSON, "If-None-Match": tag}).status_code == 404


def test_readers_of_a_public_room_see_its_files(signed_in, make_room, olga, charlie):
    square = make_room("square", kind="public", olga="owner")
    file = ready(signed_in(olga), square)
    post_message(olga, square.pk, "", attachments=[file["id"]])
    assert signed_in(charlie).get(file["url"]).status_code == 200
    assert begin(signed_in(charlie), square, "x", 5).status_code == 403


def test_a_file_not_sent_yet_is_its_uploaders_alone(signed_in, room, olga, alice):
    file = ready(signed_in(alice), room)
    assert signed_in(alice).get(file["url"]).status_code == 200
    assert signed_in(olga).get(file["url"], headers=JSON).status_code == 404
    Membership.objects.filter(room=room, user=alice).delete()
    assert signed_in(alice).get(file["url"], headers=JSON).status_code == 404


def test_the_readers_browser_asks_again_each_time_and_is_told_that_nothing_changed(signed_in, sent, bob):
    file, _ = sent
    client = signed_in(bob)
    first = client.get(file["url"])
    assert first["Cache-Control"] == "private, no-cache"
    assert first["Content-Disposition"] == 'inline; filename="cat.png"'
    again = client.get(file["url"], headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(file["url"], {"download": ""})["Content-Disposition"].startswith("attachment")


def test_parts_are_given_in_bounded_pieces_and_the_rest_as_a_whole(signed_in, room, alice, settings):
    settings.FILE_PIECE_BYTES = 1000
    data = bytes(range(256)) * 16
    client = signed_in(alice)
    begun = begin(client, room, "x.bin", len(data)).json()
    for offset in range(0, len(data), 1000):
        assert piece(client, begun["id"], offset, data[offset : offset + 1000]).status_code == 200
    url = finish(client, begun["id"]).json()["file"]["url"]

    def part(asked, **more):
        answer = client.get(url, headers={"Range": asked, **more})
        got = b"".join(answer) if answer.streaming else answer.content
        return answer.status_code, answer.get("Content-Range"), got

    size = len(data)
    assert part("bytes=0-9") == (206, f"bytes 0-9/{size}", data[:10])
    assert part("bytes=100-3000") == (206, f"bytes 100-1099/{size}", data[100:1100])
    # A download that goes on where it was cut off is told of no end but the real one, however much is left.
    for begins in (100, size - 1000, size - 1):
        assert part(f"bytes={begins}-") == (206, f"bytes {begins}-{size - 1}/{size}", data[begins:])
    assert part("bytes=-2000") == (206, f"bytes {size - 2000}-{size - 1}/{size}", data[-2000:])
    assert part("bytes=-6") == (206, f"bytes {size - 6}-{size - 1}/{size}", data[-6:])
    assert part(f"bytes=4000-{size + 50}") == (206, f"bytes 4000-{size - 1}/{size}", data[4000:])
    for nothing in (f"bytes={size}-", "bytes=-0", f"bytes={10**17}-"):
        assert part(nothing) == (416, f"bytes */{size}", b"")
    for no_range in ("bytes=9-5", "bytes=a-b", "lines=0-1", "bytes=0-1,5-6", "bytes=-"):
        assert part(no_range) == (200, None, data)
    assert part("bytes=0-9", **{"If-Range": '"another"'}) == (200, None, data)


def test_the_proxy_sends_them_where_it_is_told_to(signed_in, sent, bob, charlie, settings):
    settings.FILES_ACCEL = "/kept/"
    file, _ = sent
    answer = signed_in(bob).get(file["url"])
    assert answer["X-Accel-Redirect"] == f"/kept/{Attachment.objects.get().stored}" and answer.content == b""
    assert "X-Accel-Redirect" not in signed_in(charlie).get(file["url"], headers=JSON)


def test_bytes_that_are_not_there_are_not_found(signed_in, sent, bob):
    file, _ = sent
    from django.core.files.storage import default_storage

    row = Attachment.objects.get()
    default_storage.delete(row.stored)
    default_storage.delete(row.thumb_stored)
    assert statuses(signed_in(bob), file) == [404, 404]
