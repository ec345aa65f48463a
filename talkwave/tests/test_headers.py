"""What every answer carries, and what a request leaves in the log."""

import json
import logging
import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from talkwave.web.address import client_address
from talkwave.web.logs import JsonFormatter, request_id

pytestmark = [pytest.mark.django_db, pytest.mark.urls("talkwave.tests.test_headers")]


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f'<script nonce="{request.csp_nonce}"></script>')  # type: ignore[attr-defined]


def picture(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"", content_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


def reset(request: HttpRequest, user: int, key: str) -> HttpResponse:
    return HttpResponse("")


def room(request: HttpRequest, room: int) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    path("page/", page),
    path("picture/", picture),
    path("room/<int:room>/", room),
    path("reset/<int:user>/<str:key>/", reset),
]


def policy(answer: Any) -> dict[str, list[str]]:
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {words[0]: words[1:] for words in parts}


def test_the_content_policy_lets_in_our_own_and_nothing_inline(client: Client) -> None:
    answer = client.get("/page/")
    directives = policy(answer)
    nonce = re.search(rb'nonce="([^"]+)"', answer.content)
    assert nonce is not None
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == ["'self'", f"'nonce-{nonce[1].decode()}'"]
    assert directives["style-src"] == ["'self'"]
    assert directives["img-src"] == ["'self'", "data:", "blob:"]
    assert directives["media-src"] == ["'self'", "blob:"]
    for name in ("worker-src", "manifest-src", "form-action", "font-src"):
        assert directives[name] == ["'self'"]
    for name in ("base-uri", "object-src", "frame-ancestors"):
        assert directives[name] == ["'none'"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_each_answer_has_a_nonce_of_its_own(client: Client) -> None:
    first, second = (policy(client.get("/page/"))["script-src"] for _ in range(2))
    assert first != second


def test_the_socket_of_the_same_host_is_allowed_by_name(client: Client, settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["chat.example"]
    plain = policy(client.get("/page/", HTTP_HOST="chat.example:8000"))
    secure = policy(client.get("/page/", HTTP_HOST="chat.example", secure=True))
    assert plain["connect-src"] == ["'self'", "ws://chat.example:8000"]
    assert secure["connect-src"] == ["'self'", "wss://chat.example"]


def test_a_host_that_is_not_ours_is_a_400_and_not_in_the_policy(client: Client) -> None:
    answer = client.get("/page/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert "evil.example" not in answer.get("Content-Security-Policy", "")


@pytest.mark.parametrize("address", ["/page/", "/no/such/page/"])
def test_the_other_headers_are_on_every_answer(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert all(term in answer["Permissions-Policy"] for term in ("microphone=(self)", "camera=()", "geolocation=()"))
    assert "Content-Security-Policy" in answer


def test_a_page_for_somebody_signed_in_is_kept_by_no_cache(client: Client, alice: Any) -> None:
    client.force_login(alice)
    answer = client.get("/page/")
    assert answer["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer["Vary"]


def test_so_is_an_answer_to_a_program(client: Client) -> None:
    assert client.get("/page/", headers={"Authorization": "Bearer x"})["Cache-Control"] == "private, no-store"


def test_a_page_for_anybody_is_kept_by_no_shared_cache(client: Client) -> None:
    answer = client.get("/page/")
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answer["Vary"]


def test_a_view_that_says_how_long_is_believed(client: Client, alice: Any) -> None:
    client.force_login(alice)
    assert client.get("/picture/")["Cache-Control"] == "private, max-age=3600"


def test_every_request_has_an_id_that_a_stranger_cannot_choose(client: Client, settings: LazySettings) -> None:
    settings.TRUSTED_PROXY_COUNT = 0
    first, second = (client.get("/page/", headers={"X-Request-ID": "mine"})["X-Request-ID"] for _ in range(2))
    assert "mine" not in (first, second)
    assert first != second


def test_a_trusted_proxy_may_choose_the_id_if_it_is_one(client: Client, settings: LazySettings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    assert client.get("/page/", headers={"X-Request-ID": "edge-7"})["X-Request-ID"] == "edge-7"
    assert client.get("/page/", headers={"X-Request-ID": "a b\tc"})["X-Request-ID"] != "a b\tc"
    assert len(client.get("/page/", headers={"X-Request-ID": "x" * 500})["X-Request-ID"]) == 32


def logged(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    [record] = [record for record in caplog.records if record.name == "talkwave.access"]
    return dict(record.facts)  # type: ignore[attr-defined]


def test_the_access_log_has_the_path_and_never_the_query(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "talkwave.access"):
        client.get("/page/?token=hush")
    facts = logged(caplog)
    assert (facts["method"], facts["path"], facts["status"]) == ("GET", "/page/", 200)
    assert "hush" not in caplog.text


def test_a_key_in_a_path_is_not_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "talkwave.access"):
        client.get("/reset/7/c0ffee-hush/")
    assert logged(caplog)["path"] == "/reset/<int:user>/<str:key>/"


def test_a_number_in_a_path_is_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "talkwave.access"):
        client.get("/room/7/")
    assert logged(caplog)["path"] == "/room/7/"


def test_of_a_path_that_leads_nowhere_only_the_first_word_is_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "talkwave.access"):
        client.get("/nowhere/7/c0ffee-hush")
    assert logged(caplog)["path"] == "/nowhere/*"


def test_a_path_cannot_write_lines_of_its_own(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "talkwave.access"):
        client.get("/x%0aERROR%20all%20is%20lost")
    assert "\n" not in logged(caplog)["path"]
    assert len([record for record in caplog.records if record.name == "talkwave.access"]) == 1


def test_a_json_line_is_one_object_with_the_requests_id() -> None:
    record = logging.LogRecord("talkwave.x", logging.INFO, __file__, 1, "two\nlines %s", ("here",), None)
    token = request_id.set("r1")
    try:
        line = JsonFormatter().format(record)
    finally:
        request_id.reset(token)
    assert "\n" not in line
    assert json.loads(line) | {"time": ""} == {
        "time": "",
        "level": "INFO",
        "logger": "talkwave.x",
        "message": "two\nlines here",
        "request_id": "r1",
    }


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "not an address", "10.0.0.1"),
        (1, "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_client_is_who_the_trusted_proxies_saw(
    settings: LazySettings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    assert client_address("10.0.0.1", forwarded) == expected


def test_a_unix_socket_peer_has_no_address() -> None:
    assert client_address(None, "") == ""
    assert RequestFactory().get("/").META["REMOTE_ADDR"] == "127.0.0.1"
