"""{% importmap %}: plain relative imports, hashed files, one instance of each module, under the strict policy."""

import http.server
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from playwright.sync_api import Browser

from talkwave.testing_browser import until_true
from talkwave.web.middleware import ContentSecurityPolicyMiddleware
from talkwave.web.templatetags import assets

PAGE = '<link rel="icon" href="data:,">{% load static assets %}{% importmap %}<script type="module" src="{% static "js/app.js" %}"></script>'
# What Django's own rewriting of imports trips over: no semicolons, circles, imports on demand and in comments.
SOURCES = {
    "js/app.js": """import { ring } from "./lib/ring.js"
import {
  name,
} from './lib/state.js'
// import "./gone.js"
const { late } = await import(`./chat/${"late"}.js`)
window.result = { ring: ring(), name, late, loads: window.loads }
""",
    "js/lib/ring.js": 'import { back } from "./state.js"\nexport function ring() { return back() }\n',
    "js/lib/state.js": 'import { ring } from "./ring.js"\n'
    "window.loads = (window.loads ?? 0) + 1\n"
    'export const name = "state"\nexport function back() { return typeof ring }\n',
    "js/chat/late.js": 'import { name } from "../lib/state.js"\nexport const late = `late ${name}`\n',
    "css/a.css": "a {}",
}


@pytest.fixture
def hashed(settings: LazySettings, tmp_path: Path) -> Iterator[Path]:
    """The sources above, collected under hashed names."""
    for name, text in SOURCES.items():
        file = tmp_path / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "talkwave.web.storage.LeanStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    forget()
    yield tmp_path / "static"
    forget()


def forget() -> None:
    for remembered in (assets._modules, assets._import_map, assets._preloads, assets._more_preloads):
        remembered.cache_clear()


def render() -> tuple[str, str]:
    """The page, and the policy it is sent with."""

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(Template(PAGE).render(Context({"request": request})))

    answer = ContentSecurityPolicyMiddleware(view)(RequestFactory().get("/", HTTP_HOST="127.0.0.1"))
    return answer.content.decode(), answer["Content-Security-Policy"]


def test_every_module_is_in_the_map_by_the_address_a_relative_import_comes_to(hashed: Path) -> None:
    page, policy = render()
    script = re.search(r'<script type="importmap" nonce="([^"]+)">(.*?)</script>', page)
    assert script is not None
    assert f"'nonce-{script[1]}'" in policy
    imports = json.loads(script[2])["imports"]
    assert list(imports) == [f"/static/{name}" for name in sorted(SOURCES) if name.endswith(".js")]
    for name, address in imports.items():
        assert re.fullmatch(re.escape(name.removesuffix(".js")) + r"\.[0-9a-f]{12}\.js", address)
        assert (hashed / address.removeprefix("/static/")).is_file()


def test_what_the_page_starts_with_is_preloaded_and_what_may_come_later_is_not(hashed: Path) -> None:
    page, _ = render()
    preloads = re.findall(r'<link rel="modulepreload" href="/static/(.*?)\.[0-9a-f]{12}\.js">', page)
    assert preloads == ["js/app", "js/lib/ring", "js/lib/state"]
    assert page.index("importmap") < page.index("modulepreload") < page.index('type="module"')


def test_a_page_preloads_more_modules_with_all_they_import(hashed: Path) -> None:
    links = Template("{% load assets %}{% modulepreload 'js/chat/late.js' 'js/lib/ring.js' %}").render(Context())
    found = re.findall(r'<link rel="modulepreload" href="/static/(.*?)\.[0-9a-f]{12}\.js">', links)
    assert found == ["js/chat/late"], "what app.js imports is preloaded on every page already"


def test_without_hashed_names_there_is_nothing_to_map() -> None:
    forget()
    page, policy = render()
    assert "importmap" not in page and "modulepreload" not in page
    assert "nonce" not in policy


def test_a_page_without_a_request_has_no_map(hashed: Path) -> None:
    """An error page is rendered with nothing: it must not fail for want of a nonce."""
    assert "importmap" not in Template(PAGE).render(Context({}))


@pytest.mark.browser
def test_in_chromium_each_module_is_loaded_once_and_by_its_hashed_name(hashed: Path, chromium: Browser) -> None:
    asked: list[str] = []
    page_text, policy = render()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            file = hashed / self.path.removeprefix("/static/")
            found = self.path == "/" or file.is_file()
            body = page_text.encode() if self.path == "/" else file.read_bytes() if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html" if self.path == "/" else "text/javascript")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    complaints: list[str] = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = chromium.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        result = until_true(page, "window.result")
        page.close()
        server.shutdown()

    assert result == {"ring": "function", "name": "state", "late": "late state", "loads": 1}
    modules = [path for path in asked if path.startswith("/static/")]
    assert len(modules) == len(set(modules)) == 4
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", path) for path in modules)
    assert complaints == []
