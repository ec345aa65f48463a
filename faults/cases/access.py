"""Somebody loses their access while everybody talks, and it was done on another process."""

import asyncio
import time

from faults.cases.registry import case
from faults.people import forms
from faults.people.client import Client
from faults.stage import Stage

# Prints at which moment of this machine's monotonic clock it was committed.
SUSPEND = """
import django, sys, time
django.setup()
from accounts.actions import suspend
from accounts.models import User
suspend(None, User.objects.get(pk=int(sys.argv[1])))
print(time.monotonic())
"""


@case("F19", "a member is removed, suspended, signed out on another process, under load", short=True)
async def access_ends(stage: Stage) -> None:
    """Everybody talks in one room. One after another, members on one server are removed by the owner on the other, or
    suspended by a command, or signed out by a page on the other server. They hear nothing more of the room from one
    second later on, neither of what is said nor of who is typing; and sockets of people who may not come at all, or not
    with that session, are closed by then."""
    rounds = 1 if stage.short else 8
    town = await stage.town(servers=2)
    here, there = town.ports
    async with stage.crowd(town, people=6 + 3 * rounds, rooms=2, two_tabs=0, ports=[there, here]) as crowd:
        room = crowd.rooms[0]
        owner = crowd.people[0].client.who
        victims = [person.client for person in crowd.people[6:]]
        pages = [crowd.client(victim.who, [there], by_cookie=True) for victim in victims[2::3]]
        await crowd.connected()
        closes: list[float] = []
        async with crowd.living(acts_a_second=20, habits={"say": 6, "type": 3, "edit": 1}):
            for number in range(rounds):
                removed, suspended = victims[3 * number : 3 * number + 2]
                page = pages[number]
                asked = time.monotonic()
                status = await forms.post(here, owner, f"/rooms/{room}/members/remove/", user=removed.who.id)
                crowd.case.write("member", room=room, user=removed.who.id, change="removed", asked=asked)
                stage.expect(status < 400, f"the removal was answered with {status}")
                await crowd.until(lambda gone=removed: room not in gone.rooms, "the removed one to be told")

                done = float(await asyncio.to_thread(town.django, SUSPEND, suspended.who.id))
                crowd.case.write("member", user=suspended.who.id, change="suspended", asked=done)
                closes.append(await _closed(stage, suspended, 4403, done))

                done = time.monotonic()
                status = await forms.post(here, page.who, "/accounts/logout/")
                crowd.case.write(
                    "member", user=page.who.id, client=page.history.path.stem, change="signed-out", asked=done
                )
                stage.expect(status < 400, f"signing out was answered with {status}")
                closes.append(await _closed(stage, page, 4401, done))
                await asyncio.sleep(0.5)
        await stage.converge(crowd, town)
        stage.figure("sockets closed after, longest", max(closes), "s", at_most=1)


async def _closed(stage: Stage, client: Client, code: int, since: float) -> float:
    """Waits for the end of that client, which is to be with `code`; how long after `since` that was."""
    async with asyncio.timeout(60):
        while not client.stopped:
            await asyncio.sleep(0.01)
    stage.expect(client.closes[-1] == code, f"{client.who.username} was closed with {client.closes[-1]}, not {code}")
    return time.monotonic() - since
