"""The whole product and the sandbox in one process on a virtual clock, working all at once as they do in real life.

Each vendor call takes one turn of the virtual clock and nothing else takes any time; the vendors' limits are on. So
times count what a tenant waits for: its own calls, the workers that are busy with others, and the limits. While tenants
are connected, which is not measured, calls take no turn and limits are off.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.bench.moving_loop import MovingLoop
from tests.bench.tenants import Partner

from sync_kit.bus import LocalLog
from sync_kit.http import HttpClient, asgi_transport
from sync_kit.loops import run_loops
from sync_kit.testing import ManualClock
from vendor_sandbox.app import Sandbox, create_sandbox
from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.switches import Switches
from zoho2xero.demo.sandbox import SandboxControl
from zoho2xero.front import Front
from zoho2xero.home import prepare_home
from zoho2xero.standalone import build_services
from zoho2xero.vendors import point_at_sandbox

API: Final = "http://127.0.0.1:8700"
VENDORS: Final = "http://127.0.0.1:8701"
START: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TURN_SECONDS: Final = 0.1


@dataclass(frozen=True)
class XeroWrite:
    """When a write reached Xero, by the virtual and by the real clock (seconds)."""

    xero_tenant_id: str
    virtual_seconds: float
    real_seconds: float


@dataclass
class VirtualHouse:
    """What is measured, and the partner that uses it."""

    clock: ManualClock
    sandbox: Sandbox
    control: SandboxControl
    partner: Partner
    traffic: "_Traffic"

    def list_writes(self, xero_tenant_id: str, since_seconds: float) -> list[XeroWrite]:
        """A tenant's writes since that virtual moment, oldest first."""
        return [
            write
            for write in self.traffic.writes
            if write.xero_tenant_id == xero_tenant_id and write.virtual_seconds >= since_seconds
        ]

    def begin(self) -> None:
        """From here on a vendor call takes its turn, and the vendors' limits are on."""
        self.traffic.turn_seconds = TURN_SECONDS
        self.sandbox.change_switches(limits="on")

    def count_refusals(self) -> int:
        """Calls that the vendors refused for a limit."""
        refused: Any = self.sandbox.ledger.count_calls()["refused"]
        return sum(refused.values())


@dataclass
class _Traffic:
    """Between the services and the sandbox: a call takes a turn on its way there."""

    clock: ManualClock
    sandbox: Sandbox
    turn_seconds: float = 0.0
    writes: list[XeroWrite] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path: str = scope["path"]
        if path.startswith(("/zoho/", "/xero/")) and self.turn_seconds:
            await self.clock.sleep(self.turn_seconds)
        if path.startswith("/xero/api.xro/") and scope["method"] != "GET":
            headers = dict(scope["headers"])
            xero_tenant_id = headers[b"xero-tenant-id"].decode()
            self.writes.append(XeroWrite(xero_tenant_id, self.clock.monotonic(), time.perf_counter()))
        await self.sandbox.app(scope, receive, send)


@asynccontextmanager
async def open_virtual_house(loop: MovingLoop, folder: Path) -> AsyncIterator[VirtualHouse]:
    """Everything running on `folder`, ready to connect tenants; `begin` is called before anything is measured."""
    clock = ManualClock(START)
    sandbox = create_sandbox(Switches(limits="off"), VirtualClock(START))

    def move_on() -> bool:
        seconds = clock.find_next_wake()
        if seconds is None:
            return False
        sandbox.clock.advance(seconds)
        clock.advance(seconds)
        return True

    traffic = _Traffic(clock, sandbox)
    front = Front({})
    transport = asgi_transport({API: front, VENDORS: traffic})
    bus = LocalLog(folder / "events.db", clock)
    secrets = prepare_home(folder)
    services = await build_services(
        folder, secrets, point_at_sandbox(VENDORS), public_url=API, bus=bus, clock=clock, transport=transport
    )
    front.replace({name: service.app for name, service in services.items()})
    http = HttpClient(clock=clock, transport=transport)
    control = SandboxControl(http, VENDORS)
    stop = asyncio.Event()
    loops = [each for service in services.values() for each in service.loops]
    running = asyncio.create_task(run_loops(loops, clock, stop))
    loop.move_on = move_on
    try:
        partner = await Partner.register(http, control, clock, API, secrets.operator_token)
        yield VirtualHouse(clock, sandbox, control, partner, traffic)
    finally:
        stop.set()
        await running
        for service in services.values():
            await service.close()
        await bus.close()
        await http.close()
