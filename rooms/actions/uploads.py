"""Files on their way: begun, taken piece by piece, finished or cancelled."""

import math
import os
import secrets
import tempfile
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Subquery, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access
from rooms.files import pieces, sandbox
from rooms.files.names import clean_name, with_ending
from rooms.models import Attachment, FileKind, FileText, Upload
from talkwave.errors import Refused
from talkwave.web import counting

# For the metrics: what became of files, and bytes that came.
_counted: Final = {"begun": 0, "ready": 0, "refused": 0, "bytes": 0}
counting.counter(
    "talkwave_uploads_total",
    "Files begun to be sent, and what became of them.",
    lambda: {end: _counted[end] for end in ("begun", "ready", "refused")},
    label="end",
)
counting.counter("talkwave_upload_bytes_total", "Bytes of files that came.", lambda: _counted["bytes"])

FOLDER: Final = "files"
# Endings (rooms.files.signatures) of what may hold words.
WORDY: Final = frozenset({"pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp"})
WAVEFORM_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What a sender's browser tells about a film or a sound, which no decoder of ours opens. Raises Refused for nonsense."""

    voice: bool = False
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    waveform: list[int] | None = field(default=None)
    alt: str = ""

    def __post_init__(self) -> None:
        sides = [side for side in (self.width, self.height) if side is not None]
        wave = self.waveform or []
        fits = (
            len(sides) in (0, 2)
            and all(0 < side <= 20_000 for side in sides)
            and (self.duration is None or (math.isfinite(self.duration) and 0 <= self.duration <= 86_400 * 7))
            # A second more: the browser that stops it is not exact.
            and (not self.voice or (self.duration or 0) <= settings.VOICE_MAX_SECONDS + 1)
            and len(wave) <= WAVEFORM_MOST
            and all(isinstance(value, int) and 0 <= value <= 100 for value in wave)
        )
        if not fits:
            raise Refused("bad_request", _("What was said about this file makes no sense."))
        require_alt(self.alt)


def require_alt(alt: str) -> None:
    if len(alt) > settings.FILE_ALT_MAX_LENGTH:
        limit = settings.FILE_ALT_MAX_LENGTH
        raise Refused("too_long", _("A description has at most %(limit)d characters.") % {"limit": limit})
    if "\x00" in alt:
        raise Refused("bad_request", _("This description holds a character that cannot be stored."))


def begin_upload(actor: User, room_id: object, *, name: str, size: int, thread: object = None) -> Upload:
    """A file of that size is going to come, to be sent in that room, or in the `thread` of a message, wherever that is
    by now. Raises Refused."""
    root = None
    if thread is None:
        seat = access.room_for(actor, room_id, to="post")
    else:
        root, seat = access.message_for(actor, thread, to="post")
    if size < 1:
        raise Refused("bad_request", _("This file is empty."))
    if size > settings.FILE_MAX_BYTES:
        limit = filesizeformat(settings.FILE_MAX_BYTES)
        raise Refused("too_long", _("This file is too large. At most %(limit)s, please.") % {"limit": limit})
    refusal = _too_much(actor, size)
    if refusal and _end_idle(actor):
        refusal = _too_much(actor, size)
    if refusal:
        raise refusal
    pieces.require_room_for(size)
    _counted["begun"] += 1
    return Upload.objects.create(owner=actor, room=seat.room, thread=root, name=clean_name(name), size=size)


def _too_much(actor: User, size: int) -> Refused | None:
    """Why somebody cannot send one more file of that size just now."""
    coming = Upload.objects.filter(owner=actor, attachment=None)
    ready = Attachment.objects.filter(uploader=actor, message=None)
    if coming.count() >= settings.UPLOADS_AT_ONCE:
        return Refused("conflict", _("Too many files are on their way already. Wait for them, or cancel some."))
    held = sum(rows.aggregate(bytes=Sum("size"))["bytes"] or 0 for rows in (coming, ready))
    if held + size > settings.FILES_UNSENT_BYTES:
        return Refused(
            "conflict", _("Too much is waiting to be sent. Send or remove some files first: “Scheduled” lists them.")
        )
    return None


def _end_idle(actor: User) -> bool:
    """Ends their uploads that nobody goes on with: of a page that was loaded anew only the server knows. True: there were some.

    Whoever still wants one, after a long pause, is told that it is not here, and begins it anew.
    """
    before = timezone.now() - timedelta(minutes=settings.UPLOAD_IDLE_MINUTES)
    with transaction.atomic():
        idle = Upload.objects.select_for_update(of=("self",)).filter(owner=actor, attachment=None)
        ids = list(idle.filter(touched_at__lt=before).values_list("pk", flat=True))
        Upload.objects.filter(pk__in=ids).delete()
        for upload_id in ids:
            transaction.on_commit(partial(pieces.remove, upload_id), robust=True)
    return bool(ids)


def upload_for(actor: User, upload_id: uuid.UUID, *, lock: bool = False) -> Upload:
    """One's own upload, to a room one may still post in. Raises Refused."""
    uploads = Upload.objects.select_for_update(of=("self",)) if lock else Upload.objects.all()
    upload = uploads.filter(pk=upload_id, owner=actor).first()
    if upload is None:
        raise access.not_found()
    access.room_for(actor, upload.room_id, to="post")
    return upload


def take_piece(actor: User, upload_id: uuid.UUID, *, offset: int, data: bytes) -> Upload:
    """The bytes from `offset` on, which is where the last piece ended. Raises Refused: `conflict` for any other."""
    upload = upload_for(actor, upload_id)
    if offset != upload.received:
        raise _wrong_offset(upload)
    if not data or len(data) > settings.FILE_PIECE_BYTES:
        limit = filesizeformat(settings.FILE_PIECE_BYTES)
        raise Refused("bad_request", _("A piece has at least one byte and at most %(limit)s.") % {"limit": limit})
    if offset + len(data) > upload.size:
        raise Refused("bad_request", _("This is more than the file was said to have."))
    # Written before it counts: what counts is on the disk. No lock meanwhile: on SQLite everybody would wait for it.
    pieces.write(upload.pk, offset, data)
    upload.received = offset + len(data)
    _counted["bytes"] += len(data)
    took = Upload.objects.filter(pk=upload.pk, received=offset, looking_since=None)
    if not took.update(received=upload.received, touched_at=timezone.now()):
        raise _wrong_offset(upload)
    return upload


def cancel_upload(actor: User, upload_id: uuid.UUID) -> None:
    """It is not wanted any more, ready or not. What is in a message already, or waits in one, stays there; cancelling twice is once."""
    with transaction.atomic():
        upload = Upload.objects.select_for_update(of=("self",)).filter(pk=upload_id, owner=actor).first()
        if upload is None:
            return
        Attachment.objects.filter(upload=upload, message=None, scheduled=None).delete()
        Upload.objects.filter(pk=upload.pk).delete()
        transaction.on_commit(lambda: pieces.remove(upload.pk), robust=True)


def finish_upload(actor: User, upload_id: uuid.UUID, told: Told) -> Attachment:
    """The whole file, looked at and made harmless, ready to be sent. Asked again it is the same file.

    Raises Refused. A file that is refused for what it is, is gone.
    """
    upload_for(actor, upload_id)  # whose it is comes first: nobody else is told that there is one
    try:
        with pieces.held(upload_id) as alone:
            return _finish_held(actor, upload_id, told, alone)
    except BlockingIOError:
        raise _looked_at() from None


def _finish_held(actor: User, upload_id: uuid.UUID, told: Told, alone: bool) -> Attachment:
    with transaction.atomic():
        upload = upload_for(actor, upload_id, lock=True)
        if upload.attachment is not None:
            return upload.attachment
        if upload.received < upload.size:
            raise Refused("conflict", _("This file is not here as a whole yet."))
        now = timezone.now()
        # A process that died while it looked does not hold the file for ever, where no lock tells of its end.
        patience = timedelta(seconds=3 * settings.FILE_LOOK_SECONDS + 30)
        if not alone and upload.looking_since is not None and now - upload.looking_since < patience:
            raise _looked_at()
        upload.looking_since = upload.touched_at = now
        upload.save(update_fields=["looking_since", "touched_at"])
    try:
        with pieces.told_when_full():
            file = _finish(upload, told)
            _counted["ready"] += 1
            return file
    except Refused as refusal:
        _counted["refused"] += refusal.code != "unavailable"
        if refusal.code == "unavailable":
            Upload.objects.filter(pk=upload.pk).update(looking_since=None)
        else:
            cancel_upload(actor, upload.pk)
        raise
    except BaseException:
        Upload.objects.filter(pk=upload.pk).update(looking_since=None)
        raise


def take_whole(
    actor: User, room_id: object, source: "File[bytes]", *, name: str, size: int, thread: object = None
) -> Attachment:
    """A file that came all at once (a form without JavaScript, a program), on the same way. Raises Refused."""
    upload = begin_upload(actor, room_id, name=name, size=size, thread=thread)
    offset = 0
    while data := source.read(settings.FILE_PIECE_BYTES):
        offset = take_piece(actor, upload.pk, offset=offset, data=data).received
    return finish_upload(actor, upload.pk, Told())


def _finish(upload: Upload, told: Told) -> Attachment:
    source = pieces.path_of(upload.pk)
    if not source.is_file() or source.stat().st_size != upload.size:
        raise _gone()
    stored: list[str] = []
    try:
        with tempfile.TemporaryDirectory(dir=pieces.folder()) as folder:
            seen = sandbox.look(source, Path(folder))
            whole = Path(folder) / seen["file"] if seen.get("file") else pieces.other_name(source, Path(folder))
            file = Attachment(room_id=upload.room_id, thread_id=upload.thread_id, uploader_id=upload.owner_id)
            file.alt = told.alt.strip()
            _describe(file, upload.name, seen, told)
            file.size = whole.stat().st_size
            file.stored = _store(whole, stored)
            if seen.get("thumb"):
                file.thumb_stored = _store(Path(folder) / seen["thumb"], stored)
        with transaction.atomic():
            file.save()
            if file.kind == FileKind.TEXT or seen["ending"] in WORDY:
                FileText.objects.create(attachment=file)
            # Cancelled meanwhile: then nobody wants it.
            if not Upload.objects.filter(pk=upload.pk).update(attachment=file, looking_since=None):
                raise access.not_found()
            if upload.thread_id is not None:
                # Which may have gone to another room while it was looked at.
                room = Upload.objects.filter(pk=upload.pk).values("room")
                Attachment.objects.filter(pk=file.pk).update(room=Subquery(room))
    except BaseException as error:
        for name in stored:
            default_storage.delete(name)
        if isinstance(error, FileNotFoundError):
            # Its bytes went while it was looked at: most likely it was cancelled.
            raise _gone() from None
        raise
    pieces.remove(upload.pk)
    return file


def _describe(file: Attachment, name: str, seen: dict[str, Any], told: Told) -> None:
    file.kind, file.type = seen["kind"], seen["type"]
    file.name = with_ending(name, seen["ending"]) if file.kind == FileKind.IMAGE else name
    if file.kind == FileKind.IMAGE:
        file.width, file.height = seen["width"], seen["height"]
        file.placeholder, file.animated = seen["placeholder"], seen["animated"]
    if file.kind == FileKind.PDF:
        file.pages = seen.get("pages")
    if told.voice and file.type == "video/mp4":
        # What Safari records carries no sign that it is sound alone. It is only ever heard.
        file.kind, file.type = FileKind.AUDIO, "audio/mp4"
    if file.kind == FileKind.VIDEO:
        file.width, file.height = told.width, told.height
    if file.kind == FileKind.AUDIO and told.voice:
        file.kind = FileKind.VOICE
        file.waveform = told.waveform
    if file.kind in (FileKind.VIDEO, FileKind.AUDIO, FileKind.VOICE):
        file.duration = told.duration


class _Whole(File):  # type: ignore[type-arg]
    """A finished file: a storage on the same disk moves it instead of copying 100 MB."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def _store(path: Path, stored: list[str]) -> str:
    """Gives it a name that nobody can guess, and that says nothing of what it is: no server would run it."""
    token = secrets.token_hex(16)
    # It is moved as it is, and would look as old as its last piece: the sweep of what no row names leaves young ones.
    os.utime(path)
    with path.open("rb") as file:
        name = default_storage.save(f"{FOLDER}/{token[:2]}/{token}", _Whole(file, name=str(path)))
    stored.append(name)
    return name


def _looked_at() -> Refused:
    return Refused("unavailable", _("This file is being looked at."), retry_after=1)


def _gone() -> Refused:
    return Refused("conflict", _("What was uploaded so far is gone. Begin again, please."))


def _wrong_offset(upload: Upload) -> Refused:
    detail = _("The next piece begins somewhere else: %(offset)d bytes are here.") % {"offset": upload.received}
    return Refused("conflict", detail)
