"""User names: which are allowed, and which are the same."""

import re
import unicodedata

from confusable_homoglyphs import confusables
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MIN_LENGTH = 2
MAX_LENGTH = 32
_SHAPE = re.compile(r"[^\W_][\w.\-]*", re.UNICODE)


def normalise(name: str) -> str:
    """NFKC, without white space around: what is stored and shown."""
    return unicodedata.normalize("NFKC", name).strip()


def username_key(name: str) -> str:
    """What makes two names the same, whoever types them: NFKC, case folded."""
    return unicodedata.normalize("NFKC", normalise(name).casefold())


def validate_username(name: str) -> None:
    """Raises ValidationError where a name cannot be told from another, or cannot be typed after an @."""
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH:
        raise ValidationError(_("A user name has 2 to 32 characters."), code="length")
    if name != normalise(name) or not _SHAPE.fullmatch(name):
        raise ValidationError(
            _("A user name has letters, digits, and . - _ between or after them, and starts with a letter or digit."),
            code="characters",
        )
    if any(unicodedata.category(char) in ("Mn", "Me", "Cf", "Lm") for char in name):
        raise ValidationError(_("A user name has no marks and no invisible characters."), code="invisible")
    if confusables.is_mixed_script(name) or (
        not name.isascii() and confusables.is_dangerous(name, preferred_aliases=["latin"])
    ):
        raise ValidationError(_("This user name looks like another one. Use letters of one script."), code="confusable")
