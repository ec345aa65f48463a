"""Finding names by a few letters: the name itself, its beginning, then inside, then the letters in order."""

from typing import Any, Final

from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler

from accounts.names import username_key

# A query longer than any name finds nothing; it is cut before it costs anything.
QUERY_MOST: Final = 80

EXACT, START, WORD, INSIDE, SCATTERED, NOT = range(6)


def query_key(typed: str) -> str:
    """What somebody typed, in the shape of the stored keys."""
    return username_key(typed[:QUERY_MOST].replace("\x00", ""))


def quality(query: str, *names: str) -> int:
    """How well the best of `names` matches: EXACT is best, NOT is no match. Both sides are keys."""
    return min((_quality(query, name) for name in names), default=NOT)


def _quality(query: str, name: str) -> int:
    if name.startswith(query):
        return EXACT if query and name == query else START
    place = name.find(query)
    if place > 0:
        # At the start of a word wherever it first stands so: "wave" in "talk-wave", not in "brainwaves".
        while place > 0:
            if not name[place - 1].isalnum():
                return WORD
            place = name.find(query, place + 1)
        return INSIDE
    letters = iter(name)
    return SCATTERED if all(char in letters for char in query) else NOT


@CharField.register_lookup
class Scattered(Lookup):  # type: ignore[type-arg]
    """`key__scattered="gnr"` finds "general": the letters in this order, whatever is between them. For key columns."""

    lookup_name = "scattered"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        left, params = self.process_lhs(compiler, connection)
        letters = [f"\\{char}" if char in "\\%_" else char for char in str(self.rhs)]
        return f"{left} LIKE %s ESCAPE '\\'", (*params, "%" + "%".join(letters) + "%")
