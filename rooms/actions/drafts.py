"""Drafts that follow a person from device to device and never overwrite each other."""

from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, events
from rooms.models import Membership, WrittenDraft
from talkwave.errors import Refused


class Kept(NamedTuple):
    """What the server holds now; `stored` is False where that is another text than the one that was offered."""

    version: int
    body: str
    stored: bool


def save_draft(
    actor: User, room_id: object, body: str, version: int, *, thread: object = None, device: str = ""
) -> Kept:
    """Keeps the draft where it goes on from what the server holds (`version`), or where the server holds nothing.

    Otherwise nothing is written, and the other text comes back: whoever asks still has theirs, so both are kept.
    An empty body is a draft sent or thrown away. Raises Refused.
    """
    seat = access.room_for(actor, room_id)
    if len(body) > settings.MESSAGE_MAX_LENGTH:
        raise Refused(
            "too_long",
            _("This message has %(count)d characters; at most %(limit)d are possible.")
            % {"count": len(body), "limit": settings.MESSAGE_MAX_LENGTH},
        )
    if "\x00" in body:
        raise Refused(
            "bad_request", _("This message holds a character that cannot be stored. Remove it and send again.")
        )
    root = None
    if thread is not None:
        root, root_seat = access.message_for(actor, thread)
        if root_seat.room.pk != seat.room.pk:
            raise access.not_found()
    body = body if body.strip() else ""
    # Each update is its own comparison; no lock is held, and of two devices at once one goes first.
    with transaction.atomic():
        draft, _made = WrittenDraft.objects.get_or_create(user=actor, thread=root, room=seat.room)
        if draft.body == body:
            return Kept(draft.version, body, True)
        if draft.version != version and draft.body:
            return Kept(draft.version, draft.body, False)
        mine = WrittenDraft.objects.filter(pk=draft.pk, version=draft.version)
        if not mine.update(body=body, version=F("version") + 1, updated_at=timezone.now()):
            draft.refresh_from_db()
            return Kept(draft.version, draft.body, draft.body == body)
        events.draft_updated(actor.pk, _wire(draft, body=body, version=draft.version + 1) | {"device": device})
    return Kept(draft.version + 1, body, True)


def drafts_of(user: User) -> list[dict[str, object]]:
    """Everything this person began in rooms they are in, as the wire has it; emptied ones too, for their version."""
    mine = Membership.objects.filter(user=user).values("room")
    drafts = WrittenDraft.objects.filter(user=user, room__in=mine).order_by("-updated_at", "-pk")
    found, characters = [], 0
    for draft in drafts[: settings.DRAFTS_MAX]:
        characters += len(draft.body)
        if characters <= settings.DRAFTS_MAX_CHARACTERS:
            found.append(_wire(draft))
    return found


def _wire(draft: WrittenDraft, *, body: str | None = None, version: int | None = None) -> dict[str, object]:
    return {
        "room": str(draft.room_id),
        "thread": str(draft.thread_id) if draft.thread_id else None,
        "body": draft.body if body is None else body,
        "version": draft.version if version is None else version,
    }
