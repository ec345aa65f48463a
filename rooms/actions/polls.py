"""Asking, voting, and ending a poll."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, events
from rooms.actions.messages import changed
from rooms.models import Message, Poll, PollOption, PollVote
from rooms.models.polls import OPTION_LENGTH
from rooms.text import clean, replace_names
from talkwave.errors import Refused


@dataclass(slots=True, frozen=True)
class Asked:
    """What somebody wants to ask, checked."""

    options: tuple[str, ...]
    multiple: bool
    anonymous: bool
    closes_after: timedelta | None

    def given(self) -> dict[str, Any]:
        """As it came from outside, and may come again: `asked` takes it."""
        seconds = None if self.closes_after is None else int(self.closes_after.total_seconds())
        return {
            "options": list(self.options),
            "multiple": self.multiple,
            "anonymous": self.anonymous,
            "closes_after": seconds,
        }


def asked(value: object) -> Asked:
    """A poll as it comes from outside: `options`, and maybe `multiple`, `anonymous`, `closes_after` (seconds).

    Raises Refused.
    """
    if not isinstance(value, Mapping):
        raise Refused("bad_request", _("A poll has a list of answers."))
    given = value.get("options")
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise Refused("bad_request", _("A poll has a list of answers."))
    options = tuple(filter(None, (_line(text) for text in given)))
    if not 2 <= len(options) <= settings.POLL_OPTIONS_MAX:
        raise Refused("bad_request", _("A poll has 2 to %(limit)d answers.") % {"limit": settings.POLL_OPTIONS_MAX})
    if max(map(len, options)) > OPTION_LENGTH:
        raise Refused("too_long", _("An answer of a poll holds %(limit)d characters.") % {"limit": OPTION_LENGTH})
    if len({text.casefold() for text in options}) < len(options):
        raise Refused("bad_request", _("Two answers of this poll are the same."))
    seconds = value.get("closes_after")
    if seconds is not None and (
        isinstance(seconds, bool) or not isinstance(seconds, int) or not 60 <= seconds <= 366 * 86_400
    ):
        raise Refused("bad_request", _("A poll lasts from one minute to one year."))
    return Asked(
        options,
        value.get("multiple") is True,
        value.get("anonymous") is True,
        None if seconds is None else timedelta(seconds=seconds),
    )


def store_polls(polls: Sequence[tuple[Message, Asked]], now: datetime) -> None:
    """The polls of new messages, which are stored, in two queries and none where nothing is asked."""
    if not polls:
        return
    rows = [
        Poll(
            message=message,
            multiple=poll.multiple,
            anonymous=poll.anonymous,
            closes_at=now + poll.closes_after if poll.closes_after else None,
        )
        for message, poll in polls
    ]
    Poll.objects.bulk_create(rows)
    options = PollOption.objects.bulk_create(
        PollOption(poll=row, position=place, text=text)
        for row, (_message, poll) in zip(rows, polls, strict=True)
        for place, text in enumerate(poll.options)
    )
    # As `for_wire` would find them: nobody has voted yet.
    for option in options:
        option.chosen = option.voters = 0  # type: ignore[attr-defined]
        option._prefetched_objects_cache = {"votes": []}  # type: ignore[attr-defined]
    for row in rows:
        row._prefetched_objects_cache = {  # type: ignore[attr-defined]
            "options": [option for option in options if option.poll_id == row.pk]
        }
        row.message._state.fields_cache["poll"] = row


def _line(text: str) -> str:
    """One line of plain text, its `:names:` as emoji; raises Refused where a character cannot be stored."""
    return replace_names(clean(" ".join(text.split()), may_be_empty=True))


def vote(actor: User, message_id: object, option_ids: Iterable[object]) -> Message:
    """These are the answers `actor` chooses now, in place of any before; none takes the vote back. Raises Refused."""
    chosen = {access.parse_id(option_id) for option_id in option_ids}
    with transaction.atomic():
        message, poll, room = _open_poll(actor, message_id, to="react")
        options = set(PollOption.objects.filter(poll=poll).values_list("pk", flat=True))
        if not chosen <= options:
            raise Refused("bad_request", _("This is no answer of this poll."))
        if len(chosen) > 1 and not poll.multiple:
            raise Refused("bad_request", _("Choose one answer of this poll."))
        mine = PollVote.objects.filter(option__poll=poll, user=actor)
        before = set(mine.values_list("option_id", flat=True))
        if before == chosen:
            return Message.objects.for_wire().get(pk=message.pk)
        mine.filter(option_id__in=before - chosen).delete()
        PollVote.objects.bulk_create(PollVote(option_id=pk, user=actor) for pk in sorted(chosen - before))
        events.poll_mine(actor.pk, message.pk, chosen)
        return changed(message, room)


def close_poll(actor: User, message_id: object) -> Message:
    """Nobody votes any more: by who asked, or who may delete what others wrote. Raises Refused."""
    with transaction.atomic():
        message, poll, room = _open_poll(actor, message_id, to="delete")
        poll.closed_at = timezone.now()
        poll.save(update_fields=["closed_at"])
        return changed(message, room)


def votes_of(user: User, message_id: object) -> list[str]:
    """Ids of the answers that person chose; an anonymous poll tells nobody else. Raises Refused."""
    message, _seat = access.message_for(user, message_id)
    mine = PollVote.objects.filter(option__poll=message.pk, user=user)
    return [str(pk) for pk in mine.values_list("option_id", flat=True)]


def voters_of(user: User, message_id: object, option_id: object) -> tuple[list[User], int]:
    """Who chose an answer, the first of them, and how many did; of an anonymous poll nobody. Raises Refused."""
    message, _seat = access.message_for(user, message_id)
    if message.deleted_at is not None:
        raise access.not_found()
    votes = PollVote.objects.filter(
        option=access.parse_id(option_id), option__poll=message.pk, option__poll__anonymous=False
    )
    named = votes.select_related("user").order_by("pk")[: settings.NAMED_MAX]
    return [vote.user for vote in named], votes.count()


def _open_poll(actor: User, message_id: object, to: str) -> tuple[Message, Poll, Any]:
    message, seat = access.message_for(actor, message_id, to=to, lock=True)
    poll = Poll.objects.filter(message=message).first()
    if poll is None or message.deleted_at is not None:
        raise access.not_found()
    if poll.is_closed:
        raise Refused("conflict", _("This poll has ended."))
    return message, poll, seat.room
