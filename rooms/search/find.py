"""`search`: the one way to look for messages. It looks only in rooms its reader may read, at the moment it is asked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from rooms.models import FileText, Message, PollOption, Room
from rooms.queries import direct_members
from rooms.search import marks, postgresql, sqlite
from rooms.search.checking import Sought, holding, sought
from rooms.search.documents import key_of
from rooms.search.highlight import Piece, pieces, places
from rooms.search.index import behind, catch_up
from rooms.search.plan import LAST_KEY, Phrase, Plan, plan
from rooms.search.query import parse
from rooms.search.tokens import MARK
from rooms.text import plain, snippet

# What the index cannot say is looked for in what it found, in so many rounds; beyond, one goes on by "older".
_ROUNDS: Final = 8
_CONTEXT_LENGTH: Final = 120


@dataclass(slots=True)
class Hit:
    """A message that was found. `pieces` is what shows why; `file` names the file it stands in, where it is one."""

    message: Message
    room: Room
    title: str
    pieces: list[Piece]
    file: str = ""
    files: Sequence[str] = ()
    # What stands just before it, or begins its thread.
    context: Message | None = None
    context_text: str = ""


@dataclass(slots=True)
class Results:
    """A page of what was found, the newest first. `older` is the `before` of the next page, None at the end."""

    plan: Plan
    hits: list[Hit]
    older: int | None
    backlog: "Backlog | None" = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """So much of what was searched waits for the index that something may be missing: how many of the rooms, what the one
    is called where it is one, and about how much of them can be found by now."""

    rooms: int
    title: str
    percent: int


def search(user: User, typed: str, *, before: int | None = None, limit: int | None = None) -> Results:
    """What `typed` finds for this person. Never fails: what cannot be understood is said in the plan's chips."""
    made = plan(user, parse(typed))
    if made.impossible or not made.asks:
        return Results(made, [], None)
    backlog = _backlog(user, made) if catch_up() else None
    limit = settings.SEARCH_PAGE if limit is None else limit
    below = LAST_KEY if before is None else before
    messages: list[tuple[int, Message]] = []
    parts = sought(made)
    for _round in range(_ROUNDS if parts else 1):
        found = _found(made, below, limit + 1)
        messages += _load(found, parts)
        more = len(found) > limit
        if len(messages) > limit or not more:
            break
        below = found[-1][0]
    page = messages[:limit]
    older = page[-1][0] if len(messages) > limit else below if more and parts else None
    return Results(made, _hits(user, [message for _key, message in page], _phrases(made)), older, backlog)


def with_links(reader: User, room: Room, *, before: int | None, limit: int) -> tuple[list[Message], int | None]:
    """The newest messages of a room that link to something, with their authors and previews; where the next page begins,
    None at the end. Of a room the reader may read."""
    catch_up()
    found = _found(_links_in(reader, {room.pk}), LAST_KEY if before is None else before, limit + 1)
    messages = Message.objects.select_related("sender").with_rows("previews").in_bulk([pk for _key, pk in found])
    page = [messages[pk] for _key, pk in found[:limit] if pk in messages]
    older = found[limit - 1][0] if len(found) > limit else None
    return [message for message in page if message.deleted_at is None], older


def linking(reader: User, rooms: set[int], *, since: datetime, limit: int) -> list[int]:
    """Ids of the newest messages of these rooms that link to something, as far as the index has read by now."""
    made = _links_in(reader, rooms)
    made.low = key_of(since.timestamp())
    return [pk for _key, pk in _found(made, LAST_KEY, limit)]


def _links_in(reader: User, rooms: set[int]) -> Plan:
    places = tuple(Phrase((marks.room(pk),)) for pk in sorted(rooms))
    return Plan(reader, [(Phrase((marks.LINK,)),), places], rooms=rooms)


def _found(made: Plan, below: int, limit: int) -> list[tuple[int, int]]:
    """Keys and ids of the newest messages that the index finds under a key."""
    find = postgresql.find if connection.vendor == "postgresql" else sqlite.find
    return find(made, below, limit)


def _backlog(user: User, made: Plan) -> Backlog | None:
    found = behind(user.pk, made.rooms)
    if found is None:
        return None
    title = _titles(user, Room.objects.filter(pk=found.room_id)).get(found.room_id, "") if found.rooms == 1 else ""
    return Backlog(found.rooms, title, 100 * found.read // found.version)


def _load(found: Sequence[tuple[int, int]], parts: Sequence[Sought]) -> list[tuple[int, Message]]:
    rows = Message.objects.select_related("sender", "room").with_rows("attachments")
    messages = rows.in_bulk([pk for _key, pk in found])
    # One that went in this moment is found no more.
    there = [(key, messages[pk]) for key, pk in found if pk in messages and messages[pk].deleted_at is None]
    if not parts:
        return there
    held = holding([message for _key, message in there], parts)
    return [(key, message) for key, message in there if message.pk in held]


def _phrases(made: Plan) -> list[Phrase]:
    """What is marked in results: the words, not what search notes about a message."""
    return [phrase for phrases in made.wanted for phrase in phrases if not phrase.words[0].startswith(MARK)]


def _hits(user: User, messages: Sequence[Message], phrases: Sequence[Phrase]) -> list[Hit]:
    titles = _titles(user, {message.room_id: message.room for message in messages}.values())
    before = _before(messages)
    hits = []
    for message in messages:
        hit = Hit(message, message.room, titles[message.room_id], [])
        hit.files = [file.name for file in message.beside("attachments")]
        hit.pieces = _of_body(message.body, phrases)
        hit.context = before.get(message.pk)
        if hit.context is not None:
            hit.context_text = snippet(hit.context.body, _CONTEXT_LENGTH)
        hits.append(hit)
    _look_into_files(hits, phrases)
    _look_into_answers(hits, phrases)
    return hits


def _of_body(body: str, phrases: Sequence[Phrase]) -> list[Piece]:
    shown = plain(body)
    found = pieces(shown, phrases)
    if phrases and "||" not in body and not any(piece.found for piece in found):
        # In what formatting hides: where a link leads. What a spoiler covers stays covered.
        raw = pieces(body, phrases)
        return raw if any(piece.found for piece in raw) else found
    return found


def _look_into_files(hits: Sequence[Hit], phrases: Sequence[Phrase]) -> None:
    """Where the body does not hold the words, a file's name or text does."""
    lacking = {hit.message.pk: hit for hit in hits if hit.files and not any(piece.found for piece in hit.pieces)}
    if not lacking or not phrases:
        return
    texts = FileText.objects.filter(attachment__message_id__in=lacking, text__isnull=False)
    for text in texts.select_related("attachment").order_by("attachment__position", "pk"):
        hit = lacking[text.attachment.message_id or 0]
        if not hit.file:
            found = pieces(text.text or "", phrases)
            if any(piece.found for piece in found):
                hit.file, hit.pieces = text.attachment.name, found
    for hit in lacking.values():
        if not hit.file:
            hit.file = next((name for name in hit.files if places(name, phrases)), "")


def _look_into_answers(hits: Sequence[Hit], phrases: Sequence[Phrase]) -> None:
    """Where neither holds them, an answer of the poll does: it is shown after the question."""
    lacking = {hit.message.pk: hit for hit in hits if not hit.file and not any(piece.found for piece in hit.pieces)}
    if not lacking or not phrases:
        return
    answers = PollOption.objects.filter(poll_id__in=lacking).order_by("position")
    for pk, text in answers.values_list("poll_id", "text"):
        if pk in lacking and places(text, phrases):
            hit = lacking.pop(pk)
            hit.pieces = [*hit.pieces, Piece(" · ", False), *pieces(text, phrases)]


def _titles(user: User, rooms: Iterable[Room]) -> dict[int, str]:
    """How each room is called to this reader."""
    chosen = list(rooms)
    people = direct_members([room.pk for room in chosen if room.is_direct])
    titles = {}
    for room in chosen:
        others = [one.name for one in people.get(room.pk, ()) if one.pk != user.pk]
        titles[room.pk] = room.name if not room.is_direct else ", ".join(others) or _("Notes to myself")
    return titles


def _before(messages: Sequence[Message]) -> dict[int, Message]:
    """By message what it answers: the root of its thread, or else the message just before it."""
    if not messages:
        return {}
    seqs: dict[int, list[int]] = defaultdict(list)
    for message in messages:
        if not message.thread_id:
            seqs[message.room_id].append(message.seq - 1)
    # Room by room, not message by message: putting together a condition of twenty took longer than the search itself.
    asked = [Q(room_id=room_id, seq__in=places) for room_id, places in seqs.items()]
    asked.append(Q(pk__in={message.thread_id for message in messages if message.thread_id}))
    rows = Message.objects.filter(reduce(or_, asked), deleted_at=None, kind="text").select_related("sender")
    found = list(rows)
    by_key = {row.pk: row for row in found}
    by_place = {(row.room_id, row.seq): row for row in found if row.in_room}
    return {
        message.pk: row
        for message in messages
        if (
            row := by_key.get(message.thread_id)
            if message.thread_id
            else by_place.get((message.room_id, message.seq - 1))
        )
        and row.room_id == message.room_id
    }
