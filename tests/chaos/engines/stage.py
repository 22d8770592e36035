"""Where a story on real engines is lived: services as processes of their own, the vendors in this one, real time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import uvicorn
from tests.chaos.audit import ReadRows
from tests.chaos.engines.plan import REPLICAS, EnginesPlan
from tests.chaos.founding import Founded, add_taxes
from tests.fixtures.world import MAPPING

from sync_kit.clock import Clock, SystemClock
from sync_kit.http import HttpClient
from vendor_sandbox.app import Sandbox, create_sandbox
from zoho2xero.demo.prepare import Company, check_readiness, prepare
from zoho2xero.demo.sandbox import SandboxControl
from zoho2xero.engines import Engines
from zoho2xero.engines.places import find_free_ports
from zoho2xero.home import read_secrets
from zoho2xero.up import ServicePlan, Services, running_services
from zoho2xero.up.supervision import Supervisor
from zoho2xero.vendors import point_at_sandbox

COMPANY = Company("Harbour Lane", "eu", "2020-01-01", MAPPING)


class Place:
    """Real time, and how much of it the story has taken."""

    def __init__(self) -> None:
        self.wire_clock: Clock = SystemClock()
        self._began = self.wire_clock.monotonic()

    @property
    def elapsed(self) -> float:
        return self.wire_clock.monotonic() - self._began


@dataclass
class Stage:
    """Everything that runs, and a tenant that is connected and checked."""

    place: Place
    founded: Founded
    services: Services
    http: HttpClient
    vendors_url: str
    ended_by_themselves: list[str] = field(default_factory=list)

    def read_rows(self) -> ReadRows:
        """From the services' databases."""
        return _read_database(self.services)


@asynccontextmanager
async def open_stage(plan: EnginesPlan, engines: Engines, folder: Path) -> AsyncIterator[Stage]:
    """The product with two replicas of each service on these engines, which are empty."""
    place = Place()
    sandbox = create_sandbox(seed=f"engines {plan.seed}")
    http = HttpClient(clock=place.wire_clock)
    try:
        async with _serving(sandbox) as vendors_url:
            how = ServicePlan(vendors=point_at_sandbox(vendors_url), replicas=REPLICAS)
            async with running_services(engines, folder, how, clock=place.wire_clock) as services:
                founded = await _found(plan, folder, sandbox, services.url, SandboxControl(http, vendors_url), http)
                stage = Stage(place, founded, services, http, vendors_url)
                async with _supervised(services, place.wire_clock, stage.ended_by_themselves):
                    yield stage
    finally:
        await http.close()


async def _found(
    plan: EnginesPlan, folder: Path, sandbox: Sandbox, url: str, control: SandboxControl, http: HttpClient
) -> Founded:
    org_id = await control.make_zoho_org(COMPANY.name, COMPANY.data_centre)
    books_id = await control.make_xero_organisation("Demo Company (UK)")
    await add_taxes(control, org_id)
    clock, secrets = SystemClock(), read_secrets(folder)
    prepared = await prepare(http, url, secrets.operator_token, COMPANY, clock=clock)
    path = f"/v1/settings/{prepared.tenant_id}"
    settings = await prepared.api.get(path)
    kept = {name: settings[name] for name in ("books_start_date", "go_ahead")}
    await prepared.api.put(path, {**kept, "sending": plan.sending})
    await check_readiness(prepared, clock=clock)
    sandbox.ledger.calls.clear()
    return Founded(
        folder=folder,
        secrets=secrets,
        sandbox=sandbox,
        credentials=prepared.credentials,
        tenant_id=prepared.tenant_id,
        zoho_org_id=org_id,
        xero_tenant_id=books_id,
    )


class _Server(uvicorn.Server):
    """One that leaves signals to whoever runs the story."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _serving(sandbox: Sandbox) -> AsyncIterator[str]:
    (port,) = find_free_ports(1)
    config = uvicorn.Config(
        sandbox.app, port=port, log_level="critical", access_log=False, lifespan="off", date_header=False
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    clock = SystemClock()
    while not server.started:
        await clock.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def _supervised(services: Services, clock: Clock, said: list[str]) -> AsyncIterator[None]:
    """What ends by itself is started again, as in production; `said` keeps what was."""
    looking = asyncio.create_task(Supervisor(services.list_all(), clock=clock, tell=said.append).run())
    try:
        yield
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking


def _read_database(services: Services) -> ReadRows:
    async def read(store: str, query: str) -> Sequence[Sequence[Any]]:
        connection = await asyncpg.connect(services.installation.build_database_url(store))
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return read
