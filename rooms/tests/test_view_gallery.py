"""The media, files and links of a room: what is in it, page by page, and for whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.messages import edit_message
from rooms.actions.posting import post_message
from rooms.actions.previews import remove_preview, settle_preview
from rooms.models import Attachment, LinkCard, Preview
from rooms.search.index import index_some
from rooms.tests.files import JSON, picture, ready

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def send(client, person, room, name, data=b"hello"):
    file = ready(client, room, name, data)
    return post_message(person, room.pk, "", attachments=[file["id"]])


def url(room, **asked):
    return f"/rooms/{room.pk}/files/?" + "&".join(f"{key}={value}" for key, value in asked.items())


def test_each_kind_is_in_its_own_list_and_leads_to_its_message(signed_in, room, alice, bob):
    client = signed_in(alice)
    image = send(client, alice, room, "lake.png", picture((60, 40), "PNG"))
    note = send(client, alice, room, "notes.txt")
    link = post_message(alice, room.pk, "see https://example.org/a<b")
    assert Preview.objects.filter(message=link).count() == 1
    client = signed_in(bob)
    media, files, links = (client.get(url(room, kind=kind)).text for kind in ("media", "files", "links"))
    assert "lake.png" in media and "notes.txt" not in media
    assert "notes.txt" in files and "lake.png" not in files
    assert "https://example.org/a" in links and "notes.txt" not in links
    for page, message in ((media, image), (files, note), (links, link)):
        assert f"/rooms/{room.pk}/m/{message.pk}/" in page
    # Media is what one sees first; the side pane gets its part alone.
    part = client.get(url(room), headers={"X-Fragment": "side"}).text
    assert "lake.png" in part and "<html" not in part


def links(client, room, **asked):
    return [(card["url"], card["title"]) for card in client.get(url(room, kind="links", **asked)).context["cards"]]


def test_links_are_listed_whether_or_not_they_have_a_preview(signed_in, room, alice, settings):
    client = signed_in(alice)
    removed = post_message(alice, room.pk, "https://a.example/ and https://a.example/ and <https://b.example/>")
    settings.LINK_PREVIEWS = False
    post_message(alice, room.pk, "[the plan](https://c.example/), `https://code.example/`, ||https://d.example||")
    post_message(alice, room.pk, "no link at all")
    assert links(client, room) == [("https://c.example/", ""), ("https://a.example/", ""), ("https://b.example/", "")]
    settings.LINK_PREVIEWS = True
    preview = Preview.objects.get(message=removed)
    settle_preview(preview.pk, LinkCard.objects.create(digest=preview.digest, url=preview.url, title="A page"))
    assert links(client, room)[1] == ("https://a.example/", "A page")
    remove_preview(alice, preview.pk)
    assert links(client, room)[1] == ("https://a.example/", "")
    edit_message(alice, removed.pk, "nothing any more")
    assert links(client, room) == [("https://c.example/", "")]


def test_links_go_on_page_by_page_past_those_that_are_hidden(signed_in, room, alice, settings):
    settings.GALLERY_SIZE = 2
    client = signed_in(alice)
    for body in (
        "https://a.example/",
        "`https://x.example/`",
        "`https://y.example/`",
        "https://b.example/ https://c.example/",
    ):
        post_message(alice, room.pk, body)
    first = client.get(url(room, kind="links"))
    assert [card["url"] for card in first.context["cards"]] == ["https://b.example/", "https://c.example/"]
    assert links(client, room, before=first.context["before"]) == [("https://a.example/", "")]


def test_it_goes_on_page_by_page_the_newest_first_and_ends(signed_in, room, alice, settings):
    settings.GALLERY_SIZE = 2
    client = signed_in(alice)
    for number in range(5):
        send(client, alice, room, f"n{number}.txt")
    seen, before = [], None
    while True:
        asked = {"kind": "files"} | ({"before": before} if before else {})
        answer = client.get(url(room, **asked))
        seen.append([card["name"] for card in answer.context["cards"]])
        before = answer.context["before"]
        if before is None:
            break
    assert seen == [["n4.txt", "n3.txt"], ["n2.txt", "n1.txt"], ["n0.txt"]]


def test_an_old_file_that_is_forwarded_stands_in_the_month_it_came(signed_in, room, alice):
    client = signed_in(alice)
    old = send(client, alice, room, "old.txt")
    Attachment.objects.update(created_at=timezone.now() - timedelta(days=100))
    send(client, alice, room, "new.txt")
    post_message(alice, room.pk, "", shared=list(old.attachments.all()))
    cards = client.get(url(room, kind="files")).context["cards"]
    assert [card["name"] for card in cards] == ["old.txt", "new.txt", "old.txt"]
    assert cards[0]["month"] >= cards[1]["month"] > cards[2]["month"]


def test_what_is_deleted_unsent_or_elsewhere_is_not_in_it(signed_in, room, make_room, alice):
    client = signed_in(alice)
    gone = send(client, alice, room, "gone.txt")
    delete_message(alice, gone.pk)
    ready(client, room, "unsent.txt")
    other = make_room("attic", alice="owner")
    send(client, alice, other, "elsewhere.txt")
    link = post_message(alice, room.pk, "https://example.org/gone")
    delete_message(alice, link.pk)
    assert client.get(url(room, kind="files")).context["cards"] == []
    assert client.get(url(room, kind="links")).context["cards"] == []
    assert Attachment.objects.count() == 3


def test_a_reader_of_a_public_room_sees_it_and_an_outsider_learns_nothing(signed_in, room, make_room, olga, charlie):
    square = make_room("square", kind="public", olga="owner")
    send(signed_in(olga), olga, square, "open.txt")
    assert "open.txt" in signed_in(charlie).get(url(square, kind="files")).text
    told = signed_in(charlie).get(url(room), headers=JSON)
    missing = signed_in(charlie).get("/rooms/999999/files/", headers=JSON)
    assert (told.status_code, told.json()) == (404, missing.json())


@pytest.mark.parametrize("asked", [{"kind": "secrets"}, {"before": "x"}, {"before": "-1"}, {"before": "9" * 30}])
def test_nonsense_gets_a_clear_answer(signed_in, room, alice, asked):
    answer = signed_in(alice).get(url(room, **asked), headers=JSON)
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "detail"}


@pytest.mark.parametrize("kind", ["media", "files", "links"])
def test_it_takes_the_same_queries_however_much_is_in_it(signed_in, room, alice, bob, kind, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill(person, name):
        if kind == "links":
            return post_message(person, room.pk, f"https://example.org/{name}")
        data = picture((60, 40), "PNG") if kind == "media" else b"hello"
        return send(signed_in(person), person, room, f"{name}.txt", data)

    fill(alice, "first")
    client = signed_in(bob)
    client.get(url(room, kind=kind))
    with CaptureQueriesContext(connection) as before:
        client.get(url(room, kind=kind), headers={"X-Fragment": "side"})
    expected = len(before)
    fill(alice, "second")
    fill(bob, "third")
    # What is new is read into the index first, once.
    index_some()
    with django_assert_num_queries(expected):
        assert len(client.get(url(room, kind=kind), headers={"X-Fragment": "side"}).context["cards"]) == 3
