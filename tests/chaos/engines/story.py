"""The story of one seed on real engines: syncs under strikes, faults and edits, then peace and the judgement."""

import asyncio
import contextlib
import random
from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.chaos.business import Names
from tests.chaos.engines.faults import plant_faults
from tests.chaos.engines.plan import Day, EnginesPlan
from tests.chaos.engines.stage import Stage, open_stage
from tests.chaos.engines.striker import Striker
from tests.chaos.oracle import judge, list_writes
from tests.chaos.people import People
from tests.chaos.story import STALLED, Outcome, describe_run
from tests.chaos.turns import NeverRestsError
from tests.fixtures.world import FINAL

from vendor_sandbox.core.faults import FaultRule
from zoho2xero.engines import Engines

Json = dict[str, Any]

LOOK_EVERY_SECONDS: Final = 0.5
LONGEST_RUN_SECONDS: Final = 3600.0
"""A lost answer about a bill is looked up for seven minutes, and that may happen more than once."""
EDIT_CHANCE: Final = 0.3


class EnginesStory:
    """One seed. `outcome` is filled as the story goes on."""

    def __init__(self, plan: EnginesPlan, engines: Engines, folder: Path) -> None:
        self._plan = plan
        self._engines = engines
        self._folder = folder
        self._dice = plan.roll("story")
        self._run_ids: list[str] = []
        self._given_up: list[str] = []
        self._rules: list[FaultRule] = []
        self.outcome = Outcome(plan.seed)

    async def live(self) -> Outcome:
        """Everything; the outcome. Raises what no story may end with."""
        async with open_stage(self._plan, self._engines, self._folder) as stage:
            names = Names(random.Random(f"{self._plan.seed}:names"))
            people = People(
                stage.place,
                stage.founded,
                self._plan.roll("people"),
                names,
                http=stage.http,
                vendors_url=stage.vendors_url,
            )
            clock = stage.place.wire_clock
            striker = Striker(stage.services, self._engines, clock=clock, note=people.note)
            self.outcome.diary = people.diary
            try:
                await self._live(stage, people, striker)
            finally:
                self.outcome.kills = striker.kills
                people.diary += stage.ended_by_themselves
                await striker.close()

    async def _live(self, stage: Stage, people: People, striker: Striker) -> None:
        ledger, menu = stage.founded.sandbox.ledger, stage.founded.sandbox.faults
        await people.open_shop()
        for number, day in enumerate(self._plan.days):
            await people.trade(day.invoices, day.orders)
            plant_faults(menu, self._plan.roll(f"faults of {number}"), day.faults)
            await self._live_through_day(f"day {number}", day, people, striker)
        self._rules = menu.list_rules()
        menu.clear()
        await striker.recover()
        people.note(await people.reconnect())
        await self._run("last", people)
        logs = [await people.read_log(run_id) for run_id in self._run_ids]
        self.outcome.verdict = await judge(people, stage.founded, stage.read_rows(), logs)
        self.outcome.verdict.lost += self._given_up
        written = len(list_writes(ledger.calls))
        await self._run("replay", people, since="2020-01-01T00:00:00Z")
        self.outcome.replay_writes = list_writes(ledger.calls)[written:]
        self.outcome.faults = sum(rule.struck for rule in self._rules)

    async def _live_through_day(self, name: str, day: Day, people: People, striker: Striker) -> None:
        """One sync after the other until everything has struck that is to strike."""
        striking = asyncio.create_task(striker.strike_all(day.strikes))
        try:
            await self._run(name, people, edits=day.edits)
            for number in count(2):
                if striking.done():
                    break
                await people.trade(self._dice.randint(5, 60), 0)
                await self._run(f"{name}, sync {number}", people, edits=day.edits)
            await striking
        finally:
            striking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await striking

    async def _run(self, name: str, people: People, *, edits: int = 0, **body: Any) -> None:
        """One sync from its start to its end, whatever happens."""
        clock, began = people.place.wire_clock, people.place.elapsed
        run_id = await people.start_run(f"chaos-{self._plan.seed}-{len(self._run_ids)}", **body)
        self._run_ids.append(run_id)
        self.outcome.runs += 1
        while True:
            run = await people.read_run(run_id)
            took = people.place.elapsed - began
            if run["state"] in FINAL:
                self.outcome.ended.append(f"{name}: {run['state']} after {took:.0f} s")
                people.note(f"{name} ended as {run['state']} after {took:.0f} s")
                if run["failure"] is not None and run["failure"]["code"] == STALLED:
                    self._given_up.append(f"{name} was given up: {describe_run(run)}")
                return
            if took > LONGEST_RUN_SECONDS:
                raise NeverRestsError(f"{name} never ends: {describe_run(run)}")
            if run["state"] == "waiting" and run["waiting_until"] is None:
                people.note(await people.reconnect())
            if edits and self._dice.random() < EDIT_CHANCE:
                edits -= 1
                await people.act()
            await clock.sleep(LOOK_EVERY_SECONDS)
