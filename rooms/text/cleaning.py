"""What somebody submits, made into the body that is stored."""

import re
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from rooms.text.characters import is_visible
from talkwave.errors import Refused

# C0 controls but tab and newline, and surrogates that stand alone: no database or browser agrees on them.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


def clean(body: str, *, may_be_empty: bool = False) -> str:
    """The body as it is stored: lines end in LF, no white space at the end.

    Raises Refused: `bad_request` where nothing visible is left (unless it `may_be_empty`: a file stands for itself) or
    a character cannot be stored, `too_long` with both counts. Never cuts.
    """
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    body = body.rstrip()
    if _FORBIDDEN.search(body):
        raise Refused(
            "bad_request", _("This message holds a character that cannot be stored. Remove it and send again.")
        )
    if not is_visible(body):
        if may_be_empty:
            return ""
        raise Refused("bad_request", _("Write something first: this message is empty."))
    if len(body) > settings.MESSAGE_MAX_LENGTH:
        raise Refused(
            "too_long",
            _("This message has %(count)d characters; at most %(limit)d are possible.")
            % {"count": len(body), "limit": settings.MESSAGE_MAX_LENGTH},
        )
    return body
