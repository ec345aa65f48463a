"""Files on their way, in pieces: a lost network or a reload goes on where the last piece ended (docs/protocol.md)."""

import json
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rooms import limits
from rooms.actions import files, uploads
from rooms.actions.uploads import Told
from rooms.files.names import is_called_picture
from rooms.files.wire import file_wire
from rooms.models import FileKind, Upload
from rooms.views.answers import done, door, person
from talkwave.errors import Refused


@door("POST")
def begin(request: HttpRequest) -> HttpResponse:
    """`room`, and `thread` where it is attached in one, `name`, `size`: the upload's id, under which its pieces go."""
    user = person(request)
    limits.spend(limits.uploading, user)
    size = _number(request.POST.get("size"), "size")
    name = request.POST.get("name", "")
    thread = request.POST.get("thread") or None
    upload = uploads.begin_upload(user, request.POST.get("room"), name=name, size=size, thread=thread)
    return JsonResponse(_wire(upload), status=201)


@door("GET", "PATCH", "DELETE", counted=False)
def one(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """GET: how far it is. PATCH: a piece, with its place in the header `Upload-Offset`. DELETE: it is not wanted."""
    user = person(request)
    limits.spend(limits.sending_pieces, user)
    if request.method == "DELETE":
        uploads.cancel_upload(user, upload_id)
        return JsonResponse({"ok": True})
    if request.method == "PATCH":
        offset = _number(request.headers.get("Upload-Offset"), "Upload-Offset")
        # One byte more than may come: that there is one tells it apart. (`body` would have the limit of forms.)
        data = request.read(settings.FILE_PIECE_BYTES + 1)
        return JsonResponse(_wire(uploads.take_piece(user, upload_id, offset=offset, data=data)))
    return JsonResponse(_wire(uploads.upload_for(user, upload_id)))


@door("POST")
def finish(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """All pieces are here: the file as a message will show it, and a `note` where it is not what its name says."""
    user = person(request)
    limits.spend(limits.sending_pieces, user)
    file = uploads.finish_upload(user, upload_id, _told(request))
    note = ""
    if file.kind != FileKind.IMAGE and is_called_picture(file.name):
        note = _("This is not a picture, whatever its name says. It goes as a file to be downloaded.")
    return JsonResponse({"file": file_wire(file), "note": note})


@door("POST", "DELETE")
def ready(request: HttpRequest, file_id: int) -> HttpResponse:
    """POST `alt`: what is to be seen in it. DELETE: a file not sent yet is not wanted after all."""
    user = person(request)
    limits.spend(limits.sending_pieces, user)
    if request.method == "DELETE":
        files.discard_file(user, file_id)
        return JsonResponse({"ok": True})
    return JsonResponse({"file": file_wire(files.describe_file(user, file_id, request.POST.get("alt", "")))})


@door("POST")
def remove(request: HttpRequest, file_id: int) -> HttpResponse:
    """From the list of those that wait: it is not wanted."""
    files.discard_file(person(request), file_id)
    return done(request, reverse("scheduled"), _("The file is removed."))


@door("POST")
def remove_all(request: HttpRequest) -> HttpResponse:
    """All of that list, up to the `newest` it showed."""
    gone = files.discard_files(person(request), request.POST.get("newest"))
    said = ngettext("%(n)d file is removed.", "%(n)d files are removed.", len(gone)) % {"n": len(gone)}
    return done(request, reverse("scheduled"), said, gone=[str(pk) for pk in gone])


def _wire(upload: Upload) -> dict[str, Any]:
    return {
        "id": str(upload.pk),
        "offset": upload.received,
        "size": upload.size,
        "piece": settings.FILE_PIECE_BYTES,
        "file": file_wire(upload.attachment) if upload.attachment else None,
    }


def _told(request: HttpRequest) -> Told:
    given = request.POST
    try:
        waveform = json.loads(given["waveform"]) if given.get("waveform") else None
        return Told(
            voice=given.get("voice") == "1",
            width=int(given["width"]) if given.get("width") else None,
            height=int(given["height"]) if given.get("height") else None,
            duration=float(given["duration"]) if given.get("duration") else None,
            waveform=waveform if waveform is None or isinstance(waveform, list) else [-1],
            alt=given.get("alt", ""),
        )
    except (ValueError, RecursionError):
        raise Refused("bad_request", _("What was said about this file makes no sense.")) from None


def _number(given: str | None, name: str) -> int:
    if given is None or not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise Refused("bad_request", _("%(name)s is a number.") % {"name": name})
    return int(given)
