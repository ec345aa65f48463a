"""Which addresses become links, and how they are shown."""

import re
from typing import Any, Final

import mdurl
from linkify_it import LinkifyIt  # type: ignore[import-untyped]
from markdown_it import _punycode
from markdown_it.common.normalize_url import normalizeLink

SCHEMES: Final = frozenset({"http", "https", "mailto"})
_ALLOWED: Final = re.compile(r"(?:https?://[^/\\?#]|mailto:.)", re.IGNORECASE)

# Endings that make `example.org` a link without http:// in front. Country codes that are better known
# as file names are left out (cc, mk, ml, pl, pm, ps, py, rs, sh, so, md): "see settings.py" is no address.
_ENDINGS: Final = """
    com net org edu gov mil int info biz name pro museum coop aero asia mobi jobs travel
    app art blog cloud dev page social tech wiki xyz
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz
    ca cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr
    ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it
    je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc me mg mh mm mn mo mp mq mr
    ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pn pr pt pw qa re ro ru rw
    sa sb sc sd se sg si sj sk sl sm sn sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz
    ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw рф
"""


# An address is looked for in no more than this, and where no more than so many places might hold one; and in a run of text without spaces that is longer than a word,
# only where it does not start or branch so often that looking would take the square of its length.
_ADDRESS_MOST: Final = 2_000
_PLACES_MOST: Final = 500
_LONG_RUN: Final = re.compile(r"\S{200,}")
_STARTS_MOST: Final = 4
_BRANCHES_MOST: Final = 100
_BRANCH: Final = re.compile(r"[.@(\[{'\"]")
# `_see https://example.org/page._`: the same signs as on GitHub, and the spoiler's.
_FORMATTING: Final = ("*", "_", "~", "|")
_CLOSING: Final = ".,:;!?"


class BoundedLinkifyIt(LinkifyIt):  # type: ignore[misc]  # the library has no types
    """The library's finder, kept from texts made to keep it busy."""

    def pretest(self, text: str) -> bool:
        if text.count(".") + text.count("@") + text.count("://") > _PLACES_MOST:
            return False
        return bool(super().pretest(text)) and all(map(_is_tame, _LONG_RUN.findall(text)))

    def match_at_start(self, text: str) -> Any:
        """An address that ends in signs of formatting ends before them, and before what closes a sentence there."""
        found = super().match_at_start(text[:_ADDRESS_MOST])
        if found is not None and found.url.endswith(_FORMATTING):
            found.url = found.url.rstrip("".join(_FORMATTING) + _CLOSING)
        return found


def _is_tame(run: str) -> bool:
    return run.count("://") + run.count("mailto:") <= _STARTS_MOST and len(_BRANCH.findall(run)) <= _BRANCHES_MOST


def linkifier() -> LinkifyIt:
    """Finds addresses in text: with a scheme, e-mail addresses, and bare domains of well-known endings."""
    return BoundedLinkifyIt().add("ftp:", None).add("//", None).tlds(_ENDINGS.split())


def is_allowed(url: str) -> bool:
    """Only these schemes, and never an address within our own site: a click there could act as the reader."""
    return _ALLOWED.match(url.strip()) is not None


def shown(url: str) -> str:
    """An address as it is written out: the host in ASCII (punycode), for `аррӏе.com` only looks like apple."""
    parsed = mdurl.parse(normalizeLink(url), slashes_denote_host=True)
    if parsed.hostname and not parsed.hostname.isascii():
        try:
            parsed = parsed._replace(hostname=_punycode.to_ascii(parsed.hostname))
        except (UnicodeError, ValueError):
            return mdurl.format(parsed)
    return mdurl.decode(mdurl.format(parsed), mdurl.DECODE_DEFAULT_CHARS + "%")
