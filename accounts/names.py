"""User names and display names: which are allowed, which are the same, and which only look the same."""

import re
import unicodedata
from functools import cache
from typing import Final

from confusable_homoglyphs import categories, confusables
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MIN_LENGTH: Final = 2
MAX_LENGTH: Final = 32
DISPLAY_NAME_MAX_LENGTH: Final = 64

# Starts with a letter or digit, so that it can be typed after an @; no dot at the end, for "ask @ann."
_SHAPE: Final = re.compile(r"[^\W_](?:[\w\-]|\.(?=[\w\-]))*", re.UNICODE)
# Letters to Unicode, nothing to the eye.
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
# Sets of scripts that one word may mix: Japanese and Korean do.
_WORD_SCRIPTS: Final = ({"HAN", "HIRAGANA", "KATAKANA"}, {"HAN", "HANGUL"})
# An @ followed by one of these speaks to a room, never to a person.
_MENTION_WORDS: Final = ("all", "channel", "everyone", "group", "here", "online", "room", "rooms")
# What one could take for whoever runs this place. An operator may still give these away.
_TITLES: Final = (
    *("abuse", "admin", "administrator", "anonymous", "bot", "deleted", "help", "info", "mod", "moderation"),
    *("moderator", "null", "official", "operator", "owner", "postmaster", "root", "security", "service", "staff"),
    *("support", "system", "talkwave", "team", "undefined", "webmaster"),
)


def normalise(name: str) -> str:
    """NFKC, without white space around: what is stored and shown."""
    return unicodedata.normalize("NFKC", name).strip()


def username_key(name: str) -> str:
    """What makes two names the same, whoever types them: NFKC, case folded."""
    return unicodedata.normalize("NFKC", normalise(name).casefold())


def username_look(name: str) -> str:
    """What makes two names look the same: `аdmin` with a Cyrillic а, `Adm1n`, `admin`. After UTS 39, section 4."""
    drawn = "".join(_look_of(char) for char in normalise(name)).replace("I", "l")
    return drawn.casefold().replace("0", "o").replace("1", "l").replace("rn", "m")


@cache
def _look_of(char: str) -> str:
    """One character that stands for all that are drawn like `char`: an ASCII one where there is one."""
    if char.isascii():
        return char
    alike = [other["c"] for other in confusables.confusables_data.get(char, ()) if len(other["c"]) == 1]
    return next((other for other in alike if other.isascii() and other.isalnum()), min([char, *alike]))


def validate_username(name: str, *, by_operator: bool = False) -> None:
    """Raises ValidationError where a name cannot be told from another, or cannot be typed after an @.

    `by_operator`: whoever runs this place may also give away names like `admin`.
    """
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH:
        raise ValidationError(_("A user name has 2 to 32 characters."), code="length")
    # Before the shape: these pass for letters, or are the reason why a name has none.
    if any(_is_hidden(char) for char in name):
        raise ValidationError(_("A user name has no marks and no invisible characters."), code="invisible")
    if name != normalise(name) or not _SHAPE.fullmatch(name) or not all(_is_plain(char) for char in name):
        raise ValidationError(
            _("A user name has letters, digits, and . - _ between them, and starts with a letter or digit."),
            code="characters",
        )
    if not _is_of_one_script(name):
        raise ValidationError(_("This user name looks like another one. Use letters of one script."), code="confusable")
    if is_reserved(name, by_operator=by_operator):
        raise ValidationError(_("This user name is kept free. Choose another one."), code="reserved")


def is_reserved(name: str, *, by_operator: bool = False) -> bool:
    """Whether a name, or what it looks like, has a meaning of its own here."""
    # I and 1 look like l, and are read as i: here both count.
    looks = {username_look(name), username_look(name.casefold().replace("1", "i"))}
    if looks & set(map(username_look, _MENTION_WORDS)):
        return True
    titles = set(map(username_look, _TITLES))
    return not by_operator and any(
        look in titles or look.startswith(("deleted-", "talkwave-", "talkwave_", "talkwave.")) for look in looks
    )


def clean_line(name: str) -> str:
    """A line of text as others may see it: no controls, nothing that turns the direction, no towers of marks."""
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", name):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        # ZWJ and ZWNJ are part of emoji and of some scripts; alone they would be an invisible name.
        joins = char in "\u200c\u200d" and kept and not kept[-1].isascii()
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif (category in ("Cf", "Cs", "Co", "Cn") and not joins) or char in _BLANK_LETTERS or marks > 3:
            continue
        else:
            kept.append(char)
    line = " ".join("".join(kept).split()).rstrip("\u200c\u200d")
    # Marks and blanks alone leave nothing to read.
    return line if any(unicodedata.category(char)[0] in "LNPS" for char in line) else ""


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc", "Cn", "Co", "Cs") or char in _BLANK_LETTERS


def _is_plain(char: str) -> bool:
    """Letters people write with: no phonetic signs, no small capitals, no digits but our own."""
    if char.isascii():
        return True
    # The long vowel sign of Japanese is the one modifier that words are written with.
    if unicodedata.category(char) not in ("Ll", "Lu", "Lt", "Lo", "Mc") and char != "ー":
        return False
    return categories.alias(char) != "LATIN" or (
        (char < "\u0250" or "\u1e00" <= char <= "\u1eff") and unicodedata.category(char) != "Lo"
    )


def _is_of_one_script(name: str) -> bool:
    scripts = {categories.alias(char) for char in name} - {"COMMON", "INHERITED"}
    return len(scripts) <= 1 or any(scripts <= together for together in _WORD_SCRIPTS)
