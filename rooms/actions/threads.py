"""Following threads, and how far somebody has read in them."""

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from accounts.models import User
from rooms import access
from rooms.models import Thread, ThreadFollow
from rooms.threads import follow_wire, news_of_follow, root_for
from talkwave.errors import Refused
from talkwave.realtime import publish


def follow_thread(actor: User, message_id: object, following: bool) -> ThreadFollow:
    """Follows a thread from now on, or no longer; a message nobody answered yet may be followed, too. Raises Refused."""
    root, seat = root_for(actor, message_id)
    if seat.membership is None:
        raise Refused("forbidden", access.join_detail())
    with transaction.atomic():
        state, _made = Thread.objects.get_or_create(root=root, defaults={"room": seat.room})
        follow, made = ThreadFollow.objects.get_or_create(
            thread=state, user=actor, defaults={"following": following, "read_seq": state.last_seq}
        )
        if not made and follow.following != following:
            follow.following = following
            # Who comes back begins with what is said from now on.
            follow.read_seq = max(follow.read_seq, state.last_seq)
            follow.save(update_fields=["following", "read_seq"])
        _say(actor, state.pk)
    return follow


def mark_thread_read(actor: User, message_id: object, seq: int) -> None:
    """Every answer up to `seq` is read; the mark only moves forward, never past the last one. Raises Refused."""
    root, seat = root_for(actor, message_id)
    seq = min(seq, seat.room.last_seq)
    mine = ThreadFollow.objects.filter(thread=root.pk, user=actor)
    with transaction.atomic():
        if mine.filter(read_seq__lt=seq).update(read_seq=seq):
            _say(actor, root.pk)


def mark_threads_read(actor: User) -> None:
    """All threads the person follows are read."""
    last = Thread.objects.filter(pk=OuterRef("thread_id")).values("last_seq")[:1]
    behind = ThreadFollow.objects.filter(user=actor, following=True, thread__last_seq__gt=F("read_seq"))
    with transaction.atomic():
        if ThreadFollow.objects.filter(pk__in=behind.values("pk")).update(read_seq=Subquery(last)):
            publish.user_event(actor.pk, {"type": "threads.read"})


def _say(actor: User, root_id: int) -> None:
    unread, _named = news_of_follow()
    follow = ThreadFollow.objects.select_related("thread").annotate(unread=unread).get(thread=root_id, user=actor)
    publish.user_event(actor.pk, follow_wire(follow, follow.thread.room_id, follow.unread))
