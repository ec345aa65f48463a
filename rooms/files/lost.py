"""Bytes in the storage that no row names: a process was killed between the two."""

from collections.abc import Callable, Container, Iterator
from datetime import datetime, timedelta
from typing import Final

from django.core.files.storage import default_storage
from django.utils import timezone

from talkwave.batches import batches

_BATCH: Final = 500
# What is younger may belong to a row that is just being stored.
_YOUNG: Final = timedelta(hours=1)


def lost_in(folder: str, known: Callable[[list[str]], Container[str]]) -> Iterator[str]:
    """The names of files in this folder of the storage that are not `known`, asked some at a time."""
    if not default_storage.exists(folder):
        return
    _folders, files = default_storage.listdir(folder)
    before = timezone.now() - _YOUNG
    for some in batches(files, _BATCH):
        names = [f"{folder}/{file}" for file in some]
        rows = known(names)
        for name in names:
            if name not in rows and _is_older(name, before):
                yield name


def _is_older(name: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < before
    except FileNotFoundError:  # gone meanwhile
        return False
