"""The community's own emoji: who adds and removes them, what is taken, where they show."""

import os
import random
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from rooms import limits
from rooms.actions.emoji import add_emoji, cleanup_emoji, remove_emoji
from rooms.actions.forwarding import forward_messages
from rooms.actions.messages import edit_message
from rooms.actions.posting import post_message
from rooms.models import OwnEmoji
from talkwave.errors import Refused
from talkwave.web.ratelimit import Buckets

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def storage_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def picture(size=(64, 48), format="PNG", frames=1, **options):
    made = [Image.new("RGB", size, (40 * place % 256, 90, 160)) for place in range(frames)]
    out = BytesIO()
    more = {"save_all": True, "append_images": made[1:], "duration": 80, "loop": 0} if frames > 1 else {}
    made[0].save(out, format, **more, **options)
    return out.getvalue()


def add(actor, name="party", data=None):
    data = picture() if data is None else data
    return add_emoji(actor, name=name, file=BytesIO(data), size=len(data))


def refused(actor, name="party", data=None):
    with pytest.raises(Refused) as refusal:
        add(actor, name, data)
    assert not OwnEmoji.objects.exists() or name == "taken"
    return refusal.value


def stored(emoji):
    with default_storage.open(f"emoji/{emoji.picture}") as file:
        return file.read()


def test_it_is_made_small_whole_and_clean(alice):
    exif = Image.Exif()
    exif[0x010E] = "at home"
    made = stored(add(alice, data=picture((800, 400), "JPEG", exif=exif)))
    image = Image.open(BytesIO(made))
    assert (image.format, image.size) == ("WEBP", (128, 64))
    assert b"at home" not in made and not image.getexif()


@pytest.mark.parametrize("format", ["GIF", "WEBP"])
def test_what_moves_goes_on_moving(alice, format):
    image = Image.open(BytesIO(stored(add(alice, data=picture((300, 300), format, frames=4)))))
    assert image.n_frames == 4 and image.size == (128, 128)
    # A camera's JPEG with another one behind it does not begin to.
    photo = picture((300, 300), "MPO", frames=2)
    assert getattr(Image.open(BytesIO(stored(add(alice, "photo", photo)))), "n_frames", 1) == 1


@pytest.mark.parametrize("name", ["a", "", "x" * 33, "two words", "ünï", "../up", "a/b", "<b>", "a.b", "\x00\x00"])
def test_a_name_is_a_short_plain_word(alice, name):
    assert refused(alice, name).code == "bad_request"


def test_a_name_of_unicode_is_taken_and_so_is_one_that_is_there(alice, bob):
    assert refused(alice, "wave").code == "conflict"
    add(alice, "Party")
    with pytest.raises(Refused) as refusal:
        add(bob, ":party:")
    assert refusal.value.code == "conflict"
    assert OwnEmoji.objects.get().name == "party"


def test_a_name_that_is_refused_costs_nothing_of_what_one_may_add(alice, monkeypatch):
    monkeypatch.setattr(limits, "adding_emoji", Buckets(0.001, 1))
    for name in ("wave", "two words"):
        refused(alice, name)
    add(alice)
    with pytest.raises(Refused) as refusal:
        add(alice, "another")
    assert refusal.value.code == "rate_limited"


def bomb():
    """A PNG that says it is enormous."""
    data = bytearray(picture((1, 1)))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    return bytes(data)


HOSTILE = {
    "nothing": b"",
    "text": b"hello",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>",
    "cut off": picture((400, 400))[:120],
    "noise": random.Random(7).randbytes(4_000),
    "bomb": bomb(),
    "many frames": picture((8, 8), "GIF", frames=200),
    "bmp": picture((8, 8), "BMP"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_picture_or_too_much_of_one_is_refused_and_leaves_nothing(alice, what, tmp_path):
    assert refused(alice, data=HOSTILE[what]).code in ("bad_request", "too_long")
    assert not list(tmp_path.rglob("*.webp"))


def test_a_picture_with_something_hidden_behind_it_comes_out_without_it(alice):
    made = stored(add(alice, data=picture() + b"<script>alert(1)</script>PK\x03\x04"))
    assert b"script" not in made and b"PK" not in made


def test_a_file_beyond_the_limit_is_not_even_opened(alice, settings):
    settings.EMOJI_MAX_BYTES = 1_024
    with pytest.raises(Refused) as refusal:
        add_emoji(alice, name="party", file=BytesIO(), size=1_025)
    assert refusal.value.code == "too_long"


def test_there_are_at_most_so_many(alice, settings):
    settings.CUSTOM_EMOJI_MAX = 1
    add(alice, "one1")
    with pytest.raises(Refused) as refusal:
        add(alice, "two2")
    assert refusal.value.code == "conflict"


def test_where_only_staff_adds_them_others_are_told_so(alice, olga, settings):
    settings.CUSTOM_EMOJI_BY = "staff"
    assert refused(alice).code == "forbidden"
    olga.is_staff = True
    assert add(olga).created_by == olga


def test_who_added_it_and_staff_remove_it_and_nobody_else(alice, bob, olga):
    first, second = add(alice, "one1"), add(alice, "two2")
    with pytest.raises(Refused) as refusal:
        remove_emoji(bob, first.pk)
    assert refusal.value.code == "forbidden"
    remove_emoji(alice, first.pk)
    removed_at = remove_emoji(alice, first.pk).removed_at
    assert removed_at == OwnEmoji.objects.get(pk=first.pk).removed_at
    olga.is_staff = True
    remove_emoji(olga, str(second.pk))
    with pytest.raises(Refused) as refusal:
        remove_emoji(alice, 10_000)
    assert refusal.value.code == "not_found"


# --- In messages --------------------------------------------------------------------------------------
def test_a_message_shows_it_and_goes_on_showing_it_when_it_is_gone_or_another(room, alice, bob):
    party = add(alice)
    said = post_message(bob, room.pk, "what a :party:, <b>:nosuch:</b>")
    image = f'<img class="emoji" src="{party.url}" alt=":party:" title=":party:">'
    assert said.html == f"<p>what a {image}, &lt;b&gt;:nosuch:&lt;/b&gt;</p>"
    remove_emoji(alice, party.pk)
    other = add(bob)
    assert other.url != party.url
    assert edit_message(bob, said.pk, "still a :party:").html == f"<p>still a {image}</p>"
    assert other.url in post_message(bob, room.pk, ":party:").html


def test_forwarded_words_show_what_they_showed_whoever_has_the_name_by_now(room, make_room, alice, bob):
    harbour = make_room("harbour", kind="public", bob="owner")
    party = add(alice)
    said = post_message(alice, room.pk, "a :party: and :later1:")
    remove_emoji(alice, party.pk)
    add(bob, "later1")
    (gone,) = forward_messages(bob, [said.pk], [harbour.pk])
    other = add(bob)
    (renamed,) = forward_messages(bob, [gone.pk], [harbour.pk], "look, a :party:")[1:]
    assert gone.html == renamed.html == said.html
    assert party.url in said.html and ":later1:" in said.html
    assert other.url in harbour.messages.get(body="look, a :party:").html, "words of one's own are new"


def test_a_few_alone_are_large_as_others_are(room, alice):
    add(alice)
    assert 'class="jumbo"' in post_message(alice, room.pk, ":party: 👋").html
    assert 'class="jumbo"' not in post_message(alice, room.pk, ":party: now").html
    assert 'class="jumbo"' not in post_message(alice, room.pk, ":party: " * 7).html


@pytest.mark.parametrize("body", ["`:party:`", "https://example.org/:party:", "a:party:b", "\\:party:"])
def test_in_code_in_an_address_and_within_a_word_it_is_text(room, alice, body):
    add(alice)
    assert "<img" not in post_message(alice, room.pk, body).html


def test_only_a_text_that_may_hold_one_asks_for_them(room, alice, django_assert_num_queries):
    from rooms.queries import own_emoji

    add(alice)
    with django_assert_num_queries(0):
        assert own_emoji(["at 10:42:12", ":wave: hello", "no: nothing", "a:b:c"]) == {}
    with django_assert_num_queries(1):
        assert set(own_emoji([":party:", ":party: :other1:", ":other2:"])) == {"party"}


# --- The doors ----------------------------------------------------------------------------------------
def test_the_page_lists_adds_and_removes(signed_in, alice, bob):
    client = signed_in(alice)
    upload = SimpleUploadedFile("x.html", picture(), content_type="text/html")
    assert client.post(reverse("emoji_add"), {"name": "party", "picture": upload}).status_code == 302
    emoji = OwnEmoji.objects.get()
    page = client.get(reverse("emoji")).text
    assert 'enctype="multipart/form-data" data-enhance="go"' in page, "a refusal leaves the chosen picture where it is"
    assert emoji.url in page and reverse("emoji_remove", args=[emoji.pk]) in page
    assert reverse("emoji_remove", args=[emoji.pk]) not in signed_in(bob).get(reverse("emoji")).text
    assert client.get("/emoji.json").json() == {"emoji": [{"name": "party", "url": emoji.url}], "may_add": True}
    assert signed_in(bob).post(reverse("emoji_remove", args=[emoji.pk]), headers=JSON).status_code == 403
    assert client.post(reverse("emoji_remove", args=[emoji.pk])).status_code == 302
    assert client.get("/emoji.json").json()["emoji"] == []


def test_what_is_refused_comes_back_in_the_form(signed_in, alice):
    answer = signed_in(alice).post(
        reverse("emoji_add"), {"name": "wave", "picture": SimpleUploadedFile("x.png", picture())}
    )
    assert answer.status_code == 409 and 'value="wave"' in answer.text and 'role="alert"' in answer.text
    answer = signed_in(alice).post(reverse("emoji_add"), {"name": "party"}, headers=JSON)
    assert answer.status_code == 400 and answer.json()["code"] == "bad_request"


def test_somebody_suspended_and_nobody_at_all_change_and_see_nothing(signed_in, alice):
    emoji = add(alice)
    remove = reverse("emoji_remove", args=[emoji.pk])
    assert signed_in(None).post(remove, headers=JSON).status_code == 401
    client = signed_in(alice)
    assert client.get(remove).status_code == 405
    alice.suspended_at = timezone.now()
    alice.save()
    for answer in (client.post(remove, headers=JSON), client.get(emoji.url, headers=JSON)):
        assert answer.status_code in (401, 403)
    assert OwnEmoji.objects.get().removed_at is None


def test_the_picture_is_for_people_who_are_signed_in_for_ever_and_can_do_nothing(signed_in, alice, charlie):
    emoji = add(alice)
    remove_emoji(alice, emoji.pk)
    answer = signed_in(charlie).get(emoji.url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert "immutable" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"] and answer["X-Content-Type-Options"] == "nosniff"
    assert signed_in(None).get(emoji.url, headers=JSON).status_code == 401
    missing = signed_in(alice).get("/emoji/party-0000000000000000.webp")
    assert missing.status_code == 404 and "immutable" not in missing["Cache-Control"]
    assert signed_in(alice).get("/emoji/../secret").status_code == 404


def test_the_administration_sees_them_and_removes_them_after_asking(signed_in, alice, person):
    emoji, other = add(alice), add(alice, "boat1")
    desk = signed_in(person("root", is_staff=True, is_superuser=True))
    listed = reverse("admin:rooms_ownemoji_changelist")
    assert emoji.url in desk.get(listed).text
    chosen = {"action": "remove", "_selected_action": [emoji.pk]}
    assert "party" in desk.post(listed, chosen).text
    assert OwnEmoji.objects.filter(removed_at=None).count() == 2
    assert desk.post(listed, {**chosen, "confirmed": "1"}).status_code == 302
    assert list(OwnEmoji.objects.filter(removed_at=None)) == [other]
    assert desk.get(reverse("admin:rooms_ownemoji_change", args=[emoji.pk])).status_code == 200
    assert signed_in(alice).get(listed).status_code in (302, 403)


def test_pictures_that_a_killed_process_left_are_cleaned_away(alice):
    known, removed = add(alice), add(alice, "gone")
    remove_emoji(alice, removed.pk)
    left = default_storage.save("emoji/left-0123456789abcdef.webp", ContentFile(b"x"))
    assert cleanup_emoji() == {"pictures of no emoji": 0}, "its row may just be being stored"
    for path in (left, f"emoji/{known.picture}", f"emoji/{removed.picture}"):
        os.utime(default_storage.path(path), (0, 0))
    assert cleanup_emoji(dry_run=True) == cleanup_emoji() == {"pictures of no emoji": 1}
    assert not default_storage.exists(left) and stored(known) and stored(removed)
