"""The HTML of a batch of messages, and whom they name."""

from collections.abc import Collection

from rooms.models import Membership
from rooms.queries import own_emoji, public_rooms
from rooms.text import EVERYONE, HERE, own_shown, parse_mentions, render


class Rendered:
    """The HTML of a batch, and whom it mentions: one query for all names, and none where nobody is named."""

    def __init__(self, room_ids: set[int], bodies: Collection[str], *, before: str = "") -> None:
        """`before`: the HTML of a message that is edited; the emoji it shows stay, though they be removed by now."""
        self._names = {body: parse_mentions(body) for body in bodies if "@" in body}
        self._own = own_emoji(bodies) | own_shown(before)
        self._rooms = public_rooms(bodies)
        wanted = set().union(*self._names.values()) if self._names else set()
        self._people: dict[int, dict[str, tuple[int, str]]] = {}
        if wanted:
            members = Membership.objects.filter(room_id__in=room_ids, user__username_key__in=wanted)
            for seat in members.select_related("user"):
                people = self._people.setdefault(seat.room_id, {})
                people[seat.user.username_key] = (seat.user_id, seat.user.name)

    def html(self, room_id: int, body: str, *, called: str = "", said: str | None = None) -> str:
        """`called`: the message's `mentions_all`. `said`: the HTML of a message that is passed on; what it shows of the
        community's emoji is shown, and nothing that came by such a name later."""
        named = self._people.get(room_id, {})
        if called or self._rooms:
            # Who calls everybody with `@here`, for there are too many, wrote `@here` all the same.
            groups = self.groups(body) if called else ()
            named = {**named, **self._rooms, **{name: (0, name) for name in groups}}
        return render(body, named, self._own if said is None else own_shown(said))

    def mentioned(self, room_id: int, body: str) -> list[int]:
        """Ids of the members of the room whom this body names."""
        people = self._people.get(room_id, {})
        return sorted({people[name][0] for name in self._names.get(body, ()) if name in people})

    def groups(self, body: str) -> set[str]:
        """Which of `everyone` and `here` this body names."""
        return self._names.get(body, set()) & {EVERYONE, HERE}
