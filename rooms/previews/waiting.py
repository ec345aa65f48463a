"""What a message's links wait for, as the message is posted, changed and deleted. Each inside the action's transaction."""

from collections.abc import Container, Iterable, Mapping

from django.conf import settings

from accounts.models import User
from rooms import limits
from rooms.models import Message, Preview, Room, url_digest
from rooms.previews.linked import links_of
from talkwave import work


def await_previews(messages: Iterable[Message], rooms: Mapping[int, Room], senders: Mapping[int, User]) -> None:
    """Says of new messages which links a worker has to look at: none of people who want no previews.

    A batch costs one insert, and nothing where nobody linked to anything.
    """
    rows = [
        row
        for message in messages
        if "://" in message.body and senders[message.sender_id].link_previews
        for row in _rows(message, rooms[message.room_id], links_of(message.body))
    ]
    _store(rows)


def follow_edit(message: Message, room: Room) -> None:
    """After new words: what is not linked any more goes at once, what still is stays as it was, removed or not."""
    urls = links_of(message.body)
    digests = [url_digest(url) for url in urls]
    there = {preview.digest: preview for preview in message.previews.all()}
    for digest, preview in there.items():
        if digest not in digests:
            preview.delete()
        elif preview.position != (position := digests.index(digest)):
            preview.position = position
            preview.save(update_fields=["position"])
    if message.sender.link_previews:
        _store(_rows(message, room, urls, there))


def _store(rows: list[Preview]) -> None:
    if rows:
        Preview.objects.bulk_create(rows)
        work.wake()


def _rows(message: Message, room: Room, urls: list[str], there: Container[str] = ()) -> list[Preview]:
    """A row for each link that has none yet; `there` are the digests of those that have."""
    rows = [
        Preview(message=message, position=position, digest=digest, url=url)
        for position, url in enumerate(urls)
        if (digest := url_digest(url)) not in there
    ]
    if not rows or not settings.LINK_PREVIEWS or room.previews_off_at is not None:
        return []
    # Each costs some stranger's server a visit; past its share a link stays just a link.
    return [] if limits.previewing.take_here(message.sender_id, len(rows)) else rows
