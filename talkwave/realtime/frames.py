"""What a client sends, made into a command or an answer that says what is wrong with it."""

from typing import Any

import orjson
from django.utils.translation import gettext as _

from talkwave.errors import Refused

REF_MAX = 200


class Malformed(Refused):
    """A frame that is no command. `ref` is repeated where one could be read."""

    def __init__(self, detail: str, ref: str | None = None) -> None:
        super().__init__("bad_request", detail)
        self.ref = ref


def parse(text: str) -> dict[str, Any]:
    """A frame's command: an object with a `type`, and maybe a `ref`. Raises Malformed.

    orjson refuses what no other client could read: NaN, lone surrogates, nesting without end.
    """
    try:
        command = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Malformed(_("This frame is not JSON.")) from None
    if not isinstance(command, dict):
        raise Malformed(_("A frame holds one JSON object."))
    ref = command.get("ref")
    if ref is not None and (not isinstance(ref, str) or len(ref) > REF_MAX):
        raise Malformed(_("A ref is a string of at most 200 characters."))
    if not isinstance(command.get("type"), str):
        raise Malformed(_("A command has a type."), ref)
    return command


def whole_number(command: dict[str, Any], name: str, *, default: int | None = None) -> int:
    """A field that is a whole number from 0 on; raises Malformed, also where it is missing and has no default."""
    value = command.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise Malformed(_("%(field)s is a whole number from 0 on.") % {"field": name})
    return value


def optional_number(command: dict[str, Any], name: str) -> int | None:
    """The same, for a field that may be missing or null."""
    return None if command.get(name) is None else whole_number(command, name)


def string(command: dict[str, Any], name: str) -> str:
    """A field that is a string; raises Malformed."""
    value = command.get(name)
    if not isinstance(value, str):
        raise Malformed(_("%(field)s is a string.") % {"field": name})
    return value


def optional_string(command: dict[str, Any], name: str) -> str | None:
    """The same, for a field that may be missing or null."""
    return None if command.get(name) is None else string(command, name)


def boolean(command: dict[str, Any], name: str, *, default: bool) -> bool:
    """A field that is true or false; raises Malformed."""
    value = command.get(name, default)
    if not isinstance(value, bool):
        raise Malformed(_("%(field)s is true or false.") % {"field": name})
    return value


def items(command: dict[str, Any], name: str, *, most: int) -> list[Any]:
    """A field that is a list of at most `most`; empty where it is missing or null. Raises Malformed."""
    value = command.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most:
        raise Malformed(_("%(field)s is a list of at most %(limit)d.") % {"field": name, "limit": most})
    return value
