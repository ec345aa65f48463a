"""A long history: read to its first line and back without a jump, while somebody talks."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from rooms.actions.imports import Line, append_lines
from rooms.actions.posting import post_message
from rooms.models import Membership, Message
from talkwave.testing_browser import Window, apart

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]
MANY = 1_200
ROWS_MOST = 320
JUMP_MOST = 2  # pixels


@pytest.fixture
def long_room(room: Any, alice: Any, bob: Any) -> Any:
    """Two people, 1,200 messages of all heights, over some days; everything is read."""
    began = timezone.now() - datetime.timedelta(days=3)
    bodies = [
        "number {}",
        "number {}, and a good deal more to say about it. " * 6,
        "number {}\n\n```\none\ntwo\nthree\n```",
    ]
    lines = [
        Line(
            sender=(alice, bob)[number // 3 % 2],
            created_at=began + datetime.timedelta(minutes=3 * number),
            body=bodies[number % 7 % 3].format(*[number] * 6).strip(),
        )
        for number in range(1, MANY + 1)
    ]
    apart(append_lines, room.pk, lines)
    Membership.objects.filter(room=room).update(read_seq=MANY)
    return room


# Scrolls by `by` pixels as a wheel does, and watches the row in the middle of the screen through two frames and until
# the page that is being loaded has come: it must move by what was scrolled and nothing else. Gives the worst jump.
SCROLLS = """async ({ by, until, rows }) => {
    const box = document.querySelector(".timeline__scroll");
    const list = document.querySelector(".timeline__list");
    const frame = () => new Promise(requestAnimationFrame);
    const placed = () => [...list.querySelectorAll(":scope > .message[data-seq]")];
    let jump = 0, most = 0, where = "";
    for (let steps = 0; steps < 4000; steps += 1) {
        const middle = box.getBoundingClientRect().top + box.clientHeight / 2;
        const row = placed().find((one) => one.getBoundingClientRect().bottom > middle) ?? placed().at(-1);
        const top = row.getBoundingClientRect().top;
        const before = box.scrollTop;
        box.scrollBy({ top: by, behavior: "instant" });
        // What the browser itself made of it, before any script: at an end it is less.
        const moved = top - row.getBoundingClientRect().top;
        for (let frames = 0; frames < 3; frames += 1) {
            await frame();
            if (!row.isConnected) throw new Error(`the row that was looked at is gone: ${row.dataset.seq}`);
            const by = Math.abs(top - moved - row.getBoundingClientRect().top);
            if (by > jump) where = `row ${row.dataset.seq} of ${placed()[0].dataset.seq}–${placed().at(-1).dataset.seq}, frame ${frames}`;
            jump = Math.max(jump, by);
        }
        most = Math.max(most, placed().length);
        const seqs = placed().map((one) => Number(one.dataset.seq));
        if (seqs.some((seq, index) => index && seq !== seqs[index - 1] + 1)) throw new Error("rows are missing: " + seqs.join());
        if (seqs.includes(until) && Math.abs(moved) < 1) return { jump, where, most, first: seqs[0], last: seqs.at(-1) };
    }
    throw new Error(`${until} never came`);
}"""


def test_a_long_history_is_read_to_its_first_line_and_back_without_a_jump(
    visit: Visit, long_room: Any, alice: Any, bob: Any
) -> None:
    a = visit(alice, long_room)
    a.sees(f"number {MANY}")
    assert a.rows.count() <= ROWS_MOST
    back = a.page.evaluate(SCROLLS, {"by": -700, "until": 1})
    assert back["first"] == 1 and back["jump"] <= JUMP_MOST, back
    assert back["most"] <= ROWS_MOST
    expect(a.page.get_by_text("This is where den begins.")).to_be_visible()

    # Somebody talks meanwhile: nothing moves, and the pill counts.
    pill = a.page.locator(".pill--below")
    top = a.at(1).bounding_box()
    for number in range(3):
        apart(post_message, bob, long_room.pk, f"meanwhile {number}")
    expect(pill).to_have_text("3 new messages")
    assert a.at(1).bounding_box() == top

    forth = a.page.evaluate(SCROLLS, {"by": 700, "until": MANY + 3})
    assert forth["jump"] <= JUMP_MOST and forth["most"] <= ROWS_MOST, forth
    a.sees("meanwhile 2")
    expect(pill).to_be_hidden()


def test_the_pill_leads_back_to_the_newest(visit: Visit, long_room: Any, alice: Any, bob: Any) -> None:
    a = visit(alice, f"/rooms/{long_room.pk}/?at=40")
    expect(a.at(40)).to_be_in_viewport()
    pill = a.page.locator(".pill--below")
    expect(pill).to_have_text("Jump to the newest")
    apart(post_message, bob, long_room.pk, "over here")
    expect(pill).to_have_text("1 new message")
    pill.click()
    expect(a.sees("over here")).to_be_in_viewport()
    expect(pill).to_be_hidden()


def test_a_link_to_a_message_opens_with_it_in_the_middle(visit: Visit, long_room: Any, alice: Any) -> None:
    message = Message.objects.get(room=long_room, seq=601)
    a = visit(alice, f"/rooms/{long_room.pk}/m/{message.pk}/")
    row = a.page.locator(f"#m-{message.pk}")
    expect(row).to_have_class(re.compile("message--target"))
    expect(row).to_be_in_viewport(ratio=1)
    box, frame = row.bounding_box(), a.page.locator(".timeline__scroll").bounding_box()
    assert box is not None and frame is not None
    middle = frame["y"] + frame["height"] / 2
    assert box["y"] < middle + 2 and box["y"] + box["height"] > middle - 2
    # One may write at once; the keys of a message begin at this one.
    expect(a.composer).to_be_focused()
    expect(row).to_have_attribute("tabindex", "0")


def test_going_back_in_the_browser_finds_the_place_again(
    visit: Visit, make_room: Any, long_room: Any, alice: Any
) -> None:
    other = make_room("elsewhere", alice="member")
    a = visit(alice, f"/rooms/{long_room.pk}/?at=300")
    row = a.at(300)
    expect(row).to_be_in_viewport()
    a.link_to(other).click()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("elsewhere")
    a.page.go_back()
    expect(a.at(300)).to_be_in_viewport()


def test_what_was_missed_is_below_the_line_of_new_ones(visit: Visit, long_room: Any, alice: Any, bob: Any) -> None:
    for number in range(60):
        apart(post_message, bob, long_room.pk, f"missed {number}")
    a = visit(alice, f"/rooms/{long_room.pk}/?at={MANY + 30}")
    above = a.page.locator(".pill--above")
    expect(above).to_have_text("60 unread messages")
    # Who was led past them reads none of them by going on from there,
    a.at(MANY + 30).focus()
    a.page.keyboard.press("ArrowUp")
    expect(a.at(MANY + 29)).to_be_focused()
    a.page.wait_for_timeout(1_500)  # longer than a look that reads takes
    expect(a.link_to(long_room).locator(".room-link__count [data-count]")).to_have_text("60")
    # nor by a glance at the end, or a key or a press that is on its way elsewhere.
    a.open(long_room)
    a.page.keyboard.press("Alt")
    a.page.locator(".pane-head__name").click()
    a.page.wait_for_timeout(1_000)
    expect(a.link_to(long_room).locator(".room-link__count [data-count]")).to_have_text("60")
    above.click()
    expect(a.row("missed 0")).to_be_in_viewport()
    expect(a.page.locator(".timeline__new + .message")).to_contain_text("missed 0")
    # The keys go on from there, and the browser's back returns.
    expect(a.row("missed 0")).to_be_focused()
    a.page.keyboard.press("ArrowDown")
    expect(a.row("missed 1")).to_be_focused()
    a.page.go_back()
    expect(a.row("missed 59")).to_be_in_viewport()
    expect(a.link_to(long_room).locator(".room-link__count")).to_be_hidden()
    # Who is writing goes on writing, and finds the place by Tab.
    a.composer.fill("half a thought")
    a.composer.press("Control+j")
    expect(a.row("missed 0")).to_be_in_viewport()
    expect(a.composer).to_be_focused()
    a.composer.press("Shift+Tab")
    expect(a.row("missed 0")).to_be_focused()
