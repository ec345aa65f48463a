"""The emoji a community adds to Unicode's: uploaded, removed."""

import re
import secrets
from typing import BinaryIO, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, limits
from rooms.files.lost import lost_in
from rooms.models import OwnEmoji
from rooms.pictures import small_emoji
from rooms.text import is_name
from talkwave.errors import Refused

FOLDER: Final = "emoji"
_NAME: Final = re.compile(r"[a-z0-9_+\-]{2,32}")


def may_add_emoji(user: User) -> bool:
    """By the setting CUSTOM_EMOJI_BY: everybody, or staff alone."""
    return user.can_take_part and (settings.CUSTOM_EMOJI_BY == "everyone" or user.is_staff)


def may_remove_emoji(user: User, emoji: OwnEmoji) -> bool:
    """Whoever uploaded it, and staff."""
    return user.can_take_part and (user.is_staff or emoji.created_by_id == user.pk)


def add_emoji(actor: User, *, name: str, file: BinaryIO, size: int) -> OwnEmoji:
    """A new emoji under a name that is free. Raises Refused."""
    if not may_add_emoji(actor):
        raise Refused("forbidden", _("Here the administration adds emoji. Ask them."))
    name = name.strip().strip(":").lower()
    if not _NAME.fullmatch(name):
        raise Refused(
            "bad_request", _("A name has 2 to 32 characters: letters from a to z, digits, and the signs _ + -.")
        )
    if is_name(name):
        raise Refused("conflict", _("Every program knows an emoji of this name. Choose another name."))
    _require_free(name)
    # Drawing a picture is work; a name that is not taken costs nobody anything.
    limits.spend(limits.adding_emoji, actor)
    picture = small_emoji(file, size=size)
    stored = f"{name}-{secrets.token_hex(8)}.webp"
    path = default_storage.save(f"{FOLDER}/{stored}", ContentFile(picture))
    try:
        with transaction.atomic():
            return OwnEmoji.objects.create(name=name, picture=path.removeprefix(f"{FOLDER}/"), created_by=actor)
    except IntegrityError:
        # Two at once: the other one was first.
        default_storage.delete(path)
        raise _taken() from None
    except BaseException:
        default_storage.delete(path)
        raise


def remove_emoji(actor: User, emoji_id: object) -> OwnEmoji:
    """Takes it off the list; what was said with it keeps it, and the name is free. Twice is once. Raises Refused."""
    with transaction.atomic():
        emoji = OwnEmoji.objects.select_for_update().filter(pk=access.parse_id(emoji_id)).first()
        if emoji is None:
            raise access.not_found()
        if not may_remove_emoji(actor, emoji):
            raise Refused("forbidden", _("Only who added an emoji, and the administration, can remove it."))
        if emoji.removed_at is None:
            emoji.removed_at = timezone.now()
            emoji.save(update_fields=["removed_at"])
    return emoji


def cleanup_emoji(dry_run: bool = False) -> dict[str, int]:
    """Removes pictures of no emoji: a process was killed between the two. Says how many."""
    # A database without a single one is the wrong one for this folder, or one that is still to be restored.
    nobodys = list(lost_in(FOLDER, _named)) if OwnEmoji.objects.exists() else []
    if not dry_run:
        for name in nobodys:
            default_storage.delete(name)
    return {"pictures of no emoji": len(nobodys)}


def _named(names: list[str]) -> set[str]:
    pictures = OwnEmoji.objects.filter(picture__in=[name.removeprefix(f"{FOLDER}/") for name in names])
    return {f"{FOLDER}/{picture}" for picture in pictures.values_list("picture", flat=True)}


def _require_free(name: str) -> None:
    if OwnEmoji.objects.filter(name=name, removed_at=None).exists():
        raise _taken()
    if OwnEmoji.objects.filter(removed_at=None).count() >= settings.CUSTOM_EMOJI_MAX:
        raise Refused("conflict", _("There are as many emoji as there may be. Remove one that nobody uses."))


def _taken() -> Refused:
    return Refused("conflict", _("There is an emoji of this name already. Choose another name."))
