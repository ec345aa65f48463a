"""What a client that was away hears of the room itself, beside its messages."""

import pytest

from rooms.actions.posting import post_message
from rooms.actions.rooms import rename_room
from rooms.sync import synced

pytestmark = pytest.mark.django_db


def test_a_page_of_many_brings_the_room_as_it_is_though_it_changed_further_on(make_room, alice, settings):
    """A client may get past the change by events meanwhile: the answer with the last page would be too old for it."""
    settings.SYNC_PAGE = 1
    room = make_room("den", alice="owner")
    for number in range(3):
        post_message(alice, room.pk, f"words {number}")
    rename_room(alice, room.pk, "harbour")
    answer = synced(alice, room.pk, 0)
    assert answer["more"] and answer["state"]["name"] == "harbour"
    post_message(alice, room.pk, "more words")
    assert synced(alice, room.pk, answer["state"]["version"])["state"] is None
