"""The system as a cluster runs it: each service a process of its own, on real PostgreSQL and real Apache Kafka."""

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.bench.house import House, open_sandbox

from sync_kit.clock import SystemClock
from zoho2xero.engines import EngineError, Engines, start_engines
from zoho2xero.up import ServicePlan, running_services
from zoho2xero.vendors import point_at_sandbox

WIDE_LIMITS: Final = {
    "CLIENT_CALLS_PER_SECOND": "1000",
    "CLIENT_BURST": "10000",
    "ADDRESS_CALLS_PER_SECOND": "1000",
    "ADDRESS_BURST": "10000",
}
"""The bench is one API client for all its tenants, and all their people consent from its address."""


class NoEnginesError(Exception):
    """There are no engines here; the message says why."""


@dataclass(frozen=True)
class EngineBench:
    """Engines for the time of a bench; every house on them has databases and topics of its own."""

    engines: Engines
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @asynccontextmanager
    async def open_house(self) -> AsyncIterator[House]:
        """One process of each service and the front before them, limits of both vendors off."""
        clock = SystemClock()
        async with AsyncExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zoho2xero-bench-")))
            sandbox = await stack.enter_async_context(open_sandbox(home, clock))
            plan = ServicePlan(
                vendors=point_at_sandbox(sandbox.url),
                replicas=1,
                installation=f"bench{next(self._numbers)}",
                settings=WIDE_LIMITS,
            )
            services = await stack.enter_async_context(running_services(self.engines, home, plan, clock=clock))
            pids = {name: pids[0] for name, pids in services.list_pids().items()}
            yield House(sandbox.http, sandbox.control, clock, services.url, home, pids, sandbox.pid)


@asynccontextmanager
async def open_engines() -> AsyncIterator[EngineBench]:
    """Durable engines in a folder of their own, or those that the environment names. Raises NoEnginesError."""
    home = Path(tempfile.mkdtemp(prefix="zoho2xero-bench-engines-"))
    try:
        try:
            engines = await start_engines(home)
        except EngineError as error:
            raise NoEnginesError(str(error)) from error
        try:
            yield EngineBench(engines)
        finally:
            for engine in engines.began:
                await engine.stop()
    finally:
        shutil.rmtree(home)
