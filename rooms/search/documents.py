"""What finds a message: a document of its words, of those beside it, and of marks that say what it is."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from rooms.models import Attachment, Mention, Message, MessageKind, Pin, PollOption, Reaction, SearchDocument, Thread
from rooms.search import marks
from rooms.search.tokens import GAP, document

# A document's key is the second of its message, and so many bits that tell those of one second apart.
SECOND_BITS: Final = 14
_LINK: Final = re.compile(r"https?://\S", re.IGNORECASE)
# Beyond, a message is for everybody; each would be a word of its document.
_MENTIONS_MOST: Final = 200
# PostgreSQL's own bounds: it keeps no more places of a word, and takes every later place for this one.
_PLACES_OF_A_WORD: Final = 255
_LAST_PLACE: Final = 16_383
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


class Document(NamedTuple):
    """A row to be: `key` is where it wants to stand."""

    key: int
    message_id: int
    room_id: int
    sender_id: int
    version: int
    words: list[str]
    # The words of a file are not known yet, and may be by the time this is written.
    awaits: bool


def key_of(second: float) -> int:
    """The first key a message of that second may have."""
    return int(second) << SECOND_BITS


def ids_of(messages: Sequence[Said]) -> list[int]:
    return [message.pk for message in messages]


def read(messages: "QuerySet[Message]") -> list[Said]:
    return [Said(*row) for row in messages.values_list(*Said._fields)]


def documents_of(messages: Sequence[Said], chosen: "QuerySet[Message]") -> list[Document]:
    """Of these messages those that say something; `chosen` is the same messages as a query."""
    texts, noted, awaiting = _beside(chosen)
    return [
        Document(
            key_of(message.created_at.timestamp()) | message.pk & (1 << SECOND_BITS) - 1,
            message.pk,
            message.room_id,
            message.sender_id,
            message.version,
            _words(message, texts.get(message.pk, ()), noted.get(message.pk, ())),
            message.pk in awaiting,
        )
        for message in messages
        if message.kind == MessageKind.TEXT and message.deleted_at is None
    ]


def _beside(chosen: "QuerySet[Message]") -> tuple[dict[int, list[str]], dict[int, list[str]], set[int]]:
    """By message what stands beside its row: texts, and what is noted about it; and those with a file that is not read yet."""
    texts: dict[int, list[str]] = defaultdict(list)
    noted: dict[int, list[str]] = defaultdict(list)
    awaiting = set()
    ids = chosen.order_by().values("pk")
    files = Attachment.objects.filter(message_id__in=ids).order_by("pk")
    for message_id, kind, name, words, text in files.values_list("message_id", "kind", "name", "words", "words__text"):
        if words is not None and text is None:
            awaiting.add(message_id)
        texts[message_id] += [name, text or ""]
        noted[message_id] += marks.of_file(kind)
    for message_id, text in PollOption.objects.filter(poll_id__in=ids).values_list("poll_id", "text"):
        texts[message_id].append(text)
    for message_id, user_id in Mention.objects.filter(message_id__in=ids).values_list("message_id", "user_id"):
        if len(noted[message_id]) < _MENTIONS_MOST:
            noted[message_id].append(marks.names(user_id))
    # Whether there is one: some have a hundred thousand.
    reacted = Exists(Reaction.objects.filter(message=OuterRef("pk")))
    for message_id in chosen.order_by().filter(reacted).values_list("pk", flat=True):
        noted[message_id].append(marks.REACTION)
    for message_id in Pin.objects.filter(message_id__in=ids).values_list("message_id", flat=True):
        noted[message_id].append(marks.PINNED)
    for message_id in Thread.objects.filter(root_id__in=ids, count__gt=0).values_list("root_id", flat=True):
        noted[message_id].append(marks.THREAD)
    return texts, noted, awaiting


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


def write(documents: Sequence[Document], message_ids: Collection[int]) -> None:
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
