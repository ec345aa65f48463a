"""Coming back to a room: to what one set aside as unread, to a day long ago, to those one wants to call."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from presence.models import LastSeen
from rooms.actions.imports import Line, append_lines
from rooms.actions.posting import post_message
from rooms.actions.reads import mark_read
from rooms.models import Membership, Room
from talkwave.testing_browser import Window, apart

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def read_seq(user: Any, room: Any) -> int:
    return apart(lambda: Membership.objects.get(user=user, room=room).read_seq)


def test_what_is_set_back_stays_unread_everywhere_until_one_leaves(
    visit: Visit, room: Any, make_room: Any, alice: Any, bob: Any
) -> None:
    other = make_room("garden", alice="member", bob="owner")
    for number in range(1, 7):
        apart(post_message, bob, room.pk, f"line {number}")
    here = visit(alice, room)
    count = here.link_to(room).locator(".room-link__count")
    expect(count).to_be_hidden()

    # What comes while one looks at the end is counted nowhere: not for a moment.
    here.page.evaluate(
        """() => {
            window.titles = [];
            new MutationObserver(() => window.titles.push(document.title)).observe(document.querySelector("title"), { childList: true });
        }"""
    )
    apart(post_message, bob, room.pk, "line 7")
    here.sees("line 7")
    expect(here.page).not_to_have_title(re.compile(r"^\("))
    assert not [title for title in here.page.evaluate("window.titles") if title.startswith("(")]

    there = visit(alice, other)
    here.row("line 5").click(modifiers=["Alt"])
    expect(there.link_to(room).locator(".room-link__count [data-count]")).to_have_text("3")
    here.row("line 7").focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "u"):
        here.page.keyboard.press(key)
    expect(here.row("line 4").locator("xpath=preceding-sibling::li[1]")).to_have_class(re.compile("timeline__new"))
    for window in (here, there):
        expect(window.link_to(room).locator(".room-link__count [data-count]")).to_have_text("4")
    expect(there.page).to_have_title(re.compile(r"^\(4\)"))
    assert read_seq(alice, room) == 3

    # Still so after a reload, and while the whole room is on the screen: one goes on when one comes back to it.
    here.page.reload()
    here.is_live()
    expect(here.link_to(room).locator(".room-link__count [data-count]")).to_have_text("4")
    here.page.wait_for_timeout(1_500)  # longer than a look that reads takes
    assert read_seq(alice, room) == 3

    # Esc is enough to have read it, also on a message, and can be taken back.
    here.row("line 7").focus()
    here.page.keyboard.press("Escape")
    expect(here.composer).to_be_focused()
    expect(there.link_to(room).locator(".room-link__count")).to_be_hidden()
    here.page.get_by_role("button", name="Undo").click()
    expect(there.link_to(room).locator(".room-link__count [data-count]")).to_have_text("4")

    # Everything read at once in the other window, taken back there, and then left and read by looking.
    there.page.locator("#main").focus()
    there.page.keyboard.press("Shift+Escape")
    expect(here.link_to(room).locator(".room-link__count")).to_be_hidden()
    there.page.get_by_role("button", name="Undo").click()
    expect(here.link_to(room).locator(".room-link__count [data-count]")).to_have_text("4")
    here.link_to(other).click()
    expect(here.page.locator("#main")).to_have_attribute("data-room", str(other.pk))
    here.link_to(room).click()
    expect(here.link_to(room).locator(".room-link__count")).to_be_hidden()
    expect(there.link_to(room).locator(".room-link__count")).to_be_hidden()


def test_a_day_long_ago_is_two_keys_away_and_back_leads_to_the_very_spot(
    visit: Visit, room: Any, alice: Any, bob: Any
) -> None:
    now = timezone.now()
    began = now.replace(day=10, hour=12) - datetime.timedelta(days=120)
    days = [began + datetime.timedelta(days=day) for day in (0, 1, 2, 60, 61)]
    lines = [
        Line(sender=(alice, bob)[n % 2], created_at=day + datetime.timedelta(minutes=n), body=f"{day:%d %m} number {n}")
        for day in days
        for n in range(60)
    ]
    apart(append_lines, room.pk, lines)
    apart(lambda: Membership.objects.filter(room=room).update(read_seq=len(lines)))
    here = visit(alice, room)
    expect(here.rows.last).to_have_attribute("data-day", f"{days[4]:%Y-%m-%d}")

    here.page.keyboard.press("Control+Shift+D")
    calendar = here.page.get_by_role("dialog", name="Jump to a date")
    expect(calendar.get_by_role("table")).to_be_visible()
    # It opens at the day one is reading; the arrow at its head leads to the busy months before.
    expect(calendar.locator(".calendar")).to_have_attribute("data-month", f"{days[4]:%Y-%m}")
    expect(calendar.get_by_role("link", name=re.compile("60 messages")).first).to_be_visible()
    # A month that cannot be had now is said below this one, which stays.
    here.offline()
    calendar.get_by_role("link", name="Earlier month with messages").click()
    expect(calendar.get_by_role("alert")).to_contain_text("The server did not answer")
    here.online()
    while calendar.locator(".calendar").get_attribute("data-month") != f"{days[1]:%Y-%m}":
        month = calendar.locator(".calendar").get_attribute("data-month") or ""
        calendar.get_by_role("link", name="Earlier month with messages").click()
        expect(calendar.locator(".calendar")).not_to_have_attribute("data-month", month)
    day = calendar.locator(f'[data-day="{days[1]:%Y-%m-%d}"]')
    day.focus()
    here.page.keyboard.press("Enter")
    expect(calendar).to_be_hidden()
    target = here.at(61)
    expect(target).to_be_in_viewport()
    expect(here.page).to_have_url(re.compile(r"\?at=61$"))

    # Onward by a link of the room, and back to the very spot: each jump is one step of the browser's.
    here.page.locator(".timeline__scroll").evaluate("box => box.scrollBy({ top: 900, behavior: 'instant' })")
    # It is remembered when one has come to rest.
    kept = here.page.evaluate(
        """async () => {
            for (let waits = 0; waits < 200 && !(history.state?.place?.seq > 61); waits += 1) {
                await new Promise((next) => setTimeout(next, 50));
            }
            return history.state.place;
        }"""
    )
    here.page.evaluate(f"""() => {{
        const link = Object.assign(document.createElement("a"), {{ href: "/rooms/{room.pk}/?at=250", textContent: "on" }});
        link.dataset.pane = "";
        document.querySelector("#main").append(link);
        link.click();
    }}""")
    expect(here.at(250)).to_be_in_viewport()
    here.page.go_back()
    expect(here.at(kept["seq"])).to_be_in_viewport()
    expect(here.page).to_have_url(re.compile(r"\?at=61$"))
    offset = here.at(kept["seq"]).evaluate(
        "row => row.getBoundingClientRect().top - document.querySelector('.timeline__scroll').getBoundingClientRect().top"
    )
    assert abs(offset - kept["offset"]) < 40

    # What happened in a week stands on one page, and its lines lead here. Whoever sits down again before a page that
    # stayed open over night is led there.
    apart(post_message, bob, room.pk, "@alice what do you think?")
    offer = here.page.locator(".offer")
    expect(offer).to_be_hidden()
    now = timezone.now()
    absence = {"left_at": now - datetime.timedelta(hours=9), "back_at": now}
    apart(LastSeen.objects.update_or_create, {"at": now, "active_at": now, **absence}, user=alice)
    apart(Membership.objects.filter(user=alice, room=room).update, read_seq=1)
    here.page.evaluate("document.dispatchEvent(new CustomEvent('tw:ui.back'))")
    expect(offer).to_contain_text("You were away for 9")
    offer.get_by_role("link", name="Catch up").click()
    expect(here.page.locator(".catch-up__room")).to_have_count(1)
    expect(offer).to_be_hidden()
    # Read from there with one press, or a nervous two, and taken back with another.
    mark = here.page.get_by_role("button", name="Mark as read")
    mark.dblclick()
    expect(mark).to_be_hidden()
    expect(here.page.locator(".catch-up__room .badge--mention")).to_be_hidden()
    here.page.get_by_role("button", name="Undo").click()
    expect(mark).to_be_visible()
    expect(here.page.locator(".catch-up__unread")).to_contain_text("unread")
    # Read on another device, it is read here as well.
    apart(lambda: mark_read(alice, room.pk, Room.objects.get(pk=room.pk).last_seq))
    expect(here.page.locator(".catch-up__unread")).to_have_text("all read")
    expect(mark).to_be_hidden()
    here.page.get_by_role("link", name=re.compile("what do you think")).click()
    expect(here.sees("@Alice what do you think?")).to_be_in_viewport()


def test_calling_many_asks_first_and_who_is_not_here_can_be_invited(
    visit: Visit, room: Any, make_room: Any, person: Any, bob: Any, alice: Any, charlie: Any
) -> None:
    pier = make_room("pier", bob="owner")
    apart(lambda: type(room).objects.filter(pk=pier.pk).update(member_count=31))
    for number in range(20):
        apart(lambda name: Membership.objects.create(room=room, user=person(name)), f"guest{number}")
    apart(lambda: type(room).objects.filter(pk=room.pk).update(member_count=23))
    there, here = visit(alice, room), visit(bob, room)
    here.say("@everyone to the boats")
    asked = here.page.get_by_role("dialog", name="Call everybody?")
    expect(asked).to_contain_text("This calls 22 people.")
    asked.get_by_role("button", name="Cancel").click()
    expect(here.composer).to_have_value("@everyone to the boats")
    expect(here.rows).to_have_count(0)
    here.composer.press("Enter")
    asked.get_by_role("button", name="Send", exact=True).click()
    here.sees("@everyone to the boats")
    expect(there.sees("@everyone to the boats").locator(".mention--me")).to_have_text("@everyone")

    # A question calls as well, and so does a word before what is forwarded; of a member neither does, and they are told.
    there.say("/poll @everyone: bread? | yes | no")
    there.page.get_by_role("dialog", name="Ask everybody").get_by_role("button", name="Ask", exact=True).click()
    expect(there.page.locator(".flash")).to_contain_text("your message calls nobody")
    expect(here.sees("@everyone: bread?").locator(".mention")).to_have_count(0)
    here.say("/poll @everyone: soup? | yes | no")
    poll = here.page.get_by_role("dialog", name="Ask everybody")
    poll.get_by_role("button", name="Ask", exact=True).click()
    asked.get_by_role("button", name="Cancel").click()
    expect(poll).to_be_visible()
    poll.get_by_role("button", name="Ask", exact=True).click()
    asked.get_by_role("button", name="Send", exact=True).click()
    here.sees("@everyone: soup?").press("f")
    forward = here.page.locator("#forward-dialog")
    forward.locator(".forward__input").fill("pier")
    expect(forward.locator("[role=option]")).to_have_count(1)
    forward.locator(".forward__input").press("Enter")
    forward.locator("textarea").fill("@everyone look")
    forward.locator("[type=submit]").click()
    expect(asked).to_contain_text("This calls 30 people.")
    asked.get_by_role("button", name="Cancel").click()
    assert not apart(lambda: pier.messages.filter(body="@everyone look").exists())
    forward.locator("[type=submit]").click()
    asked.get_by_role("button", name="Send", exact=True).click()
    expect(forward).to_be_hidden()
    assert apart(lambda: pier.messages.filter(body="@everyone look").exists())

    there.say("@everyone and `@here` too")
    expect(there.page.locator(".private-note")).to_contain_text("calls nobody")
    # Not at the name itself: there Enter takes what completion offers.
    there.say("ask @charlie about it")
    note = there.page.locator(".private-note")
    expect(note).to_contain_text("is not in this room")
    note.get_by_role("button", name="Invite").click()
    expect(note).to_have_count(0)
    expect(here.page.locator(".message--system").last).to_contain_text("added")
    # And is called by these words, as if he had been here.
    asking = there.sees("ask @Charlie about it")
    expect(asking.locator(f'.mention[data-user="{charlie.pk}"]')).to_be_visible()
    seat = apart(lambda: Membership.objects.get(room=room, user=charlie))
    assert seat.read_seq == int(asking.get_attribute("data-seq")) - 1
