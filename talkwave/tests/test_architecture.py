"""The rule of who imports whom (docs/architecture.md), and files that read in one sitting."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ["talkwave", "accounts", "presence", "rooms"]
LONGEST = 320

# Who may not import whom, by module prefix. The composition root (settings, urls, asgi, serving) sees every app.
KERNEL = ("talkwave.realtime", "talkwave.web", "talkwave.errors", "talkwave.env")
FORBIDDEN = {
    "talkwave.realtime": ("accounts", "presence", "rooms"),
    "talkwave.web": ("accounts", "presence", "rooms"),
    "talkwave.apart": ("accounts", "presence", "rooms"),
    "accounts": ("presence", "rooms", "talkwave.settings", "talkwave.urls", "talkwave.asgi", "talkwave.serving"),
    "presence": ("rooms", "talkwave.settings", "talkwave.urls", "talkwave.asgi", "talkwave.serving"),
    "rooms": ("talkwave.settings", "talkwave.urls", "talkwave.asgi", "talkwave.serving"),
    # Inside an app: doors call actions, actions call events, events call models; never upwards.
    "rooms.models": (
        "rooms.actions",
        "rooms.events",
        "rooms.views",
        "rooms.access",
        "rooms.consumer",
        "rooms.commands",
    ),
    "rooms.events": ("rooms.actions", "rooms.views", "rooms.commands", "rooms.consumer"),
    "rooms.actions": ("rooms.views", "rooms.commands", "rooms.consumer", "rooms.admin", "django.http"),
    "rooms.text": ("rooms.models", "rooms.actions", "rooms.views"),
    "accounts.models": ("accounts.actions", "accounts.views"),
    "accounts.actions": ("accounts.views", "accounts.admin", "django.http"),
}


def modules() -> list[Path]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in files if "migrations" not in path.parts and "tests" not in path.parts]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> set[str]:
    """Every module a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def under(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_go_one_way(path):
    name = name_of(path)
    for layer, banned in FORBIDDEN.items():
        if under(name, (layer,)):
            wrong = sorted(module for module in imported(path) if under(module, banned))
            assert not wrong, f"{name} imports {', '.join(wrong)}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_only_publish_speaks_to_the_channel_layer(path):
    if not under(name_of(path), ("talkwave.realtime", "talkwave.checks", "talkwave.web.health")):
        assert "channels.layers.get_channel_layer" not in imported(path)


def test_no_file_grows_past_one_sitting():
    files = [*modules(), *(ROOT / "static").rglob("*.js"), *(ROOT / "static").rglob("*.css")]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if "vendor" not in path.parts and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_the_rule_is_able_to_fail():
    assert under("rooms.models.rooms", ("rooms",)) and not under("roomservice", ("rooms",))
    assert "rooms.live" in imported(ROOT / "rooms" / "apps.py"), "imports inside functions count"


def test_every_address_of_rooms_is_on_the_map() -> None:
    names = re.findall(r'name="(\w+)"', (ROOT / "rooms/urls.py").read_text(encoding="utf-8"))
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert len(names) > 70 and [name for name in names if f"`{name}`" not in page] == []
