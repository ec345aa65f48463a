"""Files that are ready: described, removed before they are sent, read for search, and cleaned away."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access
from rooms.actions.messages import changed
from rooms.actions.uploads import FOLDER, require_alt
from rooms.files import pieces, sandbox
from rooms.files.lost import lost_in
from rooms.models import Attachment, FileText, Upload
from rooms.search.index import refresh as refresh_index
from talkwave.errors import Refused

_BATCH: Final = 500
_ENDINGS: Final = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}


def describe_file(actor: User, file_id: object, alt: str) -> Attachment:
    """What is to be seen in one's own file, for who cannot see it; also later, in a message. Raises Refused."""
    require_alt(alt)
    alt = alt.strip()
    file = access.file_for(actor, file_id)
    if file.uploader_id != actor.pk:
        raise Refused("forbidden", _("Only who sent a file describes it."))
    if file.alt == alt:
        return file
    with transaction.atomic():
        if file.message_id is None:
            # Sent meanwhile: then its message tells of it.
            if Attachment.objects.filter(pk=file.pk, message=None).update(alt=alt):
                file.alt = alt
                return file
            file.refresh_from_db()
        message, seat = access.message_for(actor, file.message_id, to="edit", lock=True)
        if message.deleted_at is not None:
            raise access.not_found()
        Attachment.objects.filter(pk=file.pk).update(alt=alt)
        file.alt = alt
        changed(message, seat.room)
    return file


def discard_file(actor: User, file_id: object) -> None:
    """Takes back one's own file that is not sent yet. Raises Refused; `conflict` where it is in a message."""
    # Also where its room is not theirs any more: nothing is told of it, and it counts until it is gone.
    with transaction.atomic():
        # Locked: else a message that takes it along in this moment would be left without.
        waiting = waiting_files(actor).select_for_update(of=("self",)).filter(pk=access.parse_id(file_id)).first()
        if waiting is not None:
            waiting.delete()
            return
    file = access.file_for(actor, file_id)
    if file.scheduled_id is not None:
        raise Refused("conflict", _("This file is in a message that is sent later. Take it out there."))
    raise Refused("conflict", _("This file was sent already. Delete its message instead."))


def discard_files(actor: User, newest: object) -> list[int]:
    """Takes back all of one's own files that are not sent yet, up to that one: nobody was asked about what came after it.

    Gives their ids. Raises Refused.
    """
    last = access.parse_id(newest)
    gone: list[int] = []
    while True:
        with transaction.atomic():
            waiting = waiting_files(actor).select_for_update(of=("self",)).filter(pk__lte=last).order_by("pk")
            ids = list(waiting.values_list("pk", flat=True)[:_BATCH])
            Attachment.objects.filter(pk__in=ids).delete()
        gone += ids
        if len(ids) < _BATCH:
            return gone


def waiting_files(user: User) -> QuerySet[Attachment]:
    """Their ready files that are in no message, nor in one that is sent later: in a composer of theirs, or in none."""
    return Attachment.objects.filter(uploader=user, message=None, scheduled=None)


def remove_bytes_after_commit(file: Attachment) -> None:
    """The row is gone; what it named goes, too, unless another row (a forwarded message) shows it as well."""

    def remove() -> None:
        if not Attachment.objects.filter(stored=file.stored).exists():
            for name in filter(None, (file.stored, file.thumb_stored)):
                default_storage.delete(name)

    transaction.on_commit(remove, robust=True)


def read_one() -> bool:
    """Reads the words of one file that waits for it; False where none does. A file that ends its reader has none."""
    waiting = FileText.objects.filter(text=None).select_related("attachment").order_by("pk").first()
    if waiting is None:
        return False
    words = _words_in(waiting.attachment)
    with transaction.atomic():
        FileText.objects.filter(pk=waiting.pk).update(text=words)
        # The message it went with, if it did meanwhile: it is found by these words, too, from now on.
        sent = Attachment.objects.filter(pk=waiting.pk, message__isnull=False).values_list("message_id", flat=True)
        refresh_index([pk for pk in sent if pk is not None])
    return True


def _words_in(file: Attachment) -> str:
    try:
        with tempfile.NamedTemporaryFile(dir=pieces.folder()) as copy, default_storage.open(file.stored) as source:
            shutil.copyfileobj(source, copy)
            copy.flush()
            return sandbox.words_in(Path(copy.name), _ENDINGS.get(file.type, "txt"))
    except FileNotFoundError:  # restored from a backup without the files
        return ""


def unsent() -> QuerySet[Attachment]:
    """Ready files that nobody sent within FILES_UNSENT_DAYS, nor left to be sent later."""
    before = timezone.now() - timedelta(days=settings.FILES_UNSENT_DAYS)
    return Attachment.objects.filter(message=None, scheduled=None, created_at__lt=before)


def unfinished() -> QuerySet[Upload]:
    """Uploads that nobody went on with within FILES_UNSENT_DAYS, and the traces of finished ones."""
    before = timezone.now() - timedelta(days=settings.FILES_UNSENT_DAYS)
    return Upload.objects.filter(touched_at__lt=before)


def deleted() -> QuerySet[Attachment]:
    """Files of messages deleted over DELETED_TEXT_DAYS ago: moderators' time with them is over, too."""
    before = timezone.now() - timedelta(days=settings.DELETED_TEXT_DAYS)
    return Attachment.objects.filter(message__deleted_at__lt=before)


def lost() -> Iterator[str]:
    """Bytes whose row was never stored, or is gone: a process was killed between the two."""
    # A database without a single file is the wrong one for this folder, or one that is still to be restored.
    if not Attachment.objects.exists() or not default_storage.exists(FOLDER):
        return
    folders, _files = default_storage.listdir(FOLDER)
    for folder in folders:
        yield from lost_in(f"{FOLDER}/{folder}", _named)


def _named(names: list[str]) -> set[str]:
    stored = set(Attachment.objects.filter(stored__in=names).values_list("stored", flat=True))
    rest = [name for name in names if name not in stored]
    return stored | set(Attachment.objects.filter(thumb_stored__in=rest).values_list("thumb_stored", flat=True))


def cleanup_files(dry_run: bool = False) -> dict[str, int]:
    """Removes what was never sent, what was deleted long ago, and bytes of no file; says how many."""
    nobodys = list(lost())
    done = {
        "uploads never finished": unfinished().filter(attachment=None).count(),
        "files never sent": unsent().count(),
        "files of deleted messages": deleted().count(),
        "bytes of no file": len(nobodys),
    }
    if not dry_run:
        for rows in (unfinished(), unsent(), deleted()):
            while ids := list(rows.values_list("pk", flat=True)[:_BATCH]):
                with transaction.atomic():
                    rows.model._default_manager.filter(Q(pk__in=ids)).delete()
        for name in nobodys:
            default_storage.delete(name)
        pieces.sweep((settings.FILES_UNSENT_DAYS + 1) * 86_400)
    return done
