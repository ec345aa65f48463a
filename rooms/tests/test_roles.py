"""What each role may do, and that the page about it says the same."""

from pathlib import Path

import pytest

from rooms.models import Kind, Role
from rooms.roles import ARCHIVED, DIRECT, MAY, outranks, verbs

PAGE = Path(__file__).resolve().parents[2] / "docs" / "roles.md"


def rows_of_page():
    rows = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[0].startswith("`"):
            rows[cells[0].strip("`")] = [cell == "yes" for cell in cells[2:]]
    return rows


def test_the_page_about_roles_says_what_the_code_does():
    everything = frozenset().union(*MAY.values())
    assert rows_of_page() == {
        verb: [
            *(verb in MAY[role] for role in (Role.MEMBER, Role.MODERATOR, Role.OWNER)),
            verb in DIRECT,
            verb in ARCHIVED,
        ]
        for verb in everything
    }


def test_each_role_may_all_that_the_one_below_may():
    assert MAY[Role.MEMBER] < MAY[Role.MODERATOR] < MAY[Role.OWNER]


@pytest.mark.parametrize("role", Role.values)
def test_a_conversation_knows_no_ranks(role):
    assert verbs(Kind.DIRECT, role, archived=False) == DIRECT


@pytest.mark.parametrize("role", Role.values)
def test_nobody_writes_in_an_archived_room(role):
    assert not verbs(Kind.PRIVATE, role, archived=True) & {
        "post",
        "react",
        "rename",
        "topic",
        "invite",
        "delete_others",
    }
    assert {"read", "leave"} <= verbs(Kind.PRIVATE, role, archived=True)


def test_an_owner_outranks_all_and_the_others_those_below_them():
    ranks = (Role.MEMBER, Role.MODERATOR, Role.OWNER)
    assert [[outranks(one, other) for other in ranks] for one in ranks] == [
        [False, False, False],
        [True, False, False],
        [True, True, True],
    ]
