"""Static files: collected small, and given before Django is asked."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import LazySettings
from django.core.management import call_command

from talkwave.web.static import StaticDoor

SOURCES = {
    "css/app.css": '/* The list. */\n@import "a.css";\n@import "b.css";\n',
    "css/a.css": "@layer one, two; /* said once */\n@layer one { .a > .b :hover { color: red; } }\n"
    + "".join(f"@layer one {{ .filler-{n} {{ color: blue; }} }}\n" for n in range(50)),
    "css/b.css": '@layer two { .icon { background: url("../img/dot.svg"); width: calc(1px + 2px); } }\n',
    "img/dot.svg": '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    # What a careless minifier breaks: a regular expression, a template, a comment's sign in a string.
    "js/app.js": "// why\nexport const slash = /[/*]+\\/\\//u.test('/*//')\n"
    "export const words = `a  // b ${ 1 + 1 }\n  c`; /* more\n of it */\nexport const url = 'https://x'\n"
    + "// filler\n"
    * 50,
}


@pytest.fixture
def root(settings: LazySettings, tmp_path: Path) -> Iterator[Path]:
    """STATIC_ROOT with the sources above, collected."""
    for name, text in SOURCES.items():
        file = tmp_path / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.WHITENOISE_USE_FINDERS = False
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "talkwave.web.storage.LeanStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    yield tmp_path / "static"


def hashed(root: Path, name: str) -> Path:
    stem, _, ending = name.rpartition(".")
    (found,) = root.glob(f"{stem}.{'[0-9a-f]' * 12}.{ending}")
    return found


async def django(scope: Any, receive: Any, send: Any) -> None:
    """Stands for the application behind the door."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"asked"})


async def ask(door: StaticDoor, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    call = ApplicationCommunicator(door, {"type": "http", "method": method, "path": path, "headers": sent})
    await call.send_input({"type": "http.request", "body": b""})
    start = await call.receive_output()
    body = await call.receive_output()
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]


def test_style_sheets_become_one_without_what_only_readers_need(root: Path) -> None:
    text = hashed(root, "css/app.css").read_text()
    assert "@import" not in text and "/*" not in text
    assert text.index("@layer one, two;") < text.index("@layer two {")
    assert ".a > .b :hover {" in text and "calc(1px + 2px)" in text
    assert f"../img/{hashed(root, 'img/dot.svg').name}" in text


def test_modules_lose_their_comments_and_mean_the_same(root: Path) -> None:
    text = hashed(root, "js/app.js").read_text()
    assert "why" not in text and "more" not in text and "filler" not in text
    assert "/[/*]+\\/\\//u.test('/*//')" in text
    assert "`a  // b ${ 1 + 1 }\n  c`" in text and "'https://x'" in text


def test_what_is_hashed_lies_there_compressed(root: Path) -> None:
    file = hashed(root, "css/app.css")
    assert brotli.decompress(Path(f"{file}.br").read_bytes()) == file.read_bytes()
    assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == file.read_bytes()
    assert not (root / "css" / "app.css.gz").exists()


async def test_the_door_gives_what_the_browser_can_read_for_ever(root: Path) -> None:
    door, file = StaticDoor(django), hashed(root, "css/app.css")
    path = f"/static/css/{file.name}"
    for sign, read in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        status, headers, body = await ask(door, path, accept_encoding=sign)
        assert (status, headers["content-encoding"], read(body)) == (200, sign, file.read_bytes())
        assert "immutable" in headers["cache-control"] and headers["vary"] == "Accept-Encoding"
        assert headers["x-content-type-options"] == "nosniff"
        assert "etag" not in headers, "nobody asks again for what never changes"
        assert headers["content-length"] == str(len(body))
    status, headers, body = await ask(door, path)
    assert (status, body) == (200, file.read_bytes()) and "content-encoding" not in headers
    _, headers, _ = await ask(door, f"/static/img/{hashed(root, 'img/dot.svg').name}")
    assert "immutable" in headers["cache-control"] and "etag" in headers


async def test_the_door_knows_what_the_browser_has_and_gives_parts(root: Path) -> None:
    door, file, path = StaticDoor(django), root / "css" / "app.css", "/static/css/app.css"
    _, headers, _ = await ask(door, path)
    assert "immutable" not in headers["cache-control"]
    assert (await ask(door, path, if_none_match=headers["etag"]))[::2] == (304, b"")
    # What never changes may be asked for again all the same.
    lasting = f"/static/css/{hashed(root, 'css/app.css').name}"
    assert (await ask(door, lasting, if_modified_since=headers["last-modified"]))[::2] == (304, b"")
    status, told, body = await ask(door, path, range="bytes=0-3")
    assert (status, body, told["content-range"]) == (206, b"/* T", f"bytes 0-3/{file.stat().st_size}")
    status, told, body = await ask(door, path, "HEAD")
    assert (status, body, told["content-length"]) == (200, b"", str(file.stat().st_size))
    assert (await ask(door, path, "POST"))[0] == 405


@pytest.mark.parametrize("path", ["/rooms/1/", "/static/gone.js", "/static/../manage.py", "/static/", "/"])
async def test_everything_else_is_the_application(root: Path, path: str) -> None:
    assert (await ask(StaticDoor(django), path))[0] == 418
