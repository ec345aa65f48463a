"""The frame of every page, the pages around signing in, and the pages that say no."""

import re

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views import defaults
from PIL import Image

ENTRANCE = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ENTRANCE)
def test_every_page_around_signing_in_has_one_heading_a_language_and_a_way_to_its_content(
    client: Client, address: str
) -> None:
    page = client.get(address).content.decode()
    assert len(re.findall(r"<h1\b", page)) == 1
    assert '<html lang="en" dir="ltr"' in page
    assert 'class="skip-link" href="#main"' in page
    assert len(re.findall(r'<main [^>]*id="main"', page)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("address", ENTRANCE)
def test_no_page_around_signing_in_needs_a_style_or_a_handler_inline(client: Client, address: str) -> None:
    page = client.get(address).content.decode()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", page)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "shown"),
    [("dark", "dark"), ("light", "light"), ("", "system"), ('"><script>', "system"), ("neon", "system")],
)
def test_the_look_stands_before_the_first_paint(client: Client, cookie: str, shown: str) -> None:
    client.cookies["theme"] = cookie
    assert f'data-theme="{shown}"' in client.get("/accounts/login/").content.decode()


@pytest.mark.django_db
def test_a_wrong_field_is_marked_and_tied_to_its_error(client: Client) -> None:
    page = client.post(
        "/accounts/signup/", {"username": "ann", "email": "no address", "password1": "x"}
    ).content.decode()
    field = re.search(r'<input[^>]*name="email"[^>]*>', page)
    assert field
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="id_email_error"' in field[0]
    assert 'id="id_email_error"' in page


@pytest.mark.django_db
def test_a_password_may_be_pasted_and_kept_by_a_password_manager(client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="username"' in page
    assert "onpaste" not in page


@pytest.mark.django_db
def test_what_is_not_there_gets_a_page_that_leads_back(client: Client) -> None:
    answer = client.get("/there/is/no/such/page/")
    assert answer.status_code == 404
    assert "Nothing here" in answer.content.decode()
    assert 'href="/"' in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_gets_a_page_that_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "send it once more" in answer.content.decode()


def test_when_all_is_broken_a_page_still_stands_without_a_database() -> None:
    answer = defaults.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_while_the_database_is_away_a_page_says_when_to_come_again(
    accept: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("couldn't get a connection")

    monkeypatch.setattr("django.contrib.auth.get_user", away)
    browser = Client(raise_request_exception=False, headers={"accept": accept})
    with caplog.at_level("ERROR", "django.request"):
        answer = browser.get("/")
    assert answer.status_code == 503 and answer["Retry-After"] == "2"
    if accept == "application/json":
        assert answer.json()["code"] == "unavailable"
    else:
        # A browser asks again by itself; whoever reads it meanwhile is not told that something broke.
        assert answer["Refresh"] == "2"
        page = answer.content.decode()
        assert "The server cannot reach its data right now" in page and "Try again in a moment" in page
        assert "broke" not in page
    (line,) = [record for record in caplog.records if record.name == "django.request"]
    assert line.exc_info is None and "OperationalError" in line.getMessage()


def test_how_long_to_wait_is_said_in_words() -> None:
    assert "Try again in 7 seconds." in render_to_string("429.html", {"retry_after": 7})
    assert "You write too fast." in render_to_string("429.html", {"detail": "You write too fast."})


def test_what_a_refusal_says_is_escaped() -> None:
    assert "<b>" not in render_to_string("403.html", {"detail": "<b>no</b>"})


@pytest.mark.django_db
def test_the_site_can_be_installed_under_its_own_name_by_who_is_not_signed_in(
    client: Client, settings: LazySettings
) -> None:
    settings.SITE_NAME = "Harbour"
    page = client.get("/accounts/login/").content.decode()
    (address,) = re.findall(r'<link rel="manifest" href="([^"]+)"', page)
    answer = client.get(address)
    assert answer["Content-Type"] == "application/manifest+json" and answer["Cache-Control"].startswith("public")
    told = answer.json()
    assert (told["name"], told["start_url"], told["display"]) == ("Harbour", "/", "standalone")
    for icon in told["icons"]:
        found = finders.find(icon["src"].removeprefix("/static/"))
        assert found
        with Image.open(found) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    # What shows before its first page has the colour of that page.
    assert f'content="{told["theme_color"]}" media="(prefers-color-scheme: light)"' in page
