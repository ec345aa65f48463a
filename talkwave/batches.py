"""Many, in parts that one question can hold."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """These in lists of at most `size`, in their order. (Python 3.12 has it as itertools.batched.)"""
    left = iter(items)
    while part := list(islice(left, size)):
        yield part
