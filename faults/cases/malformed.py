"""Frames that are no commands."""

import asyncio
import random
import time
from collections import Counter

from faults.cases.registry import case
from faults.people import Who
from faults.people.broken import Broken, by_chance, bytes_, texts
from faults.people.wire import Wire
from faults.stage import Stage
from faults.town import Town
from faults.town.usage import memory_of, sockets_of
from faults.watching import Stopwatch

AT_ONCE = 50
SENDERS = 4
PATIENCE = 60.0
# A room that nobody listens to is kept by a server for half a minute.
FORGET_SECONDS = 45.0
# The codes a connection may be ended with for what came over it (RFC 6455, 7.4.1, and docs/protocol.md).
CODES = {1002, 1003, 1007, 1009, 4413}


def groups(town: Town) -> set[str]:
    """The groups that servers have joined."""
    return {name.decode() for name in town.valkey.ask("PUBSUB", "CHANNELS")}


async def _answered(stage: Stage, port: int, who: Who, frames: list[Broken]) -> None:
    """Each is answered, nothing else is said, and the connection is as good as before."""
    async with await Wire.open(port, who) as wire:
        await wire.event()
        for begin in range(0, len(frames), AT_ONCE):
            batch = frames[begin : begin + AT_ONCE]
            answers: Counter[str] = Counter()
            try:
                async with asyncio.timeout(PATIENCE):
                    await wire.send(b"".join(broken.data for broken in batch))
                    await wire.say(type="ping", ref="end", received=wire.received)
                    while answers.total() <= len(batch):
                        event = await wire.event()
                        if event["type"] == "error" or event.get("ref"):
                            answers[event.get("code") or event["type"]] += 1
            except (TimeoutError, EOFError, OSError) as error:
                stage.problem(
                    f"{answers.total()} answers instead of {len(batch) + 1}, {type(error).__name__} {error}, to "
                    f"{batch[0].name} and what follows"
                )
                return
            if broken := answers["unavailable"]:
                stage.problem(f"{broken} times `unavailable` between {batch[0].name} and {batch[-1].name}")


async def _ended(stage: Stage, port: int, who: Who, frames: list[Broken]) -> Counter[int]:
    """Each ends its connection, with a code that says why."""
    codes: Counter[int] = Counter()
    for broken in frames:
        async with await Wire.open(port, who) as wire:
            await wire.event()
            try:
                await wire.send(broken.data)
                code, _ = await wire.closed_with(PATIENCE)
            except TimeoutError:
                stage.problem(f"{broken.name} did not end the connection")
                continue
        codes[code] += 1
        # To a peer that said goodbye, however badly, there is nothing more to say.
        stage.expect(
            code in CODES or (code == 1006 and broken.farewell), f"{broken.name} ended the connection with {code}"
        )
    return codes


@case("F8", "ten thousand malformed frames", short=True)
async def malformed_frames(stage: Stage) -> None:
    """Some people send frames that are not JSON, binary, empty, too deep, numbers without end, NaN, NUL, half surrogates,
    wrong types, unknown commands, huge keys, frames against RFC 6455; first each of a list, then what a seeded chance
    makes. Each is answered with an error, or ends its connection with a code; nothing of it is in the log, nothing is
    left behind, and others on the same server talk on. (What of RFC 6455 is the libraries' own is theirs to test.)"""
    wanted = 0 if stage.short else 10_000
    dice = random.Random(8)
    frames = [*texts(), *bytes_()]
    frames += [by_chance(dice) for _ in range(max(200, wanted - len(frames)))]
    town = await stage.town(servers=1)
    (server,) = town.servers
    async with stage.crowd(town, people=6, rooms=2) as crowd:
        watch = Stopwatch(crowd)
        senders, _ = town.settle(SENDERS, [("broken", "private", list(range(SENDERS)))])
        groups_before, sockets_before = groups(town), sockets_of(server)
        answered = [broken for broken in frames if not broken.ends]
        ending = [broken for broken in frames if broken.ends]
        async with memory_of(server) as memory, crowd.living(acts_a_second=40):
            began = time.monotonic()
            work = [_answered(stage, server.port, who, answered[n::SENDERS]) for n, who in enumerate(senders)]
            *_, codes = await asyncio.gather(*work, _ended(stage, server.port, senders[0], ending))
            ended = time.monotonic()
        await stage.converge(crowd, town)
        if stage.short:
            left = {name for name in groups(town) - groups_before if "user" in name}
        else:
            seconds = FORGET_SECONDS
            while (left := groups(town) - groups_before) and seconds > 0:
                seconds -= 1
                await asyncio.sleep(1)
        stage.expect(not left, f"groups are left behind: {sorted(left)[:3]}")
        stage.figure("frames sent", len(frames), at_least=10_000)
        stage.figure("memory of the server, growth", memory.grown, "MiB")
        stage.figure("sockets of the server left behind", max(0, sockets_of(server) - sockets_before), at_most=5)
        stage.spread("acks of the others meanwhile", watch.acks_between(began, ended), 99, at_most=0.5)
        stage.note("closed with " + ", ".join(f"{code}: {count}" for code, count in sorted(codes.items())))
