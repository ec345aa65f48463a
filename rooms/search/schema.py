"""What the index is made of beside its tables, on each database."""

from typing import Any, Final

# The ascii tokenizer parts at ASCII signs alone: words come cut and folded (rooms.search.tokens). `columnsize=0`: nothing
# is ranked, the newest come first. `prefix`: of words by their first three letters there are most; without it "the…" takes
# 11 ms in a million messages. The text is not kept twice: `content` says where it stands.
SQLITE: Final = (
    """CREATE VIRTUAL TABLE rooms_searchwords USING fts5(
        words, content='rooms_searchdocument', content_rowid='id', tokenize='ascii', columnsize=0, prefix='3'
    )""",
    """CREATE TRIGGER rooms_searchdocument_in AFTER INSERT ON rooms_searchdocument BEGIN
        INSERT INTO rooms_searchwords(rowid, words) VALUES (new.id, new.words);
    END""",
    """CREATE TRIGGER rooms_searchdocument_out AFTER DELETE ON rooms_searchdocument BEGIN
        INSERT INTO rooms_searchwords(rooms_searchwords, rowid, words) VALUES ('delete', old.id, old.words);
    END""",
)
SQLITE_AWAY: Final = (
    "DROP TRIGGER IF EXISTS rooms_searchdocument_in",
    "DROP TRIGGER IF EXISTS rooms_searchdocument_out",
    "DROP TABLE IF EXISTS rooms_searchwords",
)
# Documents come in batches already: a pending list would only make the next search read it.
POSTGRESQL: Final = (
    "CREATE INDEX rooms_searchdocument_words ON rooms_searchdocument USING gin (words) WITH (fastupdate = off)",
)
POSTGRESQL_AWAY: Final = ("DROP INDEX IF EXISTS rooms_searchdocument_words",)


def make(apps: Any, schema_editor: Any) -> None:
    """For a migration: the index over the words."""
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def take_away(apps: Any, schema_editor: Any) -> None:
    """For a migration: undoes `make`."""
    for statement in POSTGRESQL_AWAY if schema_editor.connection.vendor == "postgresql" else SQLITE_AWAY:
        schema_editor.execute(statement)
