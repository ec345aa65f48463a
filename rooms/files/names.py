"""The name of a file, as people see it and download it."""

import re
import unicodedata
from typing import Final

from django.conf import settings

# Controls, signs that turn the direction of writing (they hide an ending), and what separates folders.
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\]")
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,10}$")


def clean_name(name: str) -> str:
    """The last part of what a client called it, without what deceives or breaks; never empty, and not too long."""
    last = re.split(r"[/\\]", name)[-1]
    cleaned = _UNFIT.sub("", unicodedata.normalize("NFC", last)).strip(" .")
    found = _ENDING.search(cleaned)
    ending = found.group() if found else ""
    stem = cleaned.removesuffix(ending)[: settings.FILE_NAME_MAX_LENGTH - len(ending)].strip()
    return f"{stem or 'file'}{ending}"


def with_ending(name: str, ending: str) -> str:
    """The name of something that was drawn anew as something else: `photo.gif` as `webp` is `photo.webp`."""
    same = {"jpg": ("jpg", "jpeg", "jpe", "jfif")}.get(ending, (ending,))
    stem, _, given = name.rpartition(".")
    if stem and given.lower() in same:
        return name
    return f"{_ENDING.sub('', name)}.{ending}"


def is_called_picture(name: str) -> bool:
    """Does its name say that it is a picture of a kind that can be shown?"""
    return name.lower().endswith((".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"))
