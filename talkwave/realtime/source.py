"""What the hub asks of the database. The app that has rooms says how (rooms.live registers it)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Protocol

from talkwave.realtime.publish import RoomEvent


class Source(Protocol):
    """Plain functions, run on database threads."""

    def versions(self, room_ids: list[int]) -> Mapping[int, int]:
        """Room id → its version; a room that is gone is left out."""

    def missed(self, room_id: int, version: int) -> tuple[int, list[RoomEvent]]:
        """The room's version, and the events that lead there from `version`, ascending."""

    def members(self, room_id: int, user_ids: list[int]) -> set[int]:
        """Those of the people who are in the room."""

    def barred(self, within: timedelta) -> Mapping[int, int]:
        """User id → close code, for people whose access ended within that time, by the database's clock alone."""

    def ended_sessions(self, session_keys: Iterable[str]) -> set[str]:
        """Those of the sessions that are no longer there."""

    def ended_tokens(self, token_ids: Iterable[int]) -> set[int]:
        """Those of the programs' tokens that are revoked or no longer there."""

    def newcomers(self, after: int | None) -> list[tuple[int, int, int]]:
        """Number of the seat, user and room of those who came into a room after the seat with that number, ascending.

        Numbers grow as seats are made, whichever server makes them. With None the newest alone, if there is one.
        """

    def joined(self, user_id: int, room_id: int) -> tuple[int, bytes] | None:
        """The room's version and the `room.joined` of that person; None where they are not in it."""
