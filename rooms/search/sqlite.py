"""Looking a plan up in SQLite's full text index (FTS5), which gives the newest first and stops when there are enough."""

import json
from collections.abc import Iterable
from typing import Any, Final

from django.db import connection

from rooms.search import marks
from rooms.search.plan import Phrase, Plan

_FIND: Final = """
    SELECT found.rowid, document.message_id
    FROM rooms_searchwords found
    JOIN rooms_searchdocument document ON document.id = found.rowid
    JOIN rooms_message message ON message.id = document.message_id
    WHERE found.words MATCH %s AND found.rowid < %s AND found.rowid >= %s
      AND message.version = document.version AND message.room_id = document.room_id AND message.deleted_at IS NULL
      AND message.room_id IN (
          SELECT id FROM rooms_room WHERE kind = 'public'
          UNION ALL SELECT room_id FROM rooms_membership WHERE user_id = %s
      )
"""
_AMONG: Final = """
      AND found.rowid IN (
          SELECT id FROM rooms_searchdocument WHERE message_id IN (SELECT value FROM json_each(%s))
      )
"""
_UNSAVED: Final = """
      AND NOT EXISTS (SELECT 1 FROM rooms_saved saved WHERE saved.user_id = %s AND saved.message_id = message.id)
"""
_BESIDE: Final = " AND NOT (found.rowid >= %s AND found.rowid < %s)"
_NEWEST: Final = " ORDER BY found.rowid DESC LIMIT %s"


def find(plan: Plan, before: int, limit: int) -> list[tuple[int, int]]:
    """Keys and ids of the newest messages that fit and lie under `before`."""
    statement = _FIND
    values: list[Any] = [expression(plan), min(before, plan.high), plan.low, plan.reader.pk]
    if plan.only is not None:
        statement += _AMONG
        values.append(json.dumps(plan.only))
    if plan.unsaved:
        statement += _UNSAVED
        values.append(plan.reader.pk)
    for gap in plan.gaps:
        statement += _BESIDE
        values += gap
    with connection.cursor() as cursor:
        cursor.execute(statement + _NEWEST, [*values, limit])
        found: list[Any] = cursor.fetchall()
    return found


def expression(plan: Plan) -> str:
    """The plan in FTS5's language. Words hold neither quotes nor signs (rooms.search.tokens)."""
    wanted = plan.wanted or [(Phrase((marks.ANY,)),)]
    said = " AND ".join(_any_of(phrases) for phrases in wanted)
    return f"({said}) NOT {_any_of(plan.unwanted)}" if plan.unwanted else said


def _any_of(phrases: Iterable[Phrase]) -> str:
    return f"({' OR '.join(map(_phrase, phrases))})"


def _phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"{" *" if phrase.prefix else ""}'
