"""Following threads, and how far somebody has read in them."""

from collections.abc import Iterable, Mapping

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
        tell_follow(state.pk, [actor.pk])
    return follow


def mark_thread_read(actor: User, message_id: object, seq: int) -> None:
    """Every answer up to `seq` is read; the mark only moves forward, never past the last one. Raises Refused."""
    root, seat = root_for(actor, message_id)
    seq = min(seq, seat.room.last_seq)
    mine = ThreadFollow.objects.filter(thread=root.pk, user=actor)
    with transaction.atomic():
        if mine.filter(read_seq__lt=seq).update(read_seq=seq):
            tell_follow(root.pk, [actor.pk])


def mark_threads_read(actor: User) -> dict[int, int]:
    """All threads the person follows are read. Gives where they had got to, by roots: `restore_threads` goes back there."""
    last = Thread.objects.filter(pk=OuterRef("thread_id")).values("last_seq")[:1]
    behind = ThreadFollow.objects.filter(user=actor, following=True, thread__last_seq__gt=F("read_seq"))
    with transaction.atomic():
        before = dict(behind.order_by("pk").select_for_update(of=("self",)).values_list("thread_id", "read_seq"))
        if before:
            ThreadFollow.objects.filter(user=actor, thread__in=before).update(read_seq=Subquery(last))
            publish.user_event(actor.pk, {"type": "threads.read"})
    return before


def restore_threads(actor: User, marks: Mapping[int, int]) -> None:
    """Takes `mark_threads_read` back: those marks again, where they are further back."""
    with transaction.atomic():
        mine = ThreadFollow.objects.filter(user=actor, thread__in=marks).order_by("pk")
        back = [one for one in mine.select_for_update(of=("self",)) if marks[one.thread_id] < one.read_seq]
        for follow in back:
            follow.read_seq = marks[follow.thread_id]
        if back:
            ThreadFollow.objects.bulk_update(back, ["read_seq"])
            publish.user_event(actor.pk, {"type": "threads.read", "back": True})


def tell_follow(root_id: int, user_ids: Iterable[int]) -> None:
    """How these people stand to a thread now, to each one's own sockets."""
    unread, _named = news_of_follow()
    follows = ThreadFollow.objects.filter(thread=root_id, user__in=user_ids)
    for follow in follows.select_related("thread").annotate(unread=unread):
        publish.user_event(follow.user_id, follow_wire(follow, follow.thread.room_id, follow.unread))
