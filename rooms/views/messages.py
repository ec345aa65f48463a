"""Posting with a form, for who has no JavaScript."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import User
from rooms import access, limits
from rooms.actions.posting import post_message
from rooms.actions.uploads import take_whole
from rooms.models import Message
from rooms.threads import root_for
from rooms.views.answers import client_id, done, door, person, wants_json
from rooms.views.rooms import show_room
from rooms.views.threads import show_thread
from rooms.wire import message_wire
from talkwave.errors import Refused
from talkwave.web.failures import come_again


@door("POST")
def post(request: HttpRequest, room_id: int) -> HttpResponse:
    """`body` as a message, with a `file` where one was picked, or ready ones by `attachments` (ids).

    A refused one comes back in the composer with the reason: nothing typed is lost.
    """
    user = person(request)
    body = request.POST.get("body", "")
    try:
        limits.spend(limits.posting, user)
        message = post_message(
            user,
            room_id,
            body,
            client_id=client_id(request),
            attachments=_files(request, user, room_id),
            **_place(request),
        )
    except Refused as refusal:
        if wants_json(request) or refusal.code == "not_found":
            raise
        if request.POST.get("thread"):
            root, seat = root_for(user, request.POST["thread"])
            page = show_thread(
                request, root, seat, status=refusal.status, composer_body=body, composer_error=str(refusal.detail)
            )
        else:
            seat = access.room_for(user, room_id)
            page = show_room(
                request, seat, status=refusal.status, composer_body=body, composer_error=str(refusal.detail)
            )
        return come_again(page, refusal)
    if message.thread_id is not None:
        place = f"{reverse('room_thread', args=[room_id, message.thread_id])}#t-{message.pk}"
    else:
        place = f"{reverse('room', args=[room_id])}#m-{message.pk}"
    # As it stands by now: a form that came again, with the same `client_id`, may find it with reactions and votes.
    message = Message.objects.for_wire().get(pk=message.pk)
    return done(request, place, message=message_wire(message, reader_id=user.pk))


def _place(request: HttpRequest) -> dict[str, Any]:
    """The thread it answers, and whether it stands in the room, too."""
    thread = request.POST.get("thread") or None
    return {"thread": thread, "in_room": thread is None or request.POST.get("in_room") == "1"}


def _files(request: HttpRequest, user: User, room_id: int) -> list[object]:
    """Ids of the message's files; one that comes with the form itself is taken in first."""
    ids: list[object] = [*request.POST.getlist("attachments")]
    if picked := request.FILES.get("file"):
        limits.spend(limits.uploading, user)
        thread = request.POST.get("thread") or None
        name, size = picked.name or "", picked.size or 0
        ids.append(take_whole(user, room_id, picked, name=name, size=size, thread=thread).pk)
    return ids
