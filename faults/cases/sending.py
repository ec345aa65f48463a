"""Many messages at once, and the same one again and again."""

import asyncio
import time
import uuid
from typing import Any

from faults.cases.registry import case
from faults.people.client import Client
from faults.stage import Stage
from faults.town import Proxy


@case("F5", "a burst: thousands of messages at the same moment, from one process to another", short=True)
async def a_burst(stage: Stage) -> None:
    """Ten people on one server send 500 messages each into one room without waiting for any answer, and ten on the other
    server hear of them by way of the channel layer: all are acknowledged, all reach all of them, in order."""
    each = 30 if stage.short else 500
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=20, rooms=0, open_rooms=0, two_tabs=0) as crowd:
        senders, readers = crowd.people[::2], crowd.people[1::2]
        stage.expect(
            {person.client.ports[0] for person in senders} == {town.ports[0]}
            and {person.client.ports[0] for person in readers} == {town.ports[1]},
            "senders and readers are not on different servers",
        )
        began = time.monotonic()
        said = [person.client.post(crowd.rooms[0], person.words()) for _ in range(each) for person in senders]
        acks = await asyncio.gather(*said)
        acked = time.monotonic() - began
        await stage.converge(crowd, town)
        stage.expect(all(acks), f"{sum(not ack for ack in acks)} of {len(acks)} were refused")
        stage.figure("sent at once", len(said), "messages")
        stage.figure("all acknowledged after", acked, "s")
        for where, people in (("across the layer", readers), ("on the same server", senders)):
            took = max(person.client.rooms.applied_at for person in people) - began
            stage.figure(f"all applied {where} after", took, "s", at_most=10)


@case("F13", "the ack is lost after the commit, a double click, two tabs with the same draft", short=True)
async def acks_are_lost(stage: Stage) -> None:
    """A proxy swallows what the server answers once the message is stored, and then cuts: the client comes back, sends
    the message again under its client_id and gets the number it had. A thousand times. Then the same message goes out
    twice on one socket, and at once on sockets at two servers; and the very first ones are sent once more at the end."""
    rounds = 15 if stage.short else 1000
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=6, rooms=1, open_rooms=0) as crowd, Proxy(town.ports[0]) as proxy:
        room = crowd.rooms[0]
        sender, witness = crowd.people[0], crowd.people[1].client
        client = crowd.client(sender.client.who, [proxy.port], first_wait=0.02)
        await crowd.connected()
        heard: dict[str, int] = {}
        arrived = asyncio.Event()

        def hear(event: dict[str, Any]) -> None:
            # Pushed, or caught up with.
            told = [event["message"]] if event["type"] == "message.created" else event.get("messages", ())
            for message in told:
                heard[message["body"]] = message["seq"]
                arrived.set()

        witness.listeners.append(hear)
        again: list[float] = []
        first: list[tuple[str, str]] = []
        wrong = 0
        for number in range(rounds):
            body, client_id = sender.words(), str(uuid.uuid4())
            proxy.down.swallow = True
            answer = client.post(room, body, client_id)
            while body not in heard:
                arrived.clear()
                try:
                    await asyncio.wait_for(arrived.wait(), 15)
                except TimeoutError:
                    # It was refused (a busy database), and of that, too, nothing came through: it begins anew.
                    proxy.down.swallow = False
                    await proxy.cut()
            proxy.down.swallow = False
            began = time.monotonic()
            await proxy.cut()
            ack = await asyncio.wait_for(answer, 60)
            again.append(time.monotonic() - began)
            wrong += ack is None or ack["seq"] != heard[body]
            if number < 5:
                heard[client_id] = heard[body]
                first.append((client_id, body))
        stage.expect(not wrong, f"{wrong} of {rounds} were given another number")
        await _twice(stage, room, sender.words(), [client, client])
        there = crowd.client(sender.client.who, [town.ports[1]])
        await crowd.connected()
        for _ in range(3 if stage.short else 100):
            await _twice(stage, room, sender.words(), [client, there])
        for client_id, body in first:
            ack = await there.post(room, body, client_id)
            stage.expect(ack and ack["seq"] == heard[client_id], "a message sent again much later got another number")
        await stage.converge(crowd, town)
        stage.figure("messages whose ack was lost", rounds, "")
        stage.spread("from the cut to the ack", again, 95, at_most=5)


async def _twice(stage: Stage, room: str, body: str, clients: list[Client]) -> None:
    """The same message at the same moment by each of them."""
    client_id = str(uuid.uuid4())
    first, *others = clients
    answers = [first.post(room, body, client_id)]
    for other in others:
        if other is first:
            await first.repeat(client_id)
        else:
            answers.append(other.post(room, body, client_id))
    acks = await asyncio.gather(*answers)
    stage.expect(len({ack and ack["id"] for ack in acks}) == 1 and acks[0], f"one message, answered with {acks}")
