"""`zoho2xero up`: the whole system on this machine as it runs in production, until it is told to stop."""

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sync_kit.clock import Clock, SystemClock
from sync_kit.http import HttpClient
from zoho2xero.engines.places import refuse_taken_port
from zoho2xero.engines.starting import start_engines
from zoho2xero.up.service_process import ServiceProcess
from zoho2xero.up.services import ServicePlan, running_services
from zoho2xero.up.supervision import Supervisor
from zoho2xero.vendors import find_given_vendors, point_at_sandbox


@dataclass(frozen=True)
class UpOptions:
    """`port` is the front's; a sandbox, where one is needed, listens on the next."""

    home: Path
    port: int
    replicas: int
    public_url: str | None = None


async def run_up(options: UpOptions, tell: Callable[[str], None]) -> None:
    """Until cancelled; then everything that it started ends, engines that did not run before too.

    Raises EngineError.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        engines = await start_engines(options.home, clock=clock, tell=tell)
        for engine in engines.began:
            stack.push_async_callback(engine.stop)
        sandbox_url = f"http://127.0.0.1:{options.port + 1}"
        given = find_given_vendors(os.environ)
        plan = ServicePlan(
            vendors=point_at_sandbox(sandbox_url) if given is None else given,
            replicas=options.replicas,
            port=options.port,
            public_url=options.public_url,
        )
        services = await stack.enter_async_context(
            running_services(engines, options.home, plan, clock=clock, tell=tell)
        )
        processes = services.list_all()
        if given is None:
            processes.append(await stack.enter_async_context(_running_sandbox(sandbox_url, services.folder, clock)))
            tell(f"No vendor accounts are set up: a sandbox of Zoho CRM and Xero runs at {sandbox_url}.")
        stack.push_async_callback(services.stop)  # before the vendors that they may be talking to
        for process in processes:
            tell(f"  {process.name}: process {process.pid}, {process.url}")
        tell(f"zoho2xero listens at {services.url}. Secrets and logs are in {options.home}. Ctrl-C ends it all.")
        await Supervisor(processes, clock=clock, tell=tell).run()


@asynccontextmanager
async def _running_sandbox(url: str, folder: Path, clock: Clock) -> AsyncIterator[ServiceProcess]:
    http = HttpClient(clock=clock)
    port = url.rpartition(":")[2]
    sandbox = ServiceProcess(
        "sandbox",
        [sys.executable, "-m", "vendor_sandbox", "--port", port],
        url=url,
        health_path="/healthz",
        folder=folder,
        environment=os.environ,
        http=http,
        clock=clock,
    )
    try:
        refuse_taken_port(int(port))
        sandbox.launch()
        await sandbox.wait_until_ready()
        yield sandbox
    finally:
        await sandbox.stop()
        await http.close()
