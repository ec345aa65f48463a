"""Answers: in line to a message, and in its thread. What posting asks about them, a batch at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from rooms import access, events
from rooms.actions.threads import tell_follow
from rooms.models import Message, MessageKind, Room, Thread, ThreadFollow
from talkwave.errors import Refused

# Whose pictures stand below a message with a thread.
PEOPLE_SHOWN = 3


class Answered:
    """The messages that a batch of drafts answers: one query for all, none where nothing is answered."""

    def __init__(self, ids: Iterable[int]) -> None:
        wanted = set(ids)
        self._found = Message.objects.for_wire().in_bulk(wanted) if wanted else {}
        # An answer to an answer stands in the same thread.
        roots = {message.thread_id for message in self._found.values() if message.thread_id} - self._found.keys()
        if roots:
            self._found |= Message.objects.for_wire().in_bulk(roots)

    def quoted(self, message_id: int, room_id: int) -> Message:
        """The message, to be answered in line from that room. Raises Refused."""
        message = self._found.get(message_id)
        # A message of another room is told apart from none by nobody: one may not be allowed to see it.
        if message is None or message.room_id != room_id:
            raise access.not_found()
        if message.kind != MessageKind.TEXT:
            raise Refused("bad_request", _("A line of the room itself cannot be answered."))
        # Deleted meanwhile it is quoted as deleted, as it is by those who answered before: no words are refused for it.
        return message

    def root(self, message_id: int, room_id: int) -> Message:
        """The message whose thread an answer to that one stands in. Raises Refused.

        A thread goes on when the message it began with is deleted; a new one is not begun under a deleted message.
        """
        message = self._found.get(message_id)
        if message is None or message.room_id != room_id:
            raise access.not_found()
        root = self._found[message.thread_id] if message.thread_id else message
        if root.kind != MessageKind.TEXT:
            raise Refused("bad_request", _("A line of the room itself cannot be answered."))
        if root.deleted_at is not None and getattr(root, "thread_state", None) is None:
            raise Refused("conflict", access.deleted_detail())
        return root


def store_answers(
    answers: Sequence[Message],
    rooms: Mapping[int, Room],
    named: Mapping[int, Iterable[int]],
    now: datetime,
    unlooked: Collection[int] = (),
) -> list[Message]:
    """Counts new answers in their threads, and gives their roots, changed. The rooms are locked, the answers stored.

    `named`: message id → ids of the people it names. The author of the root, who answers and who is named follow.
    `unlooked`: ids of those whose author did not have the thread before them.
    """
    roots: dict[int, Message] = {}
    last_before: dict[int, int] = {}
    for answer in answers:
        root = roots.setdefault(answer.thread_id or 0, answer.thread)  # type: ignore[arg-type]
        state = getattr(root, "thread_state", None) or Thread(root=root, room_id=root.room_id)
        state.count += 1
        last_before[answer.pk] = state.last_seq
        state.last_seq, state.last_at = answer.seq, now
        state.people = [answer.sender_id, *(pk for pk in state.people if pk != answer.sender_id)][:PEOPLE_SHOWN]
        root.thread_state = state
    states = [root.thread_state for root in roots.values()]
    Thread.objects.bulk_create(
        states, update_conflicts=True, unique_fields=["root"], update_fields=["count", "last_seq", "last_at", "people"]
    )
    _follow(answers, roots, named, {pk: seq for pk, seq in last_before.items() if pk in unlooked})
    for root in roots.values():
        root.version = rooms[root.room_id].take_version()
        root.changes += 1
    Message.objects.bulk_update(roots.values(), ["version", "changes"])
    return list(roots.values())


def recounted(root_id: int, room: Room) -> Message:
    """The root of a thread that lost or got answers, sent with its thread counted again. The room is locked."""
    state, _made = Thread.objects.get_or_create(root_id=root_id, defaults={"room": room})
    recount(state)
    state.save()
    root = Message.objects.for_wire().get(pk=root_id)
    root.version = room.take_version()
    root.changes += 1
    root.save(update_fields=["version", "changes"])
    room.save(update_fields=["version"])
    events.messages_changed([root])
    return root


def recount(state: Thread) -> None:
    """Counts the answers that are there. The lines a room writes itself are none."""
    left = Message.objects.filter(thread=state.pk, deleted_at=None, kind=MessageKind.TEXT).order_by("-seq")
    last = left.first()
    state.count = left.count()
    state.last_seq, state.last_at = (last.seq, last.stands_at) if last else (0, None)
    # The latest of each, of the latest few dozen: enough to find three.
    state.people = list(dict.fromkeys(left.values_list("sender_id", flat=True)[:50]))[:PEOPLE_SHOWN]


def follow_named(called: Mapping[tuple[int, int], int]) -> None:
    """(Root, person) → seq of the answer that names them: they follow, though they chose not to. To who is named for the
    first time, all that was said before is no news."""
    rows = [ThreadFollow(thread_id=pk, user_id=user, read_seq=seq - 1) for (pk, user), seq in called.items()]
    _upsert(rows, "following")


def _follow(
    answers: Sequence[Message],
    roots: Mapping[int, Message],
    named: Mapping[int, Iterable[int]],
    unlooked: Mapping[int, int],
) -> None:
    # Whoever chose not to follow is brought back only by answering or by being named.
    read: dict[tuple[int, int], int] = {}
    called: dict[tuple[int, int], int] = {}
    for answer in answers:
        root_id = answer.thread_id or 0
        for user_id in named.get(answer.pk, ()):
            called.setdefault((root_id, user_id), answer.seq)
        if answer.pk not in unlooked:
            read[root_id, answer.sender_id] = answer.seq
    authors = [
        ThreadFollow(thread_id=pk, user_id=root.sender_id)
        for pk, root in roots.items()
        if (pk, root.sender_id) not in read and (pk, root.sender_id) not in called
    ]
    ThreadFollow.objects.bulk_create(authors, ignore_conflicts=True)
    # Who answers has read what came before.
    rows = [ThreadFollow(thread_id=pk, user_id=user, read_seq=seq) for (pk, user), seq in read.items()]
    _upsert(rows, "following", "read_seq")
    follow_named({key: seq for key, seq in called.items() if key not in read})
    for answer in answers:
        if answer.pk in unlooked:
            _follow_unlooked(answer, unlooked[answer.pk])


def _follow_unlooked(answer: Message, last_before: int) -> None:
    """Who answered without the thread before them follows, too, and has read it where nothing else was unread."""
    mine = ThreadFollow(thread_id=answer.thread_id, user_id=answer.sender_id, read_seq=answer.seq)
    _upsert([mine], "following")
    caught_up = ThreadFollow.objects.filter(thread=answer.thread_id, user=answer.sender_id, read_seq__gte=last_before)
    caught_up.filter(read_seq__lt=answer.seq).update(read_seq=answer.seq)
    tell_follow(answer.thread_id or 0, [answer.sender_id])


def _upsert(rows: Iterable[ThreadFollow], *fields: str) -> None:
    ThreadFollow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["thread", "user"], update_fields=fields
    )
