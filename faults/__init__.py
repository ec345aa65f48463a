"""The fault suite: simulated people talk while things break, and an independent checker says what was lost.

`python -m faults` runs it all, `--only F1 F2` some of it, `--short` the sizes that are part of the tests,
`--soak 1440` a day of people coming and going.

Who does what:
- `town`: the processes a case needs (servers, Valkey, PostgreSQL or SQLite, a proxy in front of a server), and ways to
  hurt them. Everything of it ends with the run, whatever happens.
- `people`: clients that follow docs/protocol.md to the letter, and what people do with them. Each writes a `history`.
- `checker`: reads the histories and the database, shares no code with the server or the people, and says what is wrong.
- `cases`: one function a fault. `report`: the table, and docs/promises.md.

How to write a case: in the file of cases/ that fits its subject (or a new one, named in cases/__init__.py),

    @case("F1", "kill -9 of one of two servers", short=True)
    async def a_server_is_killed(stage: Stage) -> None:
        town = await stage.town(servers=2)
        async with stage.crowd(town, people=40) as crowd:
            async with crowd.living(acts_a_second=20):      # everybody talks, edits, reacts, reads
                await town.kill(town.servers[0])            # the fault
                await town.start(town.servers[0])
            await stage.converge(crowd)                     # nobody acts; waits until everybody holds everything
        stage.figure("clients back, p95", percentile(backs, 95), at_most=5, unit="s")

At the end of `stage.crowd` the checker looks at all histories and the database; whatever it finds makes the case fail.
`stage.short` is true in the short run: then fewer people and rounds, `await crowd.act(5)` (everybody does five things,
each awaited) in place of a length of time, and no figure is judged, for a busy machine says nothing about time.
`stage.expect(condition, words)` is for whatever else has to be true, in both.

In the short run cases share a town of the same kind, one after another: leave it as you found it (everything up again,
no person barred; `stage.victim(town)` gives a fresh person for that).
"""
