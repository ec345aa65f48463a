"""What the hub asks of the database. The app that has rooms says how (rooms.live registers it)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
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

    def barred(self, since: datetime) -> Mapping[int, int]:
        """User id → close code, for people whose access ended after `since`."""

    def ended_sessions(self, session_keys: Iterable[str]) -> set[str]:
        """Those of the sessions that are no longer there."""

    def newcomers(self, since: datetime, until: datetime) -> list[tuple[int, int]]:
        """User and room of those who came into a room between the two moments and are in it."""

    def joined(self, user_id: int, room_id: int) -> tuple[int, bytes] | None:
        """The room's version and the `room.joined` of that person; None where they are not in it."""
