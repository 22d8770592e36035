"""The system as people run it, for measuring: the sandbox in a process of its own, the four services in another."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.machine import read_cpu_seconds, read_peak_memory_mb

from sync_kit.clock import Clock, SystemClock
from sync_kit.http import HttpClient
from zoho2xero.client import ApiClient
from zoho2xero.demo.prepare import Company, Prepared, check_readiness, prepare
from zoho2xero.demo.processes import find_free_port, running
from zoho2xero.demo.sandbox import SandboxControl
from zoho2xero.home import read_secrets
from zoho2xero.watching import watch_run

COMPANY = Company(
    name="Bench Wholesale",
    data_centre="eu",
    books_start_date="2020-01-01",
    mapping_changes={
        "accounts": {"sales": "200", "purchases": "310"},
        "taxes": {"sales": {"VAT 20%": "OUTPUT2"}, "untaxed_sales": "ZERORATEDOUTPUT", "untaxed_purchases": "NONE"},
    },
)

LONGEST_RUN_SECONDS = 900
"""A run that takes longer hangs, and so would the bench."""

Json = dict[str, Any]


@dataclass
class House:
    """A running system. `pids` are the processes of the services by name, the sandbox apart."""

    http: HttpClient
    control: SandboxControl
    clock: Clock
    url: str
    home: Path
    pids: Mapping[str, int]
    sandbox_pid: int
    zoho_org_id: str = ""
    xero_tenant_id: str = ""
    prepared: Prepared | None = None

    @property
    def api(self) -> ApiClient:
        assert self.prepared is not None
        return self.prepared.api

    @property
    def pid(self) -> int:
        """The one process in which all four services run. Raises ValueError where they have processes of their own."""
        (pid,) = self.pids.values()
        return pid

    def read_cpu_seconds(self) -> float:
        """Processor time of all services so far."""
        return sum(read_cpu_seconds(pid) for pid in self.pids.values())

    def read_peak_memory_mb(self) -> float:
        """The most memory that each process had at any time, summed."""
        return sum(read_peak_memory_mb(pid) for pid in self.pids.values())

    async def make_vendors(self) -> None:
        """An empty CRM and empty books, and consents that wait."""
        self.zoho_org_id, self.xero_tenant_id = await make_vendors(self.control)

    async def connect(self, *, sending: str = "all") -> None:
        """Partner, tenant, connections and decisions; nothing is read yet."""
        token = read_secrets(self.home).operator_token
        self.prepared = await prepare(self.http, self.url, token, COMPANY, clock=self.clock)
        settings = await self.api.get(f"/v1/settings/{self.prepared.tenant_id}")
        await self.api.put(
            f"/v1/settings/{self.prepared.tenant_id}",
            {"books_start_date": settings["books_start_date"], "go_ahead": settings["go_ahead"], "sending": sending},
        )

    async def check(self) -> Json:
        """A green check. Raises TimeoutError when it has no end."""
        assert self.prepared is not None
        async with asyncio.timeout(LONGEST_RUN_SECONDS):
            return await check_readiness(self.prepared, clock=self.clock)

    async def sync(self, longest_seconds: float = LONGEST_RUN_SECONDS) -> Json:
        """One sync of everything, to its end. Raises TimeoutError when it has none."""
        assert self.prepared is not None
        started = await self.api.post("/v1/syncs", {"tenant_id": self.prepared.tenant_id})
        async with asyncio.timeout(longest_seconds):
            run = await watch_run(self.api, started["run_id"], clock=self.clock, tell=_refuse_endless_waiting)
        if run["state"] != "succeeded":
            raise RuntimeError(f"the run ended as {run['state']}: {run}")
        return run

    async def set_switches(self, **switches: Any) -> None:
        """Answer the sandbox's questions differently."""
        await self.control.call("PUT", "/switches", switches)

    async def move_clock(self, seconds: float) -> None:
        """Move the vendors' clock on."""
        await self.control.call("PUT", "/clock", {"advance_seconds": seconds})

    async def count_calls(self, since_seq: int = 0) -> Json:
        """Vendor calls by the sandbox's own ledger; OAuth apart."""
        return await self.control.call("GET", f"/calls/count?since_seq={since_seq}")


def _refuse_endless_waiting(run: Json) -> None:
    """With limits off nothing waits for a person but a run that has gone wrong."""
    if run["state"] == "waiting" and run["waiting_until"] is None:
        raise RuntimeError(f"the run waits for a person: {run['waiting_for']}")


OpenHouse = Callable[[], AbstractAsyncContextManager[House]]
"""A fresh system for as long as the context is open."""


async def make_vendors(control: SandboxControl) -> tuple[str, str]:
    """An empty CRM and empty books: zoho_org_id and xero_tenant_id."""
    zoho_org_id = await control.make_zoho_org(COMPANY.name, COMPANY.data_centre)
    return zoho_org_id, await control.make_xero_organisation("Bench Books")


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox in a process of its own, and its control API."""

    http: HttpClient
    control: SandboxControl
    url: str
    pid: int


@asynccontextmanager
async def open_sandbox(folder: Path, clock: Clock) -> AsyncIterator[RunningSandbox]:
    """A fresh sandbox without limits; the same calls give the same ids each time."""
    http = HttpClient(clock=clock)
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    try:
        async with running(
            "The sandbox",
            ["vendor_sandbox", "--port", str(port), "--seed", "bench"],
            health_url=f"{url}/healthz",
            log_file=folder / "sandbox.log",
            environment={**os.environ, "SANDBOX_LIMITS": "off"},
            http=http,
            clock=clock,
        ) as pid:
            yield RunningSandbox(http, SandboxControl(http, url), url, pid)
    finally:
        await http.close()


@asynccontextmanager
async def open_house(*, environment: Mapping[str, str] | None = None) -> AsyncIterator[House]:
    """Both processes on a fresh folder, limits of both vendors off. `environment`: more for the services."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zoho2xero-bench-")))
        sandbox = await stack.enter_async_context(open_sandbox(home, clock))
        port = find_free_port()
        url = f"http://127.0.0.1:{port}"
        pid = await stack.enter_async_context(
            running(
                "zoho2xero",
                ["zoho2xero", "standalone", "--port", str(port), "--home", str(home)],
                health_url=f"{url}/readyz",
                log_file=home / "services.log",
                environment={**os.environ, **(environment or {}), "ZOHO2XERO_SANDBOX_URL": sandbox.url},
                http=sandbox.http,
                clock=clock,
            )
        )
        yield House(sandbox.http, sandbox.control, clock, url, home, {"standalone": pid}, sandbox.pid)
