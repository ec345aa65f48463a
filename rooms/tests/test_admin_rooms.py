"""The administration of rooms, memberships, messages and the log: who gets in, what it does, what it never does."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.direct import direct_room_for
from rooms.actions.posting import post_message
from rooms.models import AuditEntry, DeletedText, Membership, Message, Room
from rooms.tests.files import ready
from rooms.tests.outgoing import room_events
from rooms.tests.test_action_rooms import true_version

pytestmark = pytest.mark.django_db

LISTS = ["room", "membership", "message", "auditentry"]


@pytest.fixture
def root(person):
    return person("root", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(signed_in, root):
    """The administrator's browser."""
    return signed_in(root)


def list_of(name):
    return reverse(f"admin:rooms_{name}_changelist")


def page_of(row):
    return reverse(f"admin:rooms_{row._meta.model_name}_change", args=[row.pk])


def act(client, name, action, *rows, confirmed=True, **more):
    fields = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    if confirmed:
        fields["confirmed"] = "1"
    return client.post(list_of(name), fields, follow=True)


# --- who gets in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_only_staff_with_the_permission_sees_a_list(signed_in, room, olga, person, root, name):
    assert signed_in(None).get(list_of(name)).status_code == 302
    assert signed_in(olga).get(list_of(name)).status_code in (302, 403)
    clerk = person("clerk", is_staff=True)
    assert signed_in(clerk).get(list_of(name)).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename=f"view_{name}"))
    assert signed_in(clerk).get(list_of(name)).status_code == 200
    assert signed_in(root).get(list_of(name)).status_code == 200


def test_a_suspended_administrator_is_out(signed_in, desk, root):
    root.suspended_at = timezone.now()
    root.save()
    assert desk.get(list_of("room")).status_code in (302, 403)


def test_who_may_look_may_not_act(signed_in, room, person, alice):
    clerk = person("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=[f"view_{name}" for name in LISTS]))
    message = post_message(alice, room.pk, "hello")
    client = signed_in(clerk)
    seat = Membership.objects.get(room=room, user=alice)
    for name, action, row in (
        ("room", "archive", room),
        ("room", "delete_rooms", room),
        ("membership", "make_owner", seat),
        ("membership", "remove", seat),
        ("message", "delete_messages", message),
    ):
        act(client, name, action, row)
    room.refresh_from_db()
    assert (room.archived_at, room.version) == (None, 1)
    assert Message.objects.get().body == "hello"


@pytest.mark.parametrize("name", LISTS)
def test_nothing_is_added_edited_or_removed_past_the_actions(desk, room, alice, bob, name):
    from rooms.actions.audit import record

    post_message(alice, room.pk, "hello")
    record(bob, "archive_room", "den")
    model = {"room": Room, "membership": Membership, "message": Message, "auditentry": AuditEntry}[name]
    row = model.objects.first()
    before = list(model.objects.order_by("pk").values())
    assert desk.get(page_of(row)).status_code == 200
    assert desk.post(page_of(row), {"name": "x", "body": "x", "role": "owner"}).status_code == 403
    assert desk.get(reverse(f"admin:rooms_{name}_add")).status_code == 403
    assert desk.post(reverse(f"admin:rooms_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    act(desk, name, "delete_selected", row, post="yes")
    assert list(model.objects.order_by("pk").values()) == before


# --- rooms -----------------------------------------------------------------------------------------------


def test_rooms_are_archived_and_restored_with_events_and_log(desk, room, root, published):
    act(desk, "room", "archive", room)
    assert room_events(published)[0] == (1, "room.updated")
    room.refresh_from_db()
    assert room.archived_at
    assert "nothing to do" in act(desk, "room", "archive", room).text
    act(desk, "room", "restore", room)
    assert true_version(room) and room.archived_at is None
    assert list(AuditEntry.objects.values_list("actor__username", "verb")) == [
        ("root", "restore_room"),
        ("root", "archive_room"),
    ]


def test_deleting_rooms_asks_first(desk, room, alice, bob):
    direct = direct_room_for(alice, [bob.pk])
    page = act(desk, "room", "delete_rooms", room, direct, confirmed=False)
    assert "for good" in page.text and Room.objects.count() == 2
    act(desk, "room", "delete_rooms", room, direct)
    assert not Room.objects.exists()
    assert AuditEntry.objects.filter(verb="delete_room").count() == 2


def test_rooms_are_found_by_name_number_member_and_state(desk, room, make_room, alice):
    cave = make_room("Cave", kind="public")

    def found(**query):
        return {row.name for row in desk.get(list_of("room"), query).context["cl"].result_list}

    assert found(q="CAV") == {"Cave"}
    assert found(q=str(cave.pk)) >= {"Cave"}
    assert found(q="alice") == {"den"}
    assert found(kind__exact="public") == {"Cave"}
    assert found(archived="yes") == set()
    assert found(archived="empty") == {"Cave"}
    assert found(q="%") == set()


def test_a_room_s_page_tells_who_is_in_it_and_leads_to_its_messages(desk, room):
    page = desk.get(page_of(room)).text
    assert "olga (owner)" in page
    assert f"{list_of('message')}?room={room.pk}" in page


# --- memberships ----------------------------------------------------------------------------------------


def test_people_are_removed_and_given_roles_by_the_actions(desk, room, alice, bob):
    seat = Membership.objects.get(room=room, user=alice)
    act(desk, "membership", "make_owner", seat)
    assert Membership.objects.get(pk=seat.pk).role == "owner"
    assert "Remove these people" in act(desk, "membership", "remove", seat, confirmed=False).text
    act(desk, "membership", "remove", seat)
    assert not Membership.objects.filter(pk=seat.pk).exists()
    assert true_version(room)
    assert set(AuditEntry.objects.values_list("verb", flat=True)) == {"set_role", "remove_member"}


def test_the_last_owner_and_a_conversation_are_refused_in_words(desk, room, olga, alice, bob):
    assert "needs an owner" in act(desk, "membership", "make_member", Membership.objects.get(user=olga)).text
    direct = direct_room_for(alice, [bob.pk])
    seat = Membership.objects.get(room=direct, user=bob)
    assert "keeps its people" in act(desk, "membership", "remove", seat).text
    assert Membership.objects.filter(pk=seat.pk).exists()


def test_a_list_of_one_room_s_people(desk, room, make_room, alice):
    make_room("cave", alice="owner")
    rows = desk.get(list_of("membership"), {"room": room.pk}).context["cl"].result_list
    assert {row.user.username for row in rows} == {"olga", "bob", "alice"}
    assert not desk.get(list_of("membership"), {"room": "x"}).context["cl"].result_list


# --- messages --------------------------------------------------------------------------------------------


def test_messages_are_deleted_by_the_action_and_their_words_kept(desk, room, alice, published):
    rude = [post_message(alice, room.pk, f"rude {number}") for number in range(3)]
    published.clear()
    assert "rude 1" in act(desk, "message", "delete_messages", *rude, confirmed=False).text
    act(desk, "message", "delete_messages", *rude)
    assert [kind for _, kind in room_events(published)] == ["message.updated"] * 3
    assert DeletedText.objects.count() == 3
    assert true_version(room)
    entry = AuditEntry.objects.get()
    assert (entry.actor.username, entry.detail) == ("root", "3: 1, 2, 3")


def test_all_that_was_found_cannot_be_deleted_by_a_slip(desk, room, alice):
    message = post_message(alice, room.pk, "hello")
    assert "one page at a time" in act(desk, "message", "delete_messages", message, select_across="1").text
    assert Message.objects.get().body == "hello"


def test_deleted_words_are_for_those_with_the_permission(signed_in, desk, room, alice, person):
    message = post_message(alice, room.pk, "regretted words")
    delete_message(alice, message.pk)
    assert "regretted" in desk.get(page_of(message)).text
    assert "regretted" not in desk.get(list_of("message")).text
    clerk = person("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_message"))
    page = signed_in(clerk).get(page_of(message))
    assert page.status_code == 200 and "regretted" not in page.text


def test_the_file_of_a_deleted_message_is_for_those_with_the_permission_and_no_longer_in_the_room(
    client, signed_in, desk, room, alice, person
):
    file = int(ready(signed_in(alice), room, "plan.txt", b"the secret plan")["id"])
    message = post_message(alice, room.pk, "", attachments=[file])
    delete_message(alice, message.pk)
    address = reverse("admin:rooms_message_file", args=[file])
    assert address in desk.get(page_of(message)).text
    answer = desk.get(address)
    assert answer.content == b"the secret plan"
    assert answer["Content-Disposition"].startswith("attachment") and "sandbox" in answer["Content-Security-Policy"]
    clerk = person("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_message"))
    assert signed_in(clerk).get(address).status_code == 404
    assert desk.get(reverse("admin:rooms_message_file", args=[file + 1])).status_code == 404
    assert client.get(address).status_code == signed_in(alice).get(address).status_code == 302
    assert signed_in(alice).get(reverse("file", args=[file, "plan.txt"])).status_code == 404


def test_messages_are_found_by_word_room_kind_and_deletion(desk, room, make_room, alice, olga):
    cave = make_room("cave", alice="owner")
    first = post_message(alice, room.pk, "about boats")
    second = post_message(alice, cave.pk, "about bats")
    delete_message(alice, second.pk)

    def found(**query):
        return [row.pk for row in desk.get(list_of("message"), query).context["cl"].result_list]

    assert found(q="boats") == [first.pk]
    assert found(q=str(first.pk)) == [first.pk]
    assert found(room=cave.pk) == found(deleted="kept") == [second.pk]
    assert found(kind__exact="system") == []
    assert found(q="nothing like it") == found(room=10**30) == []


def test_what_people_wrote_is_escaped(desk, room, alice):
    message = post_message(alice, room.pk, "<script>alert(1)</script>")
    room.topic = "<script>alert(2)</script>"
    room.save()
    for page in (page_of(message), list_of("message"), page_of(room), list_of("room")):
        assert "<script>alert" not in desk.get(page).text


def test_lists_cost_the_same_however_long(desk, room, alice, django_assert_max_num_queries):
    for number in range(30):
        post_message(alice, room.pk, f"line {number}")
    for name in ("room", "membership", "message", "auditentry"):
        desk.get(list_of(name))
        with django_assert_max_num_queries(13):
            desk.get(list_of(name))


# --- the log ---------------------------------------------------------------------------------------------


def test_the_log_shows_who_did_what(desk, room):
    act(desk, "room", "archive", room)
    page = desk.get(list_of("auditentry"), {"q": "den"}).text
    assert "archive_room" in page and "root" in page


def test_a_long_list_has_pages_in_order(desk, room, alice):
    Message.objects.bulk_create(
        Message(room=room, seq=seq, version=seq, sender=alice, body=f"line {seq}", html="") for seq in range(1, 251)
    )
    seqs = [
        row.seq for page in (1, 2, 3) for row in desk.get(list_of("message"), {"p": page}).context["cl"].result_list
    ]
    assert seqs == list(range(250, 0, -1))
    assert desk.get(list_of("message"), {"p": 9}).status_code == 302
    in_room = desk.get(list_of("message"), {"room": room.pk, "q": "line 20"}).context["cl"]
    assert {row.seq for row in in_room.result_list} >= {20, *range(200, 210)}
