"""Strikes real processes and engines, and raises again what fell."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence

from tests.chaos.engines.plan import Blow, Strike

from sync_kit.clock import Clock
from zoho2xero.engines import Engine, Engines
from zoho2xero.up import Services


class Striker:
    """`kills` counts processes that ended by force. Two strikes may overlap: an engine that is down already is left
    alone."""

    def __init__(self, services: Services, engines: Engines, *, clock: Clock, note: Callable[[str], None]) -> None:
        self.kills = 0
        self._services = services
        self._engines = engines
        self._clock = clock
        self._note = note
        self._down: set[Engine] = set()
        self._revivals: set[asyncio.Task[None]] = set()

    async def strike_all(self, strikes: Iterable[Strike]) -> None:
        """Each at its time, counted from now."""
        began = self._clock.monotonic()
        for strike in strikes:
            await self._clock.sleep(max(0.0, began + strike.after_seconds - self._clock.monotonic()))
            await self._strike(strike)

    async def recover(self) -> None:
        """Everything runs again and is ready. Raises EngineError."""
        for revival in list(self._revivals):
            await revival
        for engine in (self._engines.postgres, self._engines.kafka):
            if engine is not None and not await engine.is_running():
                await engine.start()
        processes = self._services.list_all()
        for process in processes:
            process.resume()
            process.launch()
        for process in processes:
            await process.wait_until_ready()

    async def close(self) -> None:
        """Nobody is raised any more."""
        for revival in list(self._revivals):
            revival.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await revival

    async def _strike(self, strike: Strike) -> None:
        services, replicas = self._services, len(self._services.processes[strike.service])
        match strike.blow:
            case Blow.KILL:
                await self._kill(strike, [strike.replica])
            case Blow.KILL_ALL:
                await self._kill(strike, range(replicas))
            case Blow.TERMINATE:
                ended = await services.stop_one(strike.service, strike.replica)
                self._tell(strike, "" if ended else ", which did not end by itself")
                self._later(strike.seconds, lambda: self._launch(strike.service, [strike.replica]))
            case Blow.NAP | Blow.SLEEP:
                services.pause(strike.service, strike.replica)
                self._tell(strike)
                self._later(strike.seconds + 1, lambda: self._resume(strike))
            case Blow.DATABASE:
                await self._kill_engine(self._engines.postgres, strike)
            case Blow.BROKER:
                await self._kill_engine(self._engines.kafka, strike)
            case Blow.POWER:
                for service, processes in services.processes.items():
                    await self._kill(strike, range(len(processes)), service)
                await self._kill_engine(self._engines.postgres, strike)
                await self._kill_engine(self._engines.kafka, strike)

    async def _kill(self, strike: Strike, replicas: Sequence[int], service: str | None = None) -> None:
        service = service or strike.service
        running = [replica for replica in replicas if self._services.get(service, replica).pid is not None]
        for replica in running:
            await self._services.kill(service, replica)
        self.kills += len(running)
        self._tell(strike, f" ({len(running)} of {service})")
        self._later(strike.seconds, lambda: self._launch(service, running))

    async def _kill_engine(self, engine: Engine | None, strike: Strike) -> None:
        if engine is None or engine in self._down:
            return
        self._down.add(engine)
        await engine.kill()
        self.kills += 1
        self._tell(strike)

        async def start() -> None:
            await engine.start()
            self._down.discard(engine)

        self._later(strike.seconds, start)

    async def _launch(self, service: str, replicas: Iterable[int]) -> None:
        for replica in replicas:
            self._services.get(service, replica).launch()

    async def _resume(self, strike: Strike) -> None:
        self._services.resume(strike.service, strike.replica)

    def _later(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        async def wait_and_act() -> None:
            await self._clock.sleep(seconds)
            await act()

        task = asyncio.create_task(wait_and_act())
        self._revivals.add(task)
        task.add_done_callback(self._revivals.discard)

    def _tell(self, strike: Strike, more: str = "") -> None:
        of_all = strike.blow in {Blow.DATABASE, Blow.BROKER, Blow.POWER}
        whom = "" if of_all else f" {strike.service}-{strike.replica}"
        self._note(f"{strike.blow.value}{whom}{more}; {strike.seconds:.0f} s")
