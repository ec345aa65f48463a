"""The published counts of queries are what the code does, in a small community and in a large one."""

import pytest
from django.db import connection

from benchmarks import queries, report
from benchmarks.community import fill


def _published(column):
    """What that column of the table in docs/speed.md says, by page and command."""
    lines = report.PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index("|  | " + " | ".join(queries.COLUMNS) + " |") + 2
    rows = [line.strip("| ").split(" | ") for line in lines[start : lines.index("", start)]]
    return {what: int(counts[queries.COLUMNS.index(column)]) for what, *counts in rows}


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the table is counted on SQLite")
@pytest.mark.parametrize(("size", "column"), list(zip(queries.SIZES, queries.COLUMNS, strict=True)))
def test_every_page_and_command_takes_the_queries_that_are_published(size, column):
    fill(queries.community(*size))
    # Where this fails on purpose, `make bench ARGS="--only queries --publish"` writes the table anew.
    assert queries.count() == _published(column)
