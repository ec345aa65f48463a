"""The index of what was said: a document a message, and how far each room has been read into it (rooms.search)."""

from typing import Any

from django.db import models

from rooms.models.messages import Message
from rooms.models.rooms import Room


class WordsField(models.TextField):  # type: ignore[type-arg]
    """The words of a document with a space between, as rooms.search.tokens makes them; PostgreSQL's tsvector there."""

    def db_type(self, connection: Any) -> str | None:
        return "tsvector" if connection.vendor == "postgresql" else super().db_type(connection)


class KeyField(models.BigIntegerField):  # type: ignore[type-arg]
    """A key of 64 bits that is given, not counted. SQLite's own row number there, which only the word `integer` names."""

    def db_type(self, connection: Any) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class SearchDocument(models.Model):
    """What finds one message. Written by rooms.search.index alone.

    The key grows with the message's time, so that "the newest first" and "before that day" are the order and ranges of
    the index itself, imported messages included. On SQLite triggers carry the words into `rooms_searchwords` (FTS5):
    a migration that alters this table has to make them again (rooms.search.schema).
    """

    id = KeyField(primary_key=True)
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="document")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    sender_id = models.BigIntegerField()
    # The message as it was read: at another version now, it is left out of every answer until it is read again.
    version = models.PositiveBigIntegerField()
    words = WordsField()

    class Meta:
        indexes = [
            models.Index(fields=["room", "-id"], name="search_room"),
            models.Index(fields=["sender_id", "-id"], name="search_sender"),
        ]

    def __str__(self) -> str:
        return f"document of {self.message_id}"


class SearchMark(models.Model):
    """Everything of the room up to this version is in the index, in this format."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True, related_name="+")
    version = models.PositiveBigIntegerField(default=0)
    # rooms.search.index.FORMAT: a room indexed in another one is read anew.
    format = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.room_id} up to {self.version}"
