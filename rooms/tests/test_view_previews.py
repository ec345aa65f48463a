"""A card's picture is for who may see its message now; a card is removed by its author or a moderator; a room may do without."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.messages import edit_message
from rooms.models import LinkCard, Message, Preview, Room
from rooms.previews.cleanup import cleanup_previews
from rooms.tests.previewing import LINK, elsewhere, post, shown  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture
def message(post):  # noqa: F811
    return post()


@pytest.fixture
def picture(message):
    return shown(message)[0]["image"]["url"]


@pytest.fixture
def removal(message):
    return f"/previews/{shown(message)[0]['id']}/remove/"


# --- The picture ---------------------------------------------------------------------------------------
def test_members_see_the_picture_and_it_can_do_nothing(signed_in, picture, alice, bob, olga):
    for member in (alice, bob, olga):
        response = signed_in(member).get(picture)
        assert response.status_code == 200 and response.content[8:12] == b"WEBP"
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-cache"
    again = signed_in(alice).get(picture, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_others_are_told_nothing_of_it(signed_in, picture, charlie, alice):
    missing = signed_in(charlie).get("/previews/999999/picture", headers=JSON)
    hidden = signed_in(charlie).get(picture, headers=JSON)
    assert hidden.status_code == missing.status_code == 404 and hidden.content == missing.content
    assert signed_in(None).get(picture, headers=JSON).status_code == 401
    client = signed_in(alice)
    alice.suspended_at = timezone.now()
    alice.save()
    assert client.get(picture, headers=JSON).status_code in (401, 403)


def test_a_reader_of_a_public_room_sees_it(signed_in, picture, room, charlie):
    Room.objects.filter(pk=room.pk).update(kind="public")
    assert signed_in(charlie).get(picture).status_code == 200


@pytest.mark.parametrize("gone", ["removed", "edited", "deleted", "switched off", "left", "file lost"])
def test_it_is_gone_with_its_card(signed_in, picture, message, room, alice, settings, gone):
    client = signed_in(alice)
    if gone == "removed":
        client.post(picture.replace("picture", "remove/"), headers=JSON)
    elif gone == "edited":
        edit_message(alice, message.pk, "other words")
    elif gone == "deleted":
        delete_message(alice, message.pk)
    elif gone == "switched off":
        settings.LINK_PREVIEWS = False
    elif gone == "left":
        room.memberships.filter(user=alice).delete()
    else:
        default_storage.delete(Preview.objects.get().card.image)
    assert client.get(picture, headers=JSON).status_code == 404


def test_a_card_without_a_picture_has_none(signed_in, message, picture, alice):
    LinkCard.objects.update(image="")
    assert signed_in(alice).get(picture, headers=JSON).status_code == 404


# --- Taking a card away --------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["alice", "bob", "olga"])
def test_its_author_and_who_may_delete_messages_take_a_card_away(signed_in, request, removal, message, who):
    before = Message.objects.get(pk=message.pk).version
    response = signed_in(request.getfixturevalue(who)).post(removal, headers=JSON)
    assert response.status_code == 200
    assert shown(message) == []
    assert Message.objects.get(pk=message.pk).version == before + 1


def test_taking_it_away_twice_is_once(signed_in, removal, message, alice):
    client = signed_in(alice)
    assert client.post(removal, headers=JSON).status_code == 200
    version = Message.objects.get(pk=message.pk).version
    assert client.post(removal, headers=JSON).status_code == 200
    assert Message.objects.get(pk=message.pk).version == version


def test_nobody_else_takes_it_away(signed_in, removal, message, room, person, charlie, alice):
    from django.test import Client

    dora = person("dora")
    room.memberships.create(user=dora)
    assert signed_in(dora).post(removal, headers=JSON).status_code == 403
    assert signed_in(charlie).post(removal, headers=JSON).status_code == 404
    assert signed_in(charlie).post("/previews/999999/remove/", headers=JSON).status_code == 404
    assert signed_in(None).post(removal, headers=JSON).status_code == 401
    assert signed_in(alice).get(removal, headers=JSON).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice, backend="accounts.backends.AuthenticationBackend")
    assert strict.post(removal, headers=JSON).status_code == 403
    Room.objects.filter(pk=room.pk).update(archived_at=timezone.now())
    assert signed_in(alice).post(removal, headers=JSON).status_code == 403
    assert len(shown(message)) == 1


def test_what_is_not_there_yet_cannot_be_taken_away(signed_in, post, alice):  # noqa: F811
    post("http://x.example/slow", look=False)
    assert signed_in(alice).post(f"/previews/{Preview.objects.get().pk}/remove/", headers=JSON).status_code == 404


def test_the_first_page_has_the_card_with_everything_escaped(signed_in, message, room, alice):
    html = signed_in(alice).get(f"/rooms/{room.pk}/").text
    assert 'class="preview"' in html and "A &lt;b&gt;story" in html and "A <b>story" not in html
    assert f'href="{LINK}" target="_blank" rel="noopener noreferrer nofollow ugc"' in html
    assert 'width="640" height="320"' in html and 'src="http' not in html


# --- A room that does without ----------------------------------------------------------------------------
def test_who_may_change_the_topic_switches_previews_of_a_room(signed_in, room, bob, alice, message):
    url = f"/rooms/{room.pk}/previews/"
    assert signed_in(alice).post(url, {"previews": "0"}, headers=JSON).status_code == 403
    for wanted, times in (("0", 2), ("1", 1)):
        for _ in range(times):
            response = signed_in(bob).post(url, {"previews": wanted}, headers=JSON)
            assert response.status_code == 200 and response.json()["room"]["previews"] is (wanted == "1")
    room.refresh_from_db()
    assert room.previews_off_at is None and room.state_changes == 2, "the same again changes nothing"
    for nonsense in ({}, {"previews": "maybe"}):
        assert signed_in(bob).post(url, nonsense, headers=JSON).status_code == 400


def test_the_page_of_a_room_that_does_without_hides_cards(signed_in, room, bob, alice, message):
    page = f"/rooms/{room.pk}/"
    assert 'data-previews="off"' not in signed_in(alice).get(page).text
    signed_in(bob).post(f"{page}previews/", {"previews": "0"})
    assert 'data-previews="off"' in signed_in(alice).get(page).text


def test_the_settings_of_a_room_offer_the_switch_to_who_may_use_it(signed_in, room, bob, alice, settings):
    page = f"/rooms/{room.pk}/settings/"
    action = f'action="/rooms/{room.pk}/previews/"'
    assert action in signed_in(bob).get(page).text
    assert action not in signed_in(alice).get(page).text
    settings.LINK_PREVIEWS = False
    assert action not in signed_in(bob).get(page).text, "a switch that would do nothing"


# --- Cleaning up ---------------------------------------------------------------------------------------
def test_cleanup_takes_what_nobody_needs_and_nothing_else(message, post, alice, tmp_path):  # noqa: F811
    used = Preview.objects.get().card
    default_storage.save("previews/lost.webp", ContentFile(b"x"))
    default_storage.save("previews/young.webp", ContentFile(b"x"))
    import os

    old = timezone.now().timestamp() - 7200
    for name in (used.image, "previews/lost.webp"):
        os.utime(tmp_path / name, (old, old))
    unused = LinkCard.objects.create(
        digest="d", url="u", image=default_storage.save("previews/u.webp", ContentFile(b"x"))
    )
    LinkCard.objects.create(digest="e", url="fresh")
    LinkCard.objects.filter(pk__in=[used.pk, unused.pk]).update(fetched_at=timezone.now() - timedelta(days=31))

    assert cleanup_previews(dry_run=True) == {"previews of links": 1, "pictures of no preview": 1}
    assert LinkCard.objects.count() == 3 and default_storage.exists("previews/lost.webp")
    out = StringIO()
    call_command("cleanup", stdout=out)
    assert "previews of links: 1 removed" in out.getvalue()
    assert set(LinkCard.objects.values_list("url", flat=True)) == {LINK, "fresh"}
    assert default_storage.exists(used.image) and default_storage.exists("previews/young.webp")
    assert not default_storage.exists("previews/u.webp") and not default_storage.exists("previews/lost.webp")
    assert len(shown(message)) == 1
    assert sum(cleanup_previews().values()) == 0


def test_a_card_nobody_shows_any_more_goes_in_its_time(message, alice):
    delete_message(alice, message.pk)
    assert cleanup_previews()["previews of links"] == 0, "it may serve another message"
    LinkCard.objects.update(fetched_at=timezone.now() - timedelta(days=31))
    image = LinkCard.objects.get().image
    assert cleanup_previews()["previews of links"] == 1
    assert not default_storage.exists(image)
