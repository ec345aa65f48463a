"""Messages, whom they mention, and what is kept of deleted ones."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import Prefetch, Q
from django.db.models.base import ModelState
from django.utils import timezone

from rooms.models.rooms import Room


class MessageKind(models.TextChoices):
    TEXT = "text"
    SYSTEM = "system"


class MessageQuerySet(models.QuerySet["Message"]):
    def before(self, seq: int, limit: int) -> list["Message"]:
        """The `limit` messages just under `seq`, ascending."""
        return list(self.filter(seq__lt=seq).order_by("-seq")[:limit])[::-1]

    def after(self, seq: int, limit: int) -> list["Message"]:
        """The `limit` messages just above `seq`, ascending."""
        return list(self.filter(seq__gt=seq).order_by("seq")[:limit])

    def for_wire(self) -> "MessageQuerySet":
        """With all that rooms.wire.message_wire shows: a fixed number of queries, however many messages.

        Joined is only what is narrow: each column of a joined row is converted for every message, and a page has few
        people.
        """
        return (
            self.select_related("thread_state", "pin", "poll")
            .prefetch_related(
                "sender", "reply_to__sender", "pin__by", *map(_crowd, ("poll__options", "poll__options__votes"))
            )
            .with_rows(*ADORNMENTS, "reply_to__attachments")
        )

    def with_rows(self, *names: str) -> "MessageQuerySet":
        """With those of ADORNMENTS, also of a message beside it, one query each; `Message.beside` gives them.

        As lists (`to_attr`): to make a query set of each, Django takes longer than the database for all of them.
        """
        return self.prefetch_related(*map(_fetched, names))

    def in_view(self, view: str | None, thread: int | None = None) -> "MessageQuerySet":
        """`room`: what stands in the room's timeline; None: all of the room's messages, thread answers too.

        `thread`: the answers to that message alone.
        """
        if thread is not None:
            return self.filter(thread=thread)
        return self.filter(in_room=True) if view == "room" else self

    def insert(self, messages: Sequence["Message"]) -> None:
        """Stores new messages of people (kind `text`) and gives them their ids; they are numbered already.

        As `bulk_create`, in a quarter of its time: that is half of what storing a message costs (docs/decisions.md).
        """
        features = connection.features
        adapted = connection.ops.adapt_datetimefield_value
        moments = {moment: adapted(moment) for moment in {message.created_at for message in messages}}
        with connection.cursor() as cursor:
            most = min(_ROWS_AT_ONCE, (features.max_query_params or 65_535) // len(_COLUMNS))
            for start in range(0, len(messages), most):
                chunk = messages[start : start + most]
                values: list[Any] = []
                for message in chunk:
                    client_id = message.client_id
                    values += (
                        message.room_id, message.seq, message.version, message.changes, message.sender_id,
                        client_id if client_id is None or features.has_native_uuid_field else client_id.hex,
                        message.kind, message.body, message.html, moments[message.created_at],
                        message.reply_to_id, message.thread_id, message.in_room, message.mentions_all,
                        None if message.forward is None else json.dumps(message.forward),
                    )  # fmt: skip
                cursor.execute(_insertion(len(chunk)), values)
                # In which order they come back, no database promises.
                ids = {(room_id, seq): pk for pk, room_id, seq in cursor.fetchall()}
                for message in chunk:
                    message.id = ids[message.room_id, message.seq]
                    message._state.adding = False


# Rows of other tables that belong to a message and are shown with it.
ADORNMENTS = ("mentions", "reactions", "attachments", "previews")
# Where those fetched with it stand, as lists: `Message.beside`.
_FETCHED = {name: f"fetched_{name}" for name in ADORNMENTS}

# Likewise, of which there is one at most.
_ONES_BESIDE = ("thread_state", "pin", "poll")

# What `insert` writes; the other columns of a new message are null.
_COLUMNS = (
    "room_id", "seq", "version", "changes", "sender_id", "client_id", "kind", "body", "html", "created_at",
    "reply_to_id", "thread_id", "in_room", "mentions_all", "forward",
)  # fmt: skip
_ROWS_AT_ONCE = 256


def _fetched(name: str) -> "Prefetch[Any]":
    """One of ADORNMENTS."""
    return _crowd(name, to_attr=_FETCHED[name.rpartition("__")[2]])


def _crowd(name: str, to_attr: str | None = None) -> "Prefetch[Any]":
    """What stands beside a message; of what very many may do, their number and those of them who are named."""
    rows = _crowds(settings.NAMED_MAX).get(name)
    return Prefetch(name, None if rows is None else rows.all(), to_attr=to_attr)


@lru_cache(maxsize=2)  # to say it takes Django longer than to ask it
def _crowds(most: int) -> dict[str, models.QuerySet[Any]]:
    model = partial(apps.get_model, "rooms")
    return {
        "reactions": model("Reaction").objects.named(),
        "poll__options": model("PollOption").objects.counted(),
        "poll__options__votes": model("PollVote").objects.named(most),
    }


@lru_cache(maxsize=_ROWS_AT_ONCE)
def _insertion(rows: int) -> str:
    row = f"({', '.join(['%s'] * len(_COLUMNS))})"
    return (
        f"INSERT INTO rooms_message ({', '.join(_COLUMNS)}) VALUES {', '.join([row] * rows)}"  # noqa: S608 (no words from outside)
        " RETURNING id, room_id, seq"
    )


class Message(models.Model):
    """One message. `seq` is its place in the room, `version` the room's version at which it last changed."""

    # No index of their own: a room's messages are found by the indexes below, nobody's by their sender alone, and each index
    # is a page more that every message writes.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="messages", db_index=False)
    seq = models.PositiveBigIntegerField()
    version = models.PositiveBigIntegerField()
    # How many of the room's versions are this message's: 1 for one never changed.
    changes = models.PositiveIntegerField(default=1)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Made by the client, once a message: a retry finds the first. Unique for ever, by the constraint below.
    client_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=8, choices=MessageKind.choices, default=MessageKind.TEXT)
    # What a system message tells, so that every reader gets it in their language: rooms.system.
    system = models.JSONField(null=True)
    body = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    # When it came here from another room: it stands at that moment, and was written at `created_at`.
    moved_at = models.DateTimeField(null=True)
    # The message this one answers in line: quoted above it.
    reply_to = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    # The message whose thread this one stands in; None for what stands in the room alone.
    thread = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="answers", db_index=False)
    # Does it stand in the room's timeline? False for an answer that is in its thread alone.
    in_room = models.BooleanField(default=True, db_default=True)
    # Whom beside those named it calls: `everyone`, all who are in the room; `here`, those who were here then, each with a
    # Mention; empty, nobody. One mark a message, so that calling ten thousand people is no work for each of them.
    mentions_all = models.CharField(max_length=8, blank=True, default="", db_default="")
    # Where a forwarded message comes from, as it was at that moment: rooms.wire.
    forward = models.JSONField(null=True)

    objects = MessageQuerySet.as_manager()
    # Just made, and like most: nothing stands beside its row, and no field but those of `new` says anything.
    # Such a one goes on the wire from a template (rooms.wire).
    plain = False

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="one_message_a_seq"),
            # The client_id first: a batch of messages, by however many people, is one look into one index.
            models.UniqueConstraint(fields=["client_id", "sender"], name="one_message_a_client_id"),
        ]
        indexes = [
            models.Index(fields=["room", "version"], name="message_version"),
            models.Index(fields=["room", "created_at"], name="message_date"),
            # Of these few messages only: every other one is stored without them.
            models.Index(fields=["reply_to"], condition=Q(reply_to__isnull=False), name="message_reply"),
            models.Index(fields=["thread", "seq"], condition=Q(thread__isnull=False), name="message_thread"),
            # What the count of a room's unread messages leaves out, and what the counts of the calendar's days do.
            models.Index(
                fields=["room", "seq"], condition=Q(kind="system") | Q(deleted_at__isnull=False), name="message_silent"
            ),
            models.Index(fields=["room", "seq"], condition=Q(in_room=False), name="message_aside"),
            models.Index(fields=["room", "created_at"], condition=Q(in_room=False), name="message_aside_date"),
            models.Index(fields=["room", "moved_at"], condition=Q(moved_at__isnull=False), name="message_moved"),
            models.Index(fields=["room", "seq"], condition=Q(mentions_all="everyone"), name="message_everyone"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}#{self.seq}"

    @property
    def stands_at(self) -> datetime:
        """The moment at which it stands in its room."""
        return self.moved_at or self.created_at

    @classmethod
    def new(cls, **values: Any) -> "Message":
        """A new message of a person, `plain` and `unadorned`; `values` by column.

        In a fifteenth of the time of `Message(…)`: that was a tenth of what storing a message costs (docs/decisions.md).
        """
        message = cls.__new__(cls)
        state = ModelState()
        state.fields_cache = dict.fromkeys(_ONES_BESIDE)
        message.__dict__.update(_blank(), **values, _state=state)
        return message

    def unadorned(self) -> "Message":
        """The message, known to have nothing beside its row: for one just stored, which need not be asked for."""
        for name in ADORNMENTS:
            self.adorn(name, ())
        self._state.fields_cache |= dict.fromkeys(_ONES_BESIDE)
        return self

    def beside(self, name: str) -> Any:
        """What stands beside the row under that name: rows, or one of its one-to-ones, None where there is none.

        From what was fetched with it, where it was, without the query set and the exception that Django makes for each
        look: every message on the wire is asked eight times.
        """
        if name in _FETCHED and _FETCHED[name] in self.__dict__:
            return self.__dict__[_FETCHED[name]]
        if name in self._state.fields_cache:
            return self._state.fields_cache[name]
        found = getattr(self, name, None)
        return found.all() if isinstance(found, models.Manager) else found

    def adorn(self, name: str, rows: Iterable[models.Model]) -> None:
        """Says what `unadorned` could not know: these are its `name` (one of ADORNMENTS)."""
        self.__dict__[_FETCHED[name]] = list(rows)
        self.plain = False


@lru_cache(maxsize=1)
def _blank() -> dict[str, Any]:
    """What a new message holds, but for the moment: in every column, and beside its row."""
    row = {
        field.attname: None if field.name == "created_at" else field.get_default()
        for field in Message._meta.concrete_fields
    }
    return {**row, **dict.fromkeys(_FETCHED.values(), ()), "plain": True}


class Mention(models.Model):
    """Somebody named in a message. Kept apart, so that counting the unread ones is one index range."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="one_mention")]
        indexes = [models.Index(fields=["user", "room", "seq"], name="mention_unread")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}#{self.seq}"


class LeftPlace(models.Model):
    """Where a message stood in a room it was moved out of: its note stands there. Moved back, the two change places."""

    note = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.message_id} was where {self.note_id} is"


class DeletedText(models.Model):
    """The words of a deleted message, for moderators alone; `cleanup` ends it after DELETED_TEXT_DAYS."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="deleted_text")
    body = models.TextField()
    # What went with the words, for whoever takes it back in time (rooms.actions.deleting), and the earlier ones.
    kept = models.JSONField(default=dict)
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"deleted text of {self.message_id}"
