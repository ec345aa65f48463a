"""Keeping the index: what changed in a room is read into it in order of version, from where its mark stands.

Nothing of this is done while a message is stored. A worker reads what is new every two seconds, and a search first takes
along what is newer still. Every change of a message takes a version of its room, so an edit, a deletion, a reaction or
a move finds its way here by itself; until it has, the document is at another version than its message and answers
nothing (rooms.search.find).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from rooms.models import (
    Attachment,
    Mention,
    Message,
    MessageKind,
    Pin,
    PollOption,
    Reaction,
    SearchDocument,
    SearchMark,
    Thread,
)
from rooms.search import marks
from rooms.search.tokens import GAP, document
from talkwave.errors import DATABASE_FAILED

# Goes up when documents are made in another way: every room is then read anew.
FORMAT: Final = 2
BATCH: Final = 500
# The worker takes fewer at once: on SQLite who stores a message waits while these are written, and by SQLite's own clock
# (1, 2, 5, 10, 15 ms … between one look and the next) longer than that. It takes so many such shares one after another.
SHARE: Final = 25
SHARES: Final = 4
# A document's key is the second of its message, and so many bits that tell those of one second apart.
SECOND_BITS: Final = 14
_LINK: Final = re.compile(r"https?://\S", re.IGNORECASE)
# Beyond, a message is for everybody; each would be a word of its document.
_MENTIONS_MOST: Final = 200
# PostgreSQL's own bounds: it keeps no more places of a word, and takes every later place for this one.
_PLACES_OF_A_WORD: Final = 255
_LAST_PLACE: Final = 16_383
# The worker shares its machine with the servers: where it waits for the processor for so much of the time it has it,
# others need it more.
_CROWDED: Final = 0.25

# Those with least to read first: a room that was just imported keeps none waiting.
_LAGGING: Final = """
    SELECT room.id, CASE WHEN mark.format = %s THEN mark.version ELSE 0 END, room.version
    FROM rooms_room room LEFT JOIN rooms_searchmark mark ON mark.room_id = room.id
    WHERE (mark.room_id IS NULL OR mark.version < room.version OR mark.format <> %s)
      AND NOT (room.kind = 'private' AND room.name_key IS NULL AND room.direct_key IS NULL)
    ORDER BY room.version - CASE WHEN mark.format = %s THEN mark.version ELSE 0 END, room.id LIMIT 50
"""
_INSERTION: Final = "INSERT INTO rooms_searchdocument (id, message_id, room_id, sender_id, version, words) VALUES (%s, %s, %s, %s, %s, %s"


class Said(NamedTuple):
    """What is read of a message: columns, not objects, as there may be a million."""

    pk: int
    room_id: int
    sender_id: int
    version: int
    kind: str
    body: str
    created_at: datetime
    deleted_at: datetime | None
    thread_id: int | None
    mentions_all: str


class Stretch(NamedTuple):
    """Of a room what changed after one version, up to another."""

    room_id: int
    after: int
    reached: int


class Document(NamedTuple):
    """A row to be: `key` is where it wants to stand."""

    key: int
    message_id: int
    room_id: int
    sender_id: int
    version: int
    words: list[str]


def key_of(second: float) -> int:
    """The first key a message of that second may have."""
    return int(second) << SECOND_BITS


def index_some(most: int = BATCH) -> int:
    """Reads up to `most` changed messages into the index; how many there were. Safe to call from anywhere, any time."""
    # Read and cut into words before anything is locked: on SQLite everybody else who writes would wait.
    read: list[Stretch] = []
    messages: list[Said] = []
    for room_id, after, upto in _lagging():
        if len(messages) >= most:
            break
        changed = Message.objects.filter(room_id=room_id, version__gt=after, version__lte=upto)
        found = _read(changed.order_by("version")[: most - len(messages)])
        full = len(found) == most - len(messages)
        read.append(Stretch(room_id, after, found[-1].version if full else upto))
        messages += found
    if not read:
        return 0
    # Of one room the query is a range; of several, ids.
    chosen = (
        changed.filter(version__lte=read[0].reached)
        if len(read) == 1
        else Message.objects.filter(pk__in=_ids(messages))
    )
    documents = _documents(messages, chosen)
    try:
        with transaction.atomic():
            mine = _advance(read)
            _write(
                [one for one in documents if one.room_id in mine], [one.pk for one in messages if one.room_id in mine]
            )
    except IntegrityError:
        return 0  # a room was deleted meanwhile
    return sum(one.room_id in mine for one in messages)


def index_new() -> bool:
    """The worker's chore: what is new since. True where there is more and nobody else needs the processor."""
    begun = _processor()
    if any(index_some(SHARE) < SHARE for _share in range(SHARES)):
        return False
    had, waited = (after - before for after, before in zip(_processor(), begun, strict=True))
    return waited <= _CROWDED * had


def _processor() -> tuple[int, int]:
    """For how long this thread had the processor, and was ready and had to wait for it, in nanoseconds. Where the kernel
    does not say (it does on Linux), it never waited: being nicer than the servers has to do."""
    try:
        had, waited, _turns = Path("/proc/thread-self/schedstat").read_text().split()
    except (OSError, ValueError):
        return 0, 0
    return int(had), int(waited)


def catch_up() -> None:
    """Before a search: what came in the last moment is found too. Where much waits, the worker is at it already."""
    try:
        index_some(settings.SEARCH_CATCH_UP)
    except DATABASE_FAILED:
        # A writer was in the way for too long. What is indexed is found all the same.
        return


def refresh(message_ids: Iterable[int]) -> None:
    """Reads these messages anew, where something changed that takes no version: the text inside a file is known now."""
    ids = list(message_ids)
    if not ids:
        return
    rooms = set(Message.objects.filter(pk__in=ids).values_list("room_id", flat=True))
    with transaction.atomic():
        # Under the rooms' marks: what is written here cannot be older than what somebody else just wrote.
        list(SearchMark.objects.select_for_update().filter(room_id__in=rooms).order_by("room_id"))
        chosen = Message.objects.filter(pk__in=ids)
        _write(_documents(_read(chosen), chosen), ids)


def _lagging() -> list[tuple[int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_LAGGING, [FORMAT, FORMAT, FORMAT])
        return cursor.fetchall()


def _advance(read: Sequence[Stretch]) -> set[int]:
    """Moves the marks on; the rooms of which they stood where they were. Another process did the others meanwhile."""
    rooms = [one.room_id for one in read]
    SearchMark.objects.bulk_create([SearchMark(room_id=pk, format=FORMAT) for pk in rooms], ignore_conflicts=True)
    locked = SearchMark.objects.select_for_update().filter(room_id__in=rooms).order_by("room_id")
    stood = {mark.room_id: mark.version if mark.format == FORMAT else 0 for mark in locked}
    mine = [one for one in read if stood.get(one.room_id) == one.after]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE rooms_searchmark SET version = %s, format = %s WHERE room_id = %s",
            [(one.reached, FORMAT, one.room_id) for one in mine],
        )
    return {one.room_id for one in mine}


def _ids(messages: Sequence[Said]) -> list[int]:
    return [message.pk for message in messages]


def _read(messages: "QuerySet[Message]") -> list[Said]:
    return [Said(*row) for row in messages.values_list(*Said._fields)]


def _documents(messages: Sequence[Said], chosen: "QuerySet[Message]") -> list[Document]:
    """Of these messages those that say something; `chosen` is the same messages as a query."""
    texts, noted = _beside(chosen)
    return [
        Document(
            key_of(message.created_at.timestamp()) | message.pk & (1 << SECOND_BITS) - 1,
            message.pk,
            message.room_id,
            message.sender_id,
            message.version,
            _words(message, texts.get(message.pk, ()), noted.get(message.pk, ())),
        )
        for message in messages
        if message.kind == MessageKind.TEXT and message.deleted_at is None
    ]


def _beside(chosen: "QuerySet[Message]") -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """By message what stands beside its row: texts, and what is noted about it."""
    texts: dict[int, list[str]] = defaultdict(list)
    noted: dict[int, list[str]] = defaultdict(list)
    ids = chosen.order_by().values("pk")
    files = Attachment.objects.filter(message_id__in=ids).order_by("pk")
    for message_id, kind, name, text in files.values_list("message_id", "kind", "name", "words__text"):
        texts[message_id] += [name, text or ""]
        noted[message_id] += marks.of_file(kind)
    for message_id, text in PollOption.objects.filter(poll_id__in=ids).values_list("poll_id", "text"):
        texts[message_id].append(text)
    for message_id, user_id in Mention.objects.filter(message_id__in=ids).values_list("message_id", "user_id"):
        if len(noted[message_id]) < _MENTIONS_MOST:
            noted[message_id].append(marks.names(user_id))
    for message_id in (
        Reaction.objects.filter(message_id__in=ids).order_by().values_list("message_id", flat=True).distinct()
    ):
        noted[message_id].append(marks.REACTION)
    for message_id in Pin.objects.filter(message_id__in=ids).values_list("message_id", flat=True):
        noted[message_id].append(marks.PINNED)
    for message_id in Thread.objects.filter(root_id__in=ids, count__gt=0).values_list("root_id", flat=True):
        noted[message_id].append(marks.THREAD)
    return texts, noted


def _words(message: Said, texts: Sequence[str], noted: Sequence[str]) -> list[str]:
    found = document(message.body)
    for text in filter(None, texts):
        if len(found) < settings.SEARCH_WORDS_MAX:
            found += [GAP, *document(text)]
    del found[settings.SEARCH_WORDS_MAX :]
    about = [marks.ANY, marks.room(message.room_id), marks.sender(message.sender_id), *noted]
    if _LINK.search(message.body):
        about.append(marks.LINK)
    if message.mentions_all:
        about.append(marks.ALL)
    if message.thread_id is not None:
        about.append(marks.THREAD)
    return [*found, *dict.fromkeys(about)]


def _write(documents: Sequence[Document], message_ids: Sequence[int]) -> None:
    """The documents take the place of whatever these messages had."""
    SearchDocument.objects.filter(message_id__in=message_ids).delete()
    if not documents:
        return
    postgresql = connection.vendor == "postgresql"
    taken = set(SearchDocument.objects.filter(pk__in=[one.key for one in documents]).values_list("pk", flat=True))
    rows = []
    for one in documents:
        key = one.key
        while key in taken or (key != one.key and SearchDocument.objects.filter(pk=key).exists()):
            key += 1
        taken.add(key)
        words = _vector(one.words) if postgresql else " ".join(one.words)
        rows.append((key, one.message_id, one.room_id, one.sender_id, one.version, words))
    with connection.cursor() as cursor:
        cursor.executemany(_INSERTION + ("::tsvector)" if postgresql else ")"), rows)


def _vector(words: Iterable[str]) -> str:
    """The words as PostgreSQL writes a tsvector, marked where it has more than that holds. No word holds a quote:
    rooms.search.tokens."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(words, 1):
        places[word].append(place)
    if any(len(at) > _PLACES_OF_A_WORD or at[-1] > _LAST_PLACE for at in places.values()):
        places[marks.LONG].append(1)
    return " ".join(
        f"'{word}':{','.join(str(min(place, _LAST_PLACE)) for place in at[:_PLACES_OF_A_WORD])}"
        for word, at in places.items()
    )
