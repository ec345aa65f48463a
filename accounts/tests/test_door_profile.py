"""The profile page: words, time zone, language, look, picture."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation
from PIL import Image

URL = "/settings/profile/"


def form(**changes: str) -> dict[str, str]:
    return {"display_name": "Alice", "bio": "", "time_zone": "", "language": "", "theme": "system", **changes}


def png(width: int = 40, height: int = 30) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return SimpleUploadedFile("me.png", out.getvalue(), "image/png")


def test_what_one_says_about_oneself_is_kept(signed_in: Any, alice: Any) -> None:
    client = signed_in(alice)
    given = form(display_name="Alice  Berg", bio="Tea.", time_zone="Europe/Berlin", language="de", theme="dark")
    response = client.post(URL, given)
    assert (response.status_code, response["Location"]) == (302, URL)
    assert client.cookies["theme"].value == "dark"
    alice.refresh_from_db()
    assert (alice.display_name, alice.bio, alice.time_zone) == ("Alice Berg", "Tea.", "Europe/Berlin")
    assert (alice.language, alice.theme, alice.avatar_version) == ("de", "dark", 2)


def test_doing_without_cards_of_links_is_heard_on_all_ones_open_pages(
    signed_in: Any, alice: Any, settings: Any, published: Any
) -> None:
    client = signed_in(alice)
    published.clear()
    client.post(URL, form(link_previews="on", bio="Tea."))
    assert "settings.updated" not in repr(published), "nothing changed"
    client.post(URL, form())
    assert '"type":"settings.updated","previews":false' in repr(published)
    settings.LINK_PREVIEWS = False
    page = client.post(URL, form(link_previews="on"), follow=True)
    assert b"link_previews" not in page.content, "where the server does without, it is no choice"
    alice.refresh_from_db()
    assert alice.link_previews is False


def test_that_it_is_saved_is_said_in_the_language_just_chosen(signed_in: Any, alice: Any) -> None:
    page = signed_in(alice).post(URL, form(language="de"), follow=True)
    assert [str(message) for message in page.context["messages"]] == ["Gespeichert."]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("display_name", "x" * 65),
        ("bio", "x" * 201),
        ("time_zone", "Mars/Olympus"),
        ("language", "tlh"),
        ("theme", "neon"),
        ("theme", ""),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_changes_nothing(
    signed_in: Any, alice: Any, field: str, value: str
) -> None:
    response = signed_in(alice).post(URL, form(**{field: value}))
    assert response.status_code == 400
    assert response.context["form"].errors[field]
    alice.refresh_from_db()
    assert (alice.display_name, alice.bio, alice.time_zone, alice.theme) == ("Alice", "", "", "system")


def test_markup_in_a_name_is_shown_as_typed(signed_in: Any, alice: Any) -> None:
    client = signed_in(alice)
    client.post(URL, form(display_name="<script>alert(1)</script>", bio="<b>x</b>"))
    page = client.get(f"/people/{alice.pk}/").content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "<b>x</b>" not in page


def test_the_page_speaks_the_language_one_chose_in_the_zone_one_chose(signed_in: Any, alice: Any, rf: Any) -> None:
    from accounts.middleware import PersonMiddleware

    alice.language, alice.time_zone = "de", "Asia/Tokyo"
    alice.save()
    client = signed_in(alice)
    assert '<html lang="de"' in client.get(URL).content.decode()
    request = rf.get("/")
    request.user, request.session = alice, client.session
    seen = []
    look = PersonMiddleware(lambda r: seen.append((translation.get_language(), timezone.get_current_timezone_name())))
    request.COOKIES["zone"] = "America/New_York"
    look(request)
    # Who chose none has that of their browser, where this machine knows it.
    alice.time_zone = ""
    for request.COOKIES["zone"] in ("America/New_York", "Mars/Olympus", "../../etc/passwd", "\x00", "x" * 4_000, ""):
        look(request)
    assert seen == [("de", "Asia/Tokyo"), ("de", "America/New_York"), *[("de", "UTC")] * 5]


def test_a_zone_this_machine_no_longer_knows_is_utc(signed_in: Any, alice: Any) -> None:
    alice.time_zone = "Europe/Atlantis"
    alice.save()
    assert signed_in(alice).get(URL).status_code == 200


def test_a_picture_is_taken_shown_and_removed_again(signed_in: Any, alice: Any) -> None:
    client = signed_in(alice)
    assert client.post("/settings/profile/picture/", {"picture": png()})["Location"] == URL
    alice.refresh_from_db()
    name = alice.avatar.name
    assert name.startswith(f"avatars/{alice.pk}-") and alice.avatar_version == 2
    picture = client.get(alice.avatar_url)
    assert picture["Content-Type"] == "image/webp" and Image.open(BytesIO(picture.content)).size == (256, 256)
    client.post("/settings/profile/picture/remove/")
    alice.refresh_from_db()
    assert not alice.avatar and alice.avatar_version == 3
    assert client.get(alice.avatar_url)["Content-Type"] == "image/svg+xml"


def test_the_file_of_an_earlier_picture_goes_with_it(
    signed_in: Any, alice: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(alice)
    names = []
    with django_capture_on_commit_callbacks(execute=True):
        for _picture in range(2):
            client.post("/settings/profile/picture/", {"picture": png()})
            alice.refresh_from_db()
            names.append(alice.avatar.name)
    assert [default_storage.exists(name) for name in names] == [False, True]


def test_a_file_that_is_no_picture_is_refused_beside_the_field(signed_in: Any, alice: Any) -> None:
    hostile = SimpleUploadedFile("me.png", b"<svg onload=alert(1)>", "image/png")
    response = signed_in(alice).post("/settings/profile/picture/", {"picture": hostile})
    assert response.status_code == 400
    assert "cannot be read as a picture" in response.content.decode()
    alice.refresh_from_db()
    assert not alice.avatar


def test_a_file_that_is_too_large_is_refused(signed_in: Any, alice: Any, settings: Any) -> None:
    settings.AVATAR_MAX_BYTES = 1000
    big = SimpleUploadedFile("me.png", b"x" * 1001, "image/png")
    assert signed_in(alice).post("/settings/profile/picture/", {"picture": big}).status_code == 413


def test_no_file_at_all_is_said_so(signed_in: Any, alice: Any) -> None:
    assert "Choose a picture" in signed_in(alice).post("/settings/profile/picture/").content.decode()


def test_pictures_in_a_row_are_slowed_down(signed_in: Any, alice: Any, monkeypatch: Any) -> None:
    from talkwave.web.ratelimit import Buckets

    monkeypatch.setattr("accounts.views.settings._pictures", Buckets(0.001, 1))
    client = signed_in(alice)
    answers = [client.post("/settings/profile/picture/", {"picture": png()}) for _try in range(2)]
    assert [answer.status_code for answer in answers] == [302, 429]
    assert int(answers[-1]["Retry-After"]) > 1


@pytest.mark.parametrize("path", [URL, "/settings/", "/settings/sessions/", "/settings/delete/"])
def test_strangers_are_sent_to_sign_in_and_back(visitor: Any, path: str) -> None:
    response = visitor().get(path, follow=True)
    assert "/accounts/login/?next=/settings/" in response.redirect_chain[-1][0]


@pytest.mark.parametrize("path", ["picture/", "picture/remove/"])
def test_strangers_and_mere_looks_change_no_picture(visitor: Any, signed_in: Any, alice: Any, path: str) -> None:
    assert visitor().post(URL + path)["Location"].startswith("/accounts/login/")
    assert signed_in(alice).get(URL + path).status_code == 405
