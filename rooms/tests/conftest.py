"""What tests of this app share."""

import pytest

from rooms import limits


@pytest.fixture(autouse=True)
def nobody_was_here_before():
    """The buckets belong to the process and would remember the last test's people, who have the same ids."""
    for buckets in (
        limits.posting,
        limits.making_rooms,
        limits.inviting,
        limits.opening_directs,
        limits.looking_up,
        limits.previewing,
        limits.searching,
        limits.reacting,
        limits.moving,
        limits.forwarding,
        limits.selecting,
        limits.drafting,
        limits.setting_status,
        limits.adding_emoji,
        limits.keeping,
        limits.uploading,
        limits.sending_pieces,
    ):
        buckets.clear()
