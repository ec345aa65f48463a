"""Pictures of people: taken in, and taken away again."""

import secrets
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from accounts.pictures import small_picture

FOLDER = "avatars"


def change_avatar(actor: User, *, file: BinaryIO, size: int) -> User:
    """A new picture, made small and clean. Refused where the file is too large or no picture."""
    picture = small_picture(file, size=size)
    # A name nobody can guess, and another one each time: what is being sent is never written over.
    name = default_storage.save(f"{FOLDER}/{actor.pk}-{secrets.token_hex(8)}.webp", ContentFile(picture))
    try:
        return _point_to(actor, name)
    except BaseException:
        default_storage.delete(name)
        raise


def remove_avatar(actor: User) -> User:
    """Back to the generated picture."""
    return _point_to(actor, "")


def remove_file_after_commit(name: str | None) -> None:
    """Only once nothing points to it for sure; nothing to do where there was none."""
    if name:
        transaction.on_commit(lambda: default_storage.delete(name), robust=True)


def _point_to(actor: User, name: str) -> User:
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=actor.pk)
        before = user.avatar.name
        if before == name:
            return user
        user.avatar = name
        user.avatar_version += 1
        user.save(update_fields=["avatar", "avatar_version"])
        remove_file_after_commit(before)
    return user
