"""What the templates of the timeline need beside the wire's own words."""

from collections.abc import Mapping
from typing import Any

import orjson
from django import template
from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext

from rooms.models import Kind, Role
from rooms.system import LINES

register = template.Library()


@register.filter
def system_line(message: Mapping[str, Any]) -> str:
    """A system message in the reader's language: chat/message.js says the same for those that come live.

    The lines are in the catalogue through templates/rooms/_timeline_words.html.
    """
    system = message.get("system") or {}
    line = LINES.get(system.get("event", ""))
    if line is None:
        return str(message.get("body", ""))
    words = {key: str(value) for key, value in system.items()}
    if "role" in words and words["role"] in Role.values:
        words["role"] = str(Role(words["role"]).label)
    try:
        return gettext(line).format_map({"actor": message["sender"]["display_name"], **words})
    except KeyError:
        return str(message.get("body", ""))


@register.filter
def forwarded_from(forward: Mapping[str, Any]) -> str:
    """Of a forwarded message, who said it, where and on which day: chat/parts/forward.js says the same."""
    room = forward["room"]
    place = f"#{room['name']}" if room else gettext("another room") if forward["kind"] == Kind.PRIVATE else ""
    at = parse_datetime(forward["at"])
    day = date_format(localtime(at), "SHORT_DATE_FORMAT") if at else ""
    said = gettext("Forwarded from %(name)s") % {"name": forward["sender"]["display_name"]}
    return " · ".join(part for part in (said, place, day) if part)


@register.filter
def wire_json(messages: list[dict[str, Any]]) -> SafeString:
    """The messages of a page for the browser, which has their HTML already; safe inside a script element."""
    wire = [{key: value for key, value in message.items() if key not in ("html", "at")} for message in messages]
    # As Django's json_script: what could end the element, or begin a comment, is written as an escape.
    written = orjson.dumps(wire).decode()
    for sign, escape in _IN_SCRIPT:
        written = written.replace(sign, escape)
    return mark_safe(written)  # noqa: S308


_IN_SCRIPT = (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026"))


@register.simple_tag
def poll_options_most() -> int:
    """How many answers a poll may have."""
    return int(settings.POLL_OPTIONS_MAX)


@register.simple_tag
def choosing(name: str) -> int:
    """A limit of choosing, forwarding and calling: `SELECT_MAX`, `FORWARD_ROOMS_MAX`, `QUOTE_LINES_MAX`,
    `MENTION_ASK_ABOVE`."""
    return int(getattr(settings, name))


@register.simple_tag
def edit_hours() -> int:
    """How long one may change one's own words; 0 for ever."""
    return int(settings.MESSAGE_EDIT_HOURS)


@register.simple_tag
def reaction_kinds() -> int:
    """How many different emoji a message takes."""
    return int(settings.REACTION_KINDS_MAX)


@register.filter
def sanitised(html: str | None) -> SafeString:
    """The one place where a template lets HTML through: only for `message.html`, which rooms.text made safe."""
    return mark_safe(html or "")  # noqa: S308
