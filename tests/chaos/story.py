"""The story of one seed: a business, syncs under kills and faults, then peace and the judgement."""

import random
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.chaos.audit import read_files
from tests.chaos.business import Names
from tests.chaos.doom import Doom
from tests.chaos.founding import Founded
from tests.chaos.house import House, Peace
from tests.chaos.oracle import Verdict, judge, list_writes
from tests.chaos.people import People
from tests.chaos.plan import WORST_OFFSET_SECONDS, Plan
from tests.chaos.repeatable import seed_randomness, slow_down_by
from tests.chaos.turns import NeverRestsError, Turns
from tests.chaos.vendor_faults import plant_faults
from tests.chaos.wires import Wires
from tests.fixtures.world import FINAL, VENDORS

from sync_kit.http import HttpClient
from vendor_sandbox.core.faults import FaultRule

Json = dict[str, Any]

LONGEST_RUN_SECONDS: Final = 100 * 3600.0
"""A day's limit may be waited for, and more than once."""
NAPS: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, *[60.0] * 30, 600.0)
"""How long to wait for a run in which nothing moves, each time a little longer."""
STALLED: Final = "stalled"
"""Why a run is given up in which nothing moves: somebody was never told something, for nobody is away for so long."""
LONGEST_NAP: Final = 4 * 3600.0


@dataclass
class Outcome:
    """What became of one seed."""

    seed: int
    kills: int = 0
    faults: int = 0
    runs: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    replay_writes: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    diary: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    passed: set[str] = field(default_factory=set)
    troubles: Counter[str] = field(default_factory=Counter)


class Story:
    """One seed, from the first day to the judgement."""

    def __init__(self, plan: Plan, founded: Founded, folder: Path, logged: Counter[str]) -> None:
        self._plan = plan
        self._founded = founded
        self._folder = folder
        self._logged = logged
        self._dice = plan.roll("story")
        self._fault_dice = plan.roll("faults")
        self.doom = Doom(plan)
        self.outcome = Outcome(plan.seed)
        self._run_ids: list[str] = []
        self._given_up: list[str] = []
        self._struck_rules: list[FaultRule] = []
        self._day_edits = 0
        self._run_to_cancel = self._to_disconnect = False

    async def live(self) -> Outcome:
        """Everything; the outcome. Raises what no run may end with: NeverRestsError, or a fault of the story itself."""
        seed_randomness(f"story {self._plan.seed}")
        self._founded.copy_files(self._folder)
        founded, plan = self._founded, self._plan
        self.house = House(
            self._folder, founded.secrets, founded.sandbox, plan.replicas, plan.offsets, shuffle_seed=plan.shuffle_seed
        )
        self.house.open()
        slow_down_by(self.house.wire_clock.sleep)
        names = Names(random.Random(f"{plan.seed}:names"))
        http = HttpClient(clock=self.house.wire_clock, transport=Wires(self.house, None))
        self.people = People(self.house, founded, plan.roll("people"), names, http=http, vendors_url=VENDORS)
        self.turns = Turns(self.house, plan.roll("turns"))
        try:
            await self._live()
        finally:
            self.outcome.diary = self.people.diary
            self.outcome.struck, self.outcome.passed = self.doom.struck, self.doom.passed
            self.outcome.kills = self.house.deaths
            self.outcome.troubles = self.turns.troubles + self._logged
            await self.people.close()
            await self.house.close()
            shutil.rmtree(self._folder, ignore_errors=True)
        return self.outcome

    async def _live(self) -> None:
        await self._do(self.people.open_shop)
        self._rest(900)
        for day in range(self._plan.days):
            if day:
                for _ in range(self._plan.edits_a_day):
                    await self._do(self.people.act)
                self._rest(self._dice.uniform(1, 4000))
            await self._live_through_day(day)
        await self._make_peace()
        await self._run("last")
        await self._judge()
        written = len(self._list_writes())
        self._rest(900)
        await self._run("replay", since="2020-01-01T00:00:00Z")
        self.outcome.replay_writes = self._list_writes()[written:]
        self.outcome.faults = sum(rule.struck for rule in self._struck_rules)

    async def _live_through_day(self, day: int) -> None:
        menu = self._founded.sandbox.faults
        self.doom.draw_day()
        self.house.fate = self.doom
        plant_faults(menu, self._fault_dice, self._plan.faults_a_day)
        self._day_edits = self._plan.edits_a_day
        self._run_to_cancel = self._dice.random() < 0.1
        self._to_disconnect = self._plan.disconnections and self._dice.random() < 0.5
        await self._run(f"day {day}", meanwhile=self._meddle)

    async def _make_peace(self) -> None:
        """Faults are over, nobody dies any more, and what hung in the air comes down."""
        self._struck_rules = self._founded.sandbox.faults.list_rules()
        self._founded.sandbox.faults.clear()
        self.house.fate = Peace()
        self.house.release_all()
        self.house.raise_successors(at_once=True)
        self.people.note(await self._do(self.people.reconnect))
        for _ in range(30):
            await self.turns.settle()
            self._rest(60)

    async def _run(self, name: str, *, meanwhile: Callable[[str], Awaitable[None]] | None = None, **body: Any) -> Json:
        """One sync from its start to its end, whatever happens."""
        run_id = await self._do(
            lambda: self.people.start_run(f"chaos-{self._plan.seed}-{name.replace(chr(32), chr(45))}", **body)
        )
        self._run_ids.append(run_id)
        self.outcome.runs += 1
        began = self.house.elapsed
        seen, naps = "", 0
        while True:
            await self.turns.settle((lambda: meanwhile(run_id)) if meanwhile is not None else None)
            run: Json = await self._do(lambda: self.people.read_run(run_id))
            if run["state"] in FINAL:
                self.outcome.ended.append(f"{name}: {run['state']} after {self.house.elapsed - began:.0f} s")
                self.people.note(f"{name} ended as {run['state']}")
                if run["failure"] is not None and run["failure"]["code"] == STALLED:
                    self._given_up.append(f"{name} was given up: {describe_run(run)}")
                return run
            if self.house.elapsed - began > LONGEST_RUN_SECONDS:
                raise NeverRestsError(f"{name} never ends: {describe_run(run)}")
            if run["state"] == "waiting" and run["waiting_until"] is None and self._dice.random() < 0.2:
                self.people.note(await self._do(self.people.reconnect))
            naps = naps + 1 if describe_run(run) == seen else 0
            seen = describe_run(run)
            self._rest(max(NAPS[min(naps, len(NAPS) - 1)], self._find_wait(run)))

    def _find_wait(self, run: Json) -> float:
        """Seconds of a long wait that the run has announced, short of its end; 0 for none."""
        if run["state"] != "waiting" or run["waiting_until"] is None:
            return 0.0
        until = datetime.fromisoformat(run["waiting_until"])
        left = (until - self.house.wire_clock.now()).total_seconds() - WORST_OFFSET_SECONDS
        return min(max(left, 0.0), LONGEST_NAP)

    async def _meddle(self, run_id: str) -> None:
        """Between two turns somebody may do something."""
        if self._day_edits and self._dice.random() < (0.2 if self.house.is_somebody_paused() else 0.03):
            self._day_edits -= 1
            await self._do(self.people.act)
        if self._run_to_cancel and self._dice.random() < 0.005:
            self._run_to_cancel = False
            self.people.note(await self._do(lambda: self.people.cancel_run(run_id)))
        if self._to_disconnect and self._dice.random() < 0.02:
            self._to_disconnect = False
            self.people.note(await self._do(self.people.disconnect))

    async def _judge(self) -> None:
        logs = [await self._do(partial(self.people.read_log, run_id)) for run_id in self._run_ids]
        self.outcome.verdict = await self._do(lambda: judge(self.people, self._founded, read_files(self._folder), logs))
        self.outcome.verdict.lost += self._given_up

    def _list_writes(self) -> list[str]:
        return list_writes(self._founded.sandbox.ledger.calls)

    async def _do(self, act: Callable[[], Awaitable[Any]]) -> Any:
        async def do() -> Any:
            return await act()

        return await self.turns.carry_out(do())

    def _rest(self, seconds: float) -> None:
        self.house.pass_time(seconds)


def describe_run(run: Json) -> str:
    """What an admin would look at in a run that goes on and on."""
    open_modules = [
        f"{each['module']} {each['settled']} of {each['expected']} (read {each['extracted']})"
        for each in run["modules"]
        if each["settled"] != each["expected"]
    ]
    return f"{run['state']} for {run['waiting_for']} until {run['waiting_until']}; open: {', '.join(open_modules)}"
