"""Files that wait with a message that is sent later: kept until then, sent once, gone with what is never sent."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from rooms import access
from rooms.actions.cleanup import cleanup_rooms
from rooms.actions.files import discard_file
from rooms.actions.memberships import leave_room
from rooms.actions.moving import move_messages
from rooms.actions.posting import post_message
from rooms.actions.scheduled import change_scheduled, remove_scheduled, schedule_message, send_now
from rooms.actions.uploads import cancel_upload
from rooms.models import Attachment, Message, Scheduled, Upload
from rooms.tests.files import JSON, begin, finish, piece, ready
from rooms.tests.later import code, is_due, later, notices, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def client(signed_in, room, alice):
    return signed_in(alice)


def test_files_wait_with_their_message_and_go_with_it(client, room, alice, bob):
    first, second = (ready(client, room, f"{name}.txt")["id"] for name in ("first", "second"))
    row = schedule_message(alice, room.pk, "", later(), attachments=[second, int(first)])
    # Nobody sends them otherwise meanwhile, nor takes them away; and no cleanup does.
    assert code(post_message, alice, room.pk, "now", attachments=[first]) == "not_found"
    assert code(discard_file, alice, first) == "conflict"
    cancel_upload(alice, Upload.objects.get(attachment=first).pk)
    Attachment.objects.update(created_at=timezone.now() - timedelta(days=40))
    Upload.objects.update(touched_at=timezone.now() - timedelta(days=40))
    cleanup_rooms()
    assert code(access.file_for, bob, first) == "not_found"
    is_due(row)
    work()
    message = Message.objects.get()
    assert [str(file.pk) for file in message.attachments.all()] == [second, first]
    file = access.file_for(bob, first)
    assert default_storage.exists(file.stored) and not Scheduled.objects.exists()


def test_files_of_what_could_not_be_sent_stay_with_it_and_go_with_it(client, room, alice, published):
    row = schedule_message(alice, room.pk, "", later(), attachments=[ready(client, room, "note.txt")["id"]])
    leave_room(alice, room.pk)
    is_due(row)
    published.clear()
    work()
    (notice,) = notices(published)
    assert (notice["excerpt"], Attachment.objects.get().scheduled_id) == ("note.txt", row.pk)
    remove_scheduled(alice, row.pk)
    assert not Attachment.objects.exists()


def test_a_file_can_be_left_out_and_something_has_to_stay(client, room, alice):
    kept, dropped = (ready(client, room)["id"] for _ in range(2))
    row = schedule_message(alice, room.pk, "look", later(), attachments=[kept, dropped])
    change_scheduled(alice, row.pk, body="", without=[dropped])
    assert [str(file.pk) for file in row.attachments.all()] == [kept]
    assert code(change_scheduled, alice, row.pk, body="", without=[kept]) == "bad_request"
    assert row.attachments.count() == 1
    send_now(alice, row.pk)
    assert str(Message.objects.get().attachments.get().pk) == kept


def test_only_ready_files_of_ones_own_wait_with_it(client, signed_in, room, make_room, alice, bob):
    elsewhere = make_room("elsewhere", alice="member")
    for file in (ready(signed_in(bob), room), ready(client, elsewhere)):
        assert code(schedule_message, alice, room.pk, "x", later(), attachments=[file["id"]]) == "not_found"
    assert code(schedule_message, alice, room.pk, "x", later(), attachments=["1"] * 11) == "bad_request"
    assert not Scheduled.objects.exists()


def test_by_the_door_it_takes_files_and_the_list_shows_them(client, room, alice):
    root = post_message(alice, room.pk, "root")
    file = ready(client, room, "menu.txt")
    sent = {"body": "", "when": "tomorrow at 9", "attachments": [file["id"]], "thread": root.pk, "in_room": "1"}
    url = f"/rooms/{room.pk}/scheduled/"
    assert client.post(url, sent | {"client_id": "mine"}, headers=JSON).status_code == 400
    sent["client_id"] = str(uuid.uuid4())
    # Twice, as a page asks whose answer was lost.
    first, again = (client.post(url, sent, headers=JSON).json() for _ in range(2))
    assert first == again and first["ok"]
    row = Scheduled.objects.get()
    page = client.get("/scheduled/").text
    assert file["url"] in page and f'name="without" value="{file["id"]}"' in page
    assert client.post(f"/scheduled/{row.pk}/", {"body": "", "without": file["id"]}, headers=JSON).status_code == 400
    assert client.post(f"/scheduled/{row.pk}/send/", headers=JSON).status_code == 200
    answer = Message.objects.latest("pk")
    assert (answer.thread_id, answer.in_room, answer.attachments.get().name) == (root.pk, True, "menu.txt")


def test_files_that_wait_with_no_message_are_listed_sent_and_removed(client, signed_in, room, make_room, alice, olga):
    sent, dropped = (ready(client, room, f"{name}.txt")["id"] for name in ("sent", "dropped"))
    ready(signed_in(olga), room, "olgas.txt")
    left = make_room("harbour", olga="owner", alice="member")
    far = ready(client, left, "far.txt")["id"]
    schedule_message(alice, room.pk, "", later(), attachments=[ready(client, room, "in-a-message.txt")["id"]])
    leave_room(alice, left.pk)
    page = client.get("/scheduled/").text
    unsent = page[page.index("unsent-title") :]
    assert all(f"{name}.txt" in unsent for name in ("sent", "dropped", "far"))
    # A room that is not theirs any more is not named, and nothing is sent there; its file counts, and can be removed.
    assert "olgas" not in page and "harbour" not in page and "in-a-message" not in unsent
    assert f"/rooms/{left.pk}/" not in page
    assert client.get(f"/files/{far}/far.txt").status_code == 404
    assert signed_in(olga).post(f"/files/{far}/remove/", headers=JSON).status_code == 404
    assert signed_in(None).post(f"/files/{far}/remove/", headers=JSON).status_code == 401
    for one in (dropped, far):
        assert client.post(f"/files/{one}/remove/").headers["Location"] == "/scheduled/"
    assert client.post(f"/rooms/{room.pk}/messages/", {"attachments": sent}).status_code == 302
    assert [str(file.pk) for file in Message.objects.get(room=room).attachments.all()] == [sent]
    assert client.post(f"/files/{sent}/remove/", headers=JSON).status_code == 409
    assert "unsent-title" not in client.get("/scheduled/").text


def test_all_that_were_listed_are_removed_at_once_page_by_page_or_not(client, room, alice, settings):
    settings.PAGE_SIZE = 2
    shown = [ready(client, room, f"file-{number}.txt")["id"] for number in range(3)]
    later_row = schedule_message(alice, room.pk, "", later(), attachments=[ready(client, room, "waits.txt")["id"]])
    first, second = (client.get(f"/scheduled/?page={page}").text for page in (1, 2))
    assert ["file-2" in first, "file-1" in first, "file-0" in first, "file-0" in second] == [True, True, False, True]
    assert "waits.txt" in first and "waits.txt" not in second and "Page 2 of 2" in second
    # What came after the list was looked at was not asked about.
    newer = ready(client, room, "newer.txt")["id"]
    for page in (first, second):
        assert f'name="newest" value="{shown[-1]}"' in page
    assert client.post("/files/remove/", headers=JSON).status_code == 404
    assert client.post("/files/remove/", {"newest": shown[-1]}, headers=JSON).json()["gone"] == shown
    assert set(Attachment.objects.values_list("pk", flat=True)) == {int(newer), later_row.attachments.get().pk}


def test_a_file_attached_in_a_thread_is_sent_there(client, room, alice):
    root = post_message(alice, room.pk, "root")
    file = ready(client, room, "chart.txt", thread=root)["id"]
    page = client.get("/scheduled/").text
    assert f'href="/rooms/{room.pk}/threads/{root.pk}/"' in page and f'name="thread" value="{root.pk}"' in page
    sent = {"attachments": file, "thread": root.pk}
    assert f"/threads/{root.pk}/" in client.post(f"/rooms/{room.pk}/messages/", sent).headers["Location"]
    answer = Message.objects.get(attachments=file)
    assert (answer.thread_id, answer.in_room, answer.attachments.get().thread_id) == (root.pk, False, None)


def test_what_waits_in_a_thread_goes_with_it_to_another_room(client, signed_in, room, make_room, alice, bob):
    hidden = make_room("zugspitze", kind="private", alice="member")
    root = post_message(alice, room.pk, "root")
    file, waits = (ready(client, room, f"{name}.txt", thread=root)["id"] for name in ("file", "waits"))
    row = schedule_message(alice, room.pk, "", later(), thread=root.pk, attachments=[waits])
    on_its_way = begin(client, room, "coming.txt", 4, thread=root.pk).json()["id"]
    others = ready(signed_in(bob), room, "bobs.txt", thread=root)
    others_row = schedule_message(bob, room.pk, "mine", later(), thread=root.pk)
    move_messages(alice, [root.pk], room=hidden.pk)
    assert set(Attachment.objects.values_list("room", flat=True)) == {hidden.pk}
    piece(client, on_its_way, 0, b"here")
    coming = finish(client, on_its_way).json()["file"]["id"]
    # A page that does not know yet where the thread is now begins there, too.
    late = ready(client, room, "late.txt", thread=root)["id"]
    answer = post_message(alice, hidden.pk, "", thread=root.pk, attachments=[file, coming, late])
    assert answer.room_id == hidden.pk and answer.attachments.count() == 3
    assert [file.name for file in send_now(alice, row.pk).attachments.all()] == ["waits.txt"]
    # Who is not in that room keeps what is theirs, sends nothing there, and is not told where it is.
    their = signed_in(bob)
    assert code(send_now, bob, others_row.pk) == code(access.file_for, bob, others["id"]) == "not_found"
    assert begin(their, room, "x.txt", 1, thread=root.pk).status_code == 404
    page = their.get("/scheduled/").text
    assert "bobs.txt" in page and "zugspitze" not in page and f"/rooms/{hidden.pk}/" not in page
