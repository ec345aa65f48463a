"""The card about a person, and everybody's picture."""

from typing import Any

import pytest
from django.contrib.staticfiles import finders

from accounts.actions import delete_account, suspend
from accounts.models import User
from accounts.waves import oklch, wave_picture
from accounts.wire import person as wire_person


def test_the_card_says_who_somebody_is_and_how_to_write_to_them(signed_in: Any, alice: Any, bob: Any) -> None:
    User.objects.filter(pk=bob.pk).update(bio="Boats.", time_zone="Asia/Tokyo")
    page = signed_in(alice).get(f"/people/{bob.pk}/")
    text = page.content.decode()
    assert page.status_code == 200 and "<html" in text
    for part in (
        "Bob",
        "@<bdi>bob</bdi>",
        "Boats.",
        "Asia/Tokyo",
        f'name="users" value="{bob.pk}"',
    ):
        assert part in text
    assert text.count("<h1") == 1 and "style=" not in text


def test_a_pane_gets_the_card_alone(signed_in: Any, alice: Any, bob: Any) -> None:
    text = signed_in(alice).get(f"/people/{bob.pk}/", headers={"x-fragment": "pane"}).content.decode()
    assert (
        "<html" not in text
        and "<h1" not in text
        and 'class="person-card"' in text
        and f'data-presence="{bob.pk}"' in text
    )


def test_one_does_not_write_to_oneself_nor_to_who_is_away(signed_in: Any, alice: Any, bob: Any, charlie: Any) -> None:
    suspend(None, bob)
    delete_account(charlie, charlie)
    client = signed_in(alice)
    for user, words in ((alice, "Edit my profile"), (bob, "suspended"), (charlie, "Deleted person")):
        text = client.get(f"/people/{user.pk}/").content.decode()
        assert words in text and 'name="users"' not in text


def test_strangers_see_no_card(visitor: Any, alice: Any) -> None:
    assert visitor().get(f"/people/{alice.pk}/")["Location"].startswith("/accounts/login/")


def test_a_suspended_person_sees_no_card(signed_in: Any, alice: Any, bob: Any) -> None:
    client = signed_in(alice)
    suspend(None, alice)
    assert "suspended" in client.get(f"/people/{bob.pk}/").content.decode()


@pytest.mark.parametrize("path", ["999999/", "0/", f"{10**30}/", "999999/avatar", f"{10**30}/avatar"])
def test_nobody_is_not_found(signed_in: Any, alice: Any, path: str) -> None:
    assert signed_in(alice).get(f"/people/{path}").status_code == 404


def test_a_picture_can_be_kept_for_ever_under_its_version_alone(visitor: Any, alice: Any) -> None:
    client = visitor()
    assert client.get(alice.avatar_url)["Cache-Control"] == "public, max-age=31536000, immutable"
    for other in ("", "?v=2", "?v=x"):
        assert client.get(f"/people/{alice.pk}/avatar{other}")["Cache-Control"] == "no-cache"


def test_a_picture_costs_one_query_and_caches_may_share_it(
    signed_in: Any, alice: Any, django_assert_num_queries: Any
) -> None:
    client = signed_in(alice)
    with django_assert_num_queries(1):
        response = client.get(alice.avatar_url)
    assert "Cookie" not in response.get("Vary", "")


def test_a_drawn_picture_can_do_nothing_when_opened_by_itself(visitor: Any, person: Any) -> None:
    user = person("mallory", display_name="<script>alert(1)</script> &")
    response = visitor().get(user.avatar_url)
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'; style-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    text = response.content.decode()
    assert "script" not in text and "style" not in text and "Set-Cookie" not in response


def test_a_picture_is_the_same_every_time_and_another_one_for_everybody(visitor: Any, alice: Any, bob: Any) -> None:
    client = visitor()
    first, again, other = (client.get(user.avatar_url).content for user in (alice, alice, bob))
    assert first == again != other
    assert len({wave_picture(number, "A") for number in range(200)}) == 200


def test_the_letters_are_of_the_first_and_the_last_word(visitor: Any, person: Any) -> None:
    for number, (name, letters) in enumerate(
        [("Ann Berg", "AB"), ("Ann van den Berg", "AB"), ("张伟", "张"), ("🚀", "U"), ("<b", "U")]
    ):
        user = person(f"user{number}x", display_name=name)
        assert f">{letters}<" in visitor().get(user.avatar_url).content.decode()


def test_who_is_gone_has_a_grey_sea_without_letters(visitor: Any, alice: Any) -> None:
    delete_account(alice, alice)
    alice.refresh_from_db()
    assert "<text" not in visitor().get(alice.avatar_url).content.decode()


def test_a_picture_whose_file_is_lost_is_drawn(visitor: Any, alice: Any) -> None:
    User.objects.filter(pk=alice.pk).update(avatar="avatars/lost.webp")
    assert visitor().get(alice.avatar_url)["Content-Type"] == "image/svg+xml"


def test_colours_are_what_oklch_says() -> None:
    assert (oklch(1, 0, 0), oklch(0, 0, 0)) == ("#ffffff", "#000000")
    assert (oklch(0.5999, 0, 0), oklch(0.5431, 0.0927, 194.77)) == ("#808080", "#008080")
    assert len(oklch(0.7, 0.4, 150)) == 7  # no screen shows it: weaker, not wrong


def test_the_wire_knows_a_person_by_four_things(alice: Any, bob: Any) -> None:
    assert wire_person(alice) == {
        "id": str(alice.pk),
        "username": "alice",
        "display_name": "Alice",
        "avatar": f"/people/{alice.pk}/avatar?v=1",
    }


def test_the_sheets_and_modules_of_these_pages_are_there() -> None:
    for name in ("css/settings.css", "js/account/avatar.js", "js/account/timezone.js"):
        assert finders.find(name), name
