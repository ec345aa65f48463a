"""Files as the wire shows them (docs/protocol.md, "Objects")."""

from typing import Any

from django.urls import reverse

from rooms.models import Attachment, FileKind


def file_wire(file: Attachment) -> dict[str, Any]:
    """One of a message's `attachments`. `thumb` is the picture to show in the timeline, null for what is none."""
    return {
        "id": str(file.pk),
        "kind": file.kind,
        "name": file.name,
        "size": file.size,
        "type": file.type,
        "url": file_url(file),
        "thumb": thumb_url(file),
        "width": file.width,
        "height": file.height,
        "placeholder": file.placeholder or None,
        "animated": file.animated,
        "duration": file.duration,
        "waveform": file.waveform,
        "pages": file.pages,
        "alt": file.alt,
    }


def file_url(file: Attachment) -> str:
    """The name in it is for people and downloads alone: the number says which."""
    return reverse("file", args=[file.pk, file.name])


def thumb_url(file: Attachment) -> str | None:
    if file.thumb_stored:
        return reverse("file_thumb", args=[file.pk])
    return file_url(file) if file.kind == FileKind.IMAGE else None
