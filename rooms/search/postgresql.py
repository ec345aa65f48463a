"""Looking a plan up in PostgreSQL.

Its index of words (GIN) knows no order: it gives all that fits or nothing. So the newest documents are looked through
first, which answers whatever is common; what is not found often enough there is rare enough for the index.

Of words in a row it is asked too much in a long document, where it knows some of the places: there it gives whatever
holds the words, and the row is looked for in that (rooms.search.checking).
"""

from collections.abc import Iterable
from typing import Any, Final

from django.db import connection, transaction

from rooms.search import marks
from rooms.search.plan import Phrase, Plan

# So many documents are read in two milliseconds; and what is in fewer than one of 250 the index gives quickly, too.
WALKED: Final = 5_000

# Asked of one document after the other, in their order, until there are enough. Fenced off (OFFSET): as a join the planner
# takes it for one that hardly anything passes, and reads all messages for it.
_VISIBLE: Final = """
    CROSS JOIN LATERAL (
        SELECT FROM rooms_message message
        WHERE message.id = document.message_id AND message.version = document.version
          AND message.room_id = document.room_id AND message.deleted_at IS NULL
          AND message.room_id IN (
              SELECT id FROM rooms_room WHERE kind = 'public'
              UNION ALL SELECT room_id FROM rooms_membership WHERE user_id = %(reader)s
          )
        OFFSET 0
    ) visible
"""
_COLUMNS: Final = "id, message_id, room_id, version"
_WALK: Final = f"""
    SELECT document.id, document.message_id FROM (
        SELECT {_COLUMNS}, words FROM rooms_searchdocument
        WHERE id < %(high)s AND id >= %(low)s {{places}} ORDER BY id DESC LIMIT {WALKED}
    ) document {_VISIBLE} WHERE document.words @@ %(either)s::tsquery
    ORDER BY document.id DESC LIMIT %(limit)s
"""  # noqa: S608 (no words from outside)
# Sorted inside and fenced off (OFFSET): the rest is asked of the newest alone, until there are enough. Keys alone are
# sorted: a hundred thousand of them fit into the memory a sort has by default, rows do not.
_LOOK_UP: Final = f"""
    SELECT found.id, document.message_id FROM (
        SELECT id FROM rooms_searchdocument
        WHERE ({{words}}) AND id < %(high)s AND id >= %(low)s {{places}} ORDER BY id DESC OFFSET 0
    ) found
    CROSS JOIN LATERAL (SELECT {_COLUMNS} FROM rooms_searchdocument same WHERE same.id = found.id OFFSET 0) document
    {_VISIBLE} ORDER BY found.id DESC LIMIT %(limit)s
"""  # noqa: S608 (no words from outside)


# Two questions of the index, the second of the few long documents alone: as one it took a fifth longer for a phrase.
_ROWS: Final = "words @@ %(rows)s::tsquery"
_ROWS_OR_LONG: Final = f"{_ROWS} OR words @@ %(long)s::tsquery"
_AMONG: Final = " AND message_id = ANY(%(only)s)"
_UNSAVED: Final = """
    AND NOT EXISTS (
        SELECT FROM rooms_saved saved
        WHERE saved.user_id = %(reader)s AND saved.message_id = rooms_searchdocument.message_id
    )
"""


def find(plan: Plan, before: int, limit: int) -> list[tuple[int, int]]:
    """Keys and ids of the newest messages that fit and lie under `before`."""
    rows, long = expressions(plan)
    values: dict[str, Any] = {
        "rows": rows, "long": long, "either": rows if long is None else f"{rows} | {long}",
        "high": min(before, plan.high), "low": plan.low, "limit": limit,
        "reader": plan.reader.pk, "rooms": sorted(plan.rooms or ()), "senders": sorted(plan.senders or ()),
        "only": plan.only,
    }  # fmt: skip
    among = (_AMONG if plan.only is not None else "") + (_UNSAVED if plan.unsaved else "")
    for number, (start, end) in enumerate(plan.gaps):
        among += f" AND NOT (id >= %(start{number})s AND id < %(end{number})s)"
        values |= {f"start{number}": start, f"end{number}": end}
    places = among
    words = _ROWS if long is None else _ROWS_OR_LONG
    if plan.rooms is not None:
        places += " AND room_id = ANY(%(rooms)s)"
    if plan.senders is not None:
        places += " AND sender_id = ANY(%(senders)s)"
    with transaction.atomic(), connection.cursor() as cursor:
        # Compiling these costs more than running them, and so do other processes that are to help: a sixth of the time of
        # what takes longest, where no core is idle.
        cursor.execute("SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute(_WALK.format(places=places), values)
        found: list[Any] = cursor.fetchall()
        if len(found) < limit:
            cursor.execute(_LOOK_UP.format(places=among, words=words), values)
            found = cursor.fetchall()
    return found


def expressions(plan: Plan) -> tuple[str, str | None]:
    """The plan as a tsquery; and where it wants words in a row, as one that finds long documents which hold the words.
    Words hold neither quotes nor signs (rooms.search.tokens)."""
    wanted = plan.wanted or [(Phrase((marks.ANY,)),)]
    unwanted = [f"!{_any_of(map(_row, plan.unwanted))}"] if plan.unwanted else []
    rows = " & ".join([*(_any_of(map(_row, phrases)) for phrases in wanted), *unwanted])
    if all(len(phrase.words) == 1 for phrases in wanted for phrase in phrases):
        return rows, None
    return rows, " & ".join([f"'{marks.LONG}'", *(_any_of(map(_together, phrases)) for phrases in wanted), *unwanted])


def _any_of(phrases: Iterable[str]) -> str:
    return f"({' | '.join(phrases)})"


def _together(phrase: Phrase) -> str:
    return f"({_joined(phrase, ' & ')})"


def _row(phrase: Phrase) -> str:
    return f"({_joined(phrase, ' <-> ')})"


def _joined(phrase: Phrase, sign: str) -> str:
    words = sign.join(f"'{word}'" for word in phrase.words)
    return f"{words}{':*' if phrase.prefix else ''}"
