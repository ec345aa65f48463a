"""What was sent in a room, beside the words: pictures and films, other files, links. The newest first."""

from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.wire import person
from rooms.files.wire import file_wire
from rooms.models import Attachment, FileKind, Message, Preview, Room

KINDS: Final = ("media", "files", "links")
_MEDIA: Final = (FileKind.IMAGE, FileKind.VIDEO)


def gallery(room: Room, kind: str, before: int | None) -> tuple[list[dict[str, Any]], int | None]:
    """A page of one kind, and where the next one begins (`before`), None at the end. One query, however many.

    Of a room that the reader may see: nothing of deleted messages is in it.
    """
    rows: QuerySet[Any] = _links(room) if kind == "links" else _files(room, media=kind == "media")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("message__sender").order_by("-pk")[: settings.GALLERY_SIZE + 1])
    shown = found[: settings.GALLERY_SIZE]
    card = _link_card if kind == "links" else _file_card
    return [card(row) for row in shown], shown[-1].pk if len(found) > len(shown) else None


def _files(room: Room, *, media: bool) -> QuerySet[Attachment]:
    rows = Attachment.objects.filter(room=room, message__isnull=False, message__deleted_at=None)
    return rows.filter(kind__in=_MEDIA) if media else rows.exclude(kind__in=_MEDIA)


def _links(room: Room) -> QuerySet[Preview]:
    rows: QuerySet[Preview] = Preview.objects.filter(message__room=room, message__deleted_at=None, removed_at=None)
    return rows


def _file_card(file: Attachment) -> dict[str, Any]:
    assert file.message is not None
    # Files are numbered as they come, so months follow each other.
    month = localtime(file.created_at).date().replace(day=1)
    return {**file_wire(file), **_from(file.message), "month": month}


def _link_card(link: Preview) -> dict[str, Any]:
    return {**_from(link.message), "url": link.url, "title": link.card.title if link.card and link.is_shown else ""}


def _from(message: Message) -> dict[str, Any]:
    return {
        "author": person(message.sender),
        "at": message.created_at,
        "message_url": reverse("message", args=[message.room_id, message.pk]),
    }
