"""Dates that the server writes read as those that the browser writes: no American month first, no a.m. and p.m."""

from datetime import UTC, datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format

AT = datetime(2026, 11, 5, 22, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "name", "written"),
    [
        ("en", "DATE_FORMAT", "5 November 2026"),
        ("en", "SHORT_DATETIME_FORMAT", "5 Nov 2026, 22:04"),
        ("en", "TIME_FORMAT", "22:04"),
        ("de", "DATE_FORMAT", "5. November 2026"),
        ("de", "TIME_FORMAT", "22:04"),
    ],
)
def test_dates_are_written_for_the_world(language: str, name: str, written: str) -> None:
    with translation.override(language):
        assert date_format(AT, name) == written
