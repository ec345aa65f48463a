"""Files of messages that are being posted: their sender's own, ready, neither sent nor waiting to be, and in that room."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from rooms import access
from rooms.models import Attachment, FileText, Message, Scheduled
from talkwave.errors import Refused


class Attached:
    """The files that a batch of drafts sends: one query for all, none where nothing has files. In its transaction."""

    def __init__(self, wanted: Iterable[Sequence[object]]) -> None:
        ids = {pk for values in wanted for pk in map(_id, values)}
        # Locked, in one order: of two messages that want the same file, one gets it.
        self._free: dict[int, Attachment] = {}
        if ids:
            rows = Attachment.objects.select_for_update(of=("self",)).filter(pk__in=ids, message=None, scheduled=None)
            self._free = {file.pk: file for file in rows.order_by("pk")}
        self._taken: list[tuple[Message, list[Attachment]]] = []
        self._shared: list[tuple[Message, Sequence[Attachment]]] = []

    def files(self, values: Sequence[object], sender_id: int, room_id: int) -> list[Attachment]:
        """The files that somebody means by these ids. Raises Refused where one is not theirs to send there."""
        if len(values) > settings.ATTACHMENTS_MAX:
            most = settings.ATTACHMENTS_MAX
            raise Refused("bad_request", _("A message holds at most %(limit)d files.") % {"limit": most})
        found = [self._free.get(pk) for pk in dict.fromkeys(map(_id, values))]
        files = [file for file in found if file and file.uploader_id == sender_id and file.room_id == room_id]
        if len(files) != len(found):
            raise Refused("not_found", _("One of the files is not here any more. Attach it again."))
        return files

    def give(self, message: Message, files: list[Attachment], shared: Sequence[Attachment] = ()) -> None:
        """They are that message's from now on; with `shared`, files that other messages show as well."""
        if files:
            self._taken.append((message, files))
            for file in files:
                del self._free[file.pk]
        if shared:
            self._shared.append((message, shared))

    def store(self) -> None:
        """Writes it down, once the messages have ids."""
        rows = []
        for message, files in self._taken:
            for position, file in enumerate(files):
                file.message, file.position, file.thread = message, position, None
                rows.append((message.pk, position, file.pk))
            message.adorn("attachments", files)
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(
                    "UPDATE rooms_attachment SET message_id = %s, position = %s, thread_id = NULL WHERE id = %s", rows
                )
        for message, shared in self._shared:
            message.adorn("attachments", share(message, shared))


def share(message: Message, files: Sequence[Attachment]) -> list[Attachment]:
    """Rows of its own for a stored message, of files that are another's: the same bytes, read under its own room's door."""
    # Each comes now: rows are listed as they came, month by month.
    own = ("id", "created_at")
    fields = [field.attname for field in Attachment._meta.concrete_fields if field.attname not in own]
    copies = []
    for position, file in enumerate(files):
        values: dict[str, Any] = {name: getattr(file, name) for name in fields}
        values |= {"message_id": message.pk, "room_id": message.room_id, "position": position}
        copies.append(Attachment(**values | {"uploader_id": message.sender_id}))
    Attachment.objects.bulk_create(copies)
    words = FileText.objects.in_bulk([file.pk for file in files])
    FileText.objects.bulk_create(
        FileText(attachment=copy, text=words[file.pk].text)
        for copy, file in zip(copies, files, strict=True)
        if file.pk in words
    )
    return copies


def leave_files(values: Sequence[object], row: Scheduled) -> None:
    """These files wait with a message that is sent later. In its transaction; raises Refused as `Attached` does."""
    for position, file in enumerate(Attached([values]).files(values, row.user_id, row.room_id or 0)):
        Attachment.objects.filter(pk=file.pk).update(scheduled=row, position=position, thread=row.thread)


def take_files(row: Scheduled) -> list[int]:
    """They wait no more: ids to be sent with the message, in its order. In the same transaction."""
    waiting = Attachment.objects.filter(scheduled=row)
    ids = list(waiting.values_list("pk", flat=True))
    waiting.update(scheduled=None)
    return ids


def _id(value: object) -> int:
    """An id as a number; one of nothing is 0."""
    try:
        return access.parse_id(value)
    except Refused:
        return 0
