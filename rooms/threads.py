"""Looking at threads: one, those somebody follows, and what is new in them."""

from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, IntegerField, Max, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from accounts.models import User
from rooms import access
from rooms.access import Seat
from rooms.models import Mention, Message, MessageKind, ThreadFollow
from rooms.wire import beginning, message_wire

# So many of the last answers stand in the list of threads.
ANSWERS_SHOWN = 2
_EXCERPT = 160


def root_for(user: User, message_id: object) -> tuple[Message, Seat]:
    """The message with which a thread begins, or would begin; of an answer, that of its thread. Raises Refused."""
    message, seat = access.message_for(user, message_id)
    root = Message.objects.for_wire().get(pk=message.thread_id or message.pk)
    if root.kind != MessageKind.TEXT:
        raise access.not_found()
    return root, seat


def follow_of(user: User, root_id: int) -> ThreadFollow | None:
    """How that person stands to the thread; None where they never had to do with it."""
    return ThreadFollow.objects.filter(thread=root_id, user=user).first()


def _of(user: User) -> "QuerySet[ThreadFollow]":
    """Of threads in rooms the person is in now: who leaves a room is told no more of it."""
    return ThreadFollow.objects.filter(user=user, thread__room__memberships__user=user)


def known_threads(user: User) -> list[dict[str, Any]]:
    """What a page has to know to tell which answers concern its reader: the threads they follow, or chose not to,
    the latest first and at most THREADS_KNOWN_MAX. `named_seq` is that of the last answer that names them, looked up
    where something is unread."""
    rows = _of(user).order_by(F("thread__last_at").desc(nulls_last=True), "-pk")
    columns = rows.values_list("thread_id", "thread__room_id", "following", "read_seq", "thread__last_seq")
    known = list(columns[: settings.THREADS_KNOWN_MAX])
    named = _last_named(user, [root for root, _room, following, read, last in known if following and read < last])
    return [
        {
            "root": str(root),
            "room": str(room),
            "following": following,
            "read_seq": read,
            "last_seq": last,
            "named_seq": named.get(root, 0),
        }
        for root, room, following, read, last in known
    ]


def _last_named(user: User, root_ids: list[int]) -> dict[int, int]:
    """Root id → seq of the last answer there that names the person; one query, none where nothing is asked."""
    if not root_ids:
        return {}
    rows = Mention.objects.filter(user=user, message__thread__in=root_ids, message__deleted_at=None).order_by()
    return dict(rows.values_list("message__thread").annotate(Max("seq")))


def news_of_follow() -> tuple[Coalesce, Coalesce]:
    """Two annotations for ThreadFollow rows: how many answers are unread, and how many of those name the person."""
    unread = Message.objects.filter(
        thread=OuterRef("thread_id"), seq__gt=OuterRef("read_seq"), deleted_at=None, kind=MessageKind.TEXT
    )
    named = Mention.objects.filter(
        user=OuterRef("user_id"),
        message__thread=OuterRef("thread_id"),
        seq__gt=OuterRef("read_seq"),
        message__deleted_at=None,
    )
    return _counted(unread, "thread"), _counted(named, "user")


def _counted(rows: "QuerySet[Any]", over: str) -> Coalesce:
    counted = rows.order_by().values(over).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def inbox(user: User, page: str | None) -> tuple["Page[Any]", list[dict[str, Any]]]:
    """The threads that person follows, the latest answered first: a page of them, and what is shown of each."""
    unread, named = news_of_follow()
    rows = (
        _of(user)
        .filter(following=True, thread__count__gt=0)
        .select_related("thread__room", "thread__root__sender")
        .prefetch_related("thread__root__attachments")
        .annotate(unread=unread, named=named)
        .order_by("-thread__last_at", "-pk")
    )
    found = Paginator(rows, settings.THREADS_PAGE).get_page(page)
    answers = _last_answers([follow.thread_id for follow in found])
    return found, [
        {
            "follow": follow,
            "thread": follow.thread,
            "root": _line(follow.thread.root),
            "answers": answers.get(follow.thread_id, []),
            "unread": follow.unread,  # type: ignore[attr-defined]
            "named": follow.named,  # type: ignore[attr-defined]
        }
        for follow in found
    ]


def _last_answers(root_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Root id → its last few answers, the oldest of them first: two queries."""
    place = Window(RowNumber(), partition_by=F("thread_id"), order_by=F("seq").desc())
    last = (
        Message.objects.filter(thread__in=root_ids, deleted_at=None, kind=MessageKind.TEXT)
        .select_related("sender")
        .prefetch_related("attachments")
        .annotate(place=place)
        .filter(place__lte=ANSWERS_SHOWN)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for message in sorted(last, key=lambda one: one.seq):
        found.setdefault(message.thread_id or 0, []).append(_line(message))
    return found


def _line(message: Message) -> dict[str, Any]:
    """A message in the list of threads: its sender and files are fetched, and nothing else of it is shown."""
    excerpt = beginning(message, _EXCERPT)
    return {**message_wire(message.unadorned()), "excerpt": excerpt, "at": message.stands_at}


def follow_wire(follow: ThreadFollow, room_id: int, unread: int) -> dict[str, Any]:
    """How one person stands to a thread, for their own sockets."""
    return {
        "type": "thread.updated",
        "room": str(room_id),
        "root": str(follow.thread_id),
        "following": follow.following,
        "read_seq": follow.read_seq,
        "unread": unread,
    }
