"""What was sent in a room, beside the words: pictures and films, other files, links. The newest first."""

from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import User
from accounts.wire import person
from rooms.files.wire import file_wire
from rooms.models import Attachment, FileKind, Message, Room
from rooms.previews.linked import addresses_in
from rooms.search.find import with_links

KINDS: Final = ("media", "files", "links")
# The index knows of links in code and under spoilers, too: a page of these alone is passed over, so often.
_ROUNDS: Final = 5
_MEDIA: Final = (FileKind.IMAGE, FileKind.VIDEO)


def gallery(reader: User, room: Room, kind: str, before: int | None) -> tuple[list[dict[str, Any]], int | None]:
    """A page of one kind, and where the next one begins (`before`), None at the end. A fixed number of queries.

    Of a room that the reader may see: nothing of deleted messages is in it.
    """
    if kind == "links":
        return _links(reader, room, before)
    rows = _files(room, media=kind == "media")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("message__sender").order_by("-pk")[: settings.GALLERY_SIZE + 1])
    shown = found[: settings.GALLERY_SIZE]
    return [_file_card(row) for row in shown], shown[-1].pk if len(found) > len(shown) else None


def _files(room: Room, *, media: bool) -> QuerySet[Attachment]:
    rows = Attachment.objects.filter(room=room, message__isnull=False, message__deleted_at=None)
    return rows.filter(kind__in=_MEDIA) if media else rows.exclude(kind__in=_MEDIA)


def _links(reader: User, room: Room, before: int | None) -> tuple[list[dict[str, Any]], int | None]:
    """Links come from the messages, by the index of search: whether they have a preview, or ever had one, is no matter."""
    cards: list[dict[str, Any]] = []
    for _round in range(_ROUNDS):
        messages, before = with_links(reader, room, before=before, limit=settings.GALLERY_SIZE)
        cards += [card for message in messages for card in _link_cards(message)]
        if cards or before is None:
            break
    return cards, before


def _file_card(file: Attachment) -> dict[str, Any]:
    assert file.message is not None
    # Files are numbered as they come, so months follow each other.
    month = localtime(file.created_at).date().replace(day=1)
    return {**file_wire(file), **_from(file.message), "month": month}


def _link_cards(message: Message) -> list[dict[str, Any]]:
    about = _from(message)
    titles = {preview.url: preview.card.title for preview in message.beside("previews") if preview.is_shown}
    return [{**about, "url": url, "title": titles.get(url, "")} for url in addresses_in(message.body)]


def _from(message: Message) -> dict[str, Any]:
    return {
        "author": person(message.sender),
        "at": message.created_at,
        "message_url": reverse("message", args=[message.room_id, message.pk]),
    }
