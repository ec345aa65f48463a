"""Which browser a session is, in words one knows it by."""

from typing import Final, NamedTuple

from django.utils.translation import gettext as _

# Looked for in this order: nearly all of them also claim to be Safari, and many to be Chrome.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium", "Chromium"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class Browser(NamedTuple):
    name: str
    is_phone: bool


def describe(user_agent: str) -> Browser:
    """`Firefox on Linux`, as far as a browser says so; else the first word it calls itself by."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        name = _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    else:
        name = browser or system or user_agent.split("/")[0].strip()[:40] or _("Unknown program")
    return Browser(name, system in ("iPhone", "Android"))
