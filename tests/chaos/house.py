"""The house under test: processes of four services on the files of one folder, one broker, two vendors, one time."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from pydantic import SecretStr
from tests.chaos.moments import Deed, Delay, Kill, LetOthersFirst, Pause
from tests.chaos.process import Process, WatchedBus
from tests.chaos.wires import Wires
from tests.fixtures.shuffling_bus import ShufflingBus
from tests.fixtures.world import API, VENDORS

import auth.app
import auth.settings
import scheduler.app
import scheduler.settings
import xero_writer.app
import xero_writer.settings
import zoho_reader.app
import zoho_reader.settings
from sync_kit.app import ServiceRuntime
from sync_kit.bus import LocalLog
from sync_kit.testing import ManualClock
from vendor_sandbox.app import Sandbox
from zoho2xero.home import Secrets
from zoho2xero.vendors import point_at_sandbox

SERVICES: Final = ("auth", "scheduler", "zoho-reader", "xero-writer")
NOTICED_AFTER_SECONDS: Final = 30.0
"""So long after a process has stood still another one is started in its place."""


class Fate(Protocol):
    """Decides what happens to a process at a moment."""

    def decide(self, process: Process, moment: str) -> Deed | None: ...


class Peace:
    """Nothing happens to anybody."""

    def decide(self, process: Process, moment: str) -> Deed | None:
        return None


@dataclass
class House:
    """`elapsed` is the story's time in seconds; every clock moves with it, each with an offset of its own."""

    folder: Path
    secrets: Secrets
    sandbox: Sandbox
    replicas: Mapping[str, int]
    offsets: Mapping[str, float]
    """Seconds by which the clock of a service's machines is wrong."""
    fate: Fate = field(default_factory=Peace)
    elapsed: float = 0.0
    shuffle_seed: int | None = None
    vault_keys: Mapping[str, str] = field(default_factory=dict)
    """The keys of auth's vault by id, of which the last one seals; from its secrets unless they were changed since."""
    wire_clock: ManualClock = field(init=False)
    bus: LocalLog | ShufflingBus = field(init=False)
    processes: list[Process] = field(default_factory=list)
    deaths: int = 0
    _graves: list[Process] = field(default_factory=list)
    _births: list[tuple[float, str, int]] = field(default_factory=list)
    _gates: list[tuple[int, "asyncio.Future[None]"]] = field(default_factory=list)

    def open(self) -> None:
        """The broker first, then every process."""
        self.wire_clock = ManualClock(self.sandbox.clock.now())
        self.vault_keys = self.vault_keys or {"home": self.secrets.vault_key}
        log = LocalLog(self.folder / "events.db", self.wire_clock)
        self.bus = log if self.shuffle_seed is None else ShufflingBus(log, self.shuffle_seed)
        for service in SERVICES:
            for number in range(self.replicas[service]):
                self.start(service, number)

    async def close(self) -> None:
        for process in self.processes:
            process.die()
        await asyncio.sleep(0)
        self._graves += self.processes
        await self.bury_dead()
        await self.bus.close()

    # --- processes ---

    def start(self, service: str, number: int) -> Process:
        """A new process on the files that are there."""
        clock = ManualClock(self.wire_clock.now() + timedelta(seconds=self.offsets[service]))
        process = Process(self, service, number, clock)
        parts = {"bus": WatchedBus(self.bus, process), "clock": clock, "transport": Wires(self, process)}
        process.move_in(_BUILDERS[service](self, parts))
        self.processes.append(process)
        self.processes.sort(key=lambda each: (SERVICES.index(each.service), each.number))
        return process

    def kill(self, process: Process, kill: Kill) -> None:
        """It dies now; another one takes its place after a while."""
        doomed = list(self.processes) if kill.everybody else [process]
        for each in doomed:
            each.die()
            self.processes.remove(each)
            self._graves.append(each)
            self._births.append((self.elapsed + kill.down_seconds, each.service, each.number))
            self.deaths += 1

    def pause(self, process: Process, pause: Pause) -> None:
        """It stands still from now on; who is taken for dead is replaced, and goes on beside who replaces it."""
        process.pause(self.elapsed + pause.seconds)
        if pause.replaced:
            mine = sum(each.service == process.service for each in self.processes)
            self._births.append((self.elapsed + NOTICED_AFTER_SECONDS, process.service, mine))

    async def bury_dead(self) -> None:
        """Let go of the files of who died. What the dead had sent is still on its way."""
        while self._graves:
            process = self._graves.pop()
            while process.tasks:
                await asyncio.gather(*process.tasks, return_exceptions=True)
            await process.runtime.store.close()

    def raise_successors(self, *, at_once: bool = False) -> int:
        """Start who is due; how many."""
        due = [birth for birth in self._births if at_once or birth[0] <= self.elapsed]
        self._births = [birth for birth in self._births if birth not in due]
        for _, service, number in due:
            self.start(service, number)
        return len(due)

    def is_up(self, service: str) -> bool:
        return self.find_process(service) is not None

    def find_process(self, service: str) -> Process | None:
        """Who answers for the service: one that does not stand still, if there is one."""
        mine = [process for process in self.processes if process.service == service]
        return next((process for process in mine if not process.is_paused), mine[0] if mine else None)

    def is_somebody_paused(self) -> bool:
        return any(process.is_paused for process in self.processes)

    # --- time ---

    def pass_time(self, seconds: float) -> None:
        """Everybody's clock moves; who was paused long enough goes on."""
        self.elapsed += seconds
        self.sandbox.clock.advance(seconds)
        self.wire_clock.advance(seconds)
        for process in list(self.processes):
            process.pass_time(seconds)
            if process.paused_until is not None and process.paused_until <= self.elapsed:
                process.go_on()

    def release_all(self) -> None:
        """Nobody stands still any more and nothing is held up."""
        for process in self.processes:
            if process.is_paused:
                process.go_on()
        gates, self._gates = self._gates, []
        for _, gate in gates:
            if not gate.done():
                gate.set_result(None)

    async def hold_up(self, deed: Deed) -> None:
        """What is being done waits: for a time, or for turns of everybody else."""
        if isinstance(deed, Delay):
            await self.wire_clock.sleep(deed.seconds)
        elif isinstance(deed, LetOthersFirst):
            gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._gates.append((deed.turns, gate))
            await gate

    def count_down_gates(self) -> int:
        """A turn is over; how many still wait for turns."""
        counted = [(turns - 1, gate) for turns, gate in self._gates if not gate.done()]
        for turns, gate in counted:
            if turns <= 0:
                gate.set_result(None)
        self._gates = [(turns, gate) for turns, gate in counted if turns > 0]
        return len(counted)


def _build_auth(house: House, parts: Mapping[str, Any]) -> ServiceRuntime:
    settings = auth.settings.Settings(
        **_list_settings(house, "auth"),
        operator_token=SecretStr(house.secrets.operator_token),
        vault_keys={name: SecretStr(key) for name, key in house.vault_keys.items()},
        vault_current_key=list(house.vault_keys)[-1],
        **point_at_sandbox(VENDORS),
    )
    return auth.app.build(settings, **parts)


def _build_scheduler(house: House, parts: Mapping[str, Any]) -> ServiceRuntime:
    return scheduler.app.build(scheduler.settings.Settings(**_list_settings(house, "scheduler")), **parts)


def _build_reader(house: House, parts: Mapping[str, Any]) -> ServiceRuntime:
    settings = zoho_reader.settings.Settings(**_list_settings(house, "zoho_reader"), workers=1)
    return zoho_reader.app.build(settings, **parts)


def _build_writer(house: House, parts: Mapping[str, Any]) -> ServiceRuntime:
    settings = xero_writer.settings.Settings(**_list_settings(house, "xero_writer"), workers=1)
    return xero_writer.app.build(settings, **parts)


_BUILDERS: Final[Mapping[str, Callable[[House, Mapping[str, Any]], ServiceRuntime]]] = {
    "auth": _build_auth,
    "scheduler": _build_scheduler,
    "zoho-reader": _build_reader,
    "xero-writer": _build_writer,
}


def _list_settings(house: House, name: str) -> dict[str, Any]:
    return {
        "database_url": f"sqlite:///{house.folder}/{name}.db",
        "bus_url": f"local://{house.folder}/events.db",
        "auth_url": API,
        "public_url": API,
        "service_key": SecretStr(house.secrets.service_key),
    }
