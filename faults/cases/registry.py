"""What a case is, and how a function becomes one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from faults.stage import Stage

Play = Callable[[Stage], Awaitable[None]]
CASES: "dict[str, Case]" = {}


@dataclass(frozen=True)
class Case:
    """A fault by its number in reliability terms (F1 …), a title for the report, and what plays it.

    `short`: it is part of the short run.
    """

    id: str
    title: str
    play: Play
    short: bool

    @property
    def told(self) -> str:
        """What it does, in words: the docstring of its function."""
        return " ".join((self.play.__doc__ or "").split())


def case(number: str, title: str, *, short: bool = False) -> Callable[[Play], Play]:
    """Makes a function a case; its docstring says how the promise is tested, and stands in docs/promises.md."""

    def register(play: Play) -> Play:
        if number in CASES:
            raise ValueError(f"{number} is there already: {CASES[number].title}")
        CASES[number] = Case(number, title, play, short)
        return play

    return register
