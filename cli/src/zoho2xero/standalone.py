"""Everything in one process: four services on SQLite and the local log, behind one port.

Vendors are the real ones when both client ids are in the environment (AUTH_ZOHO_CLIENT_ID, AUTH_XERO_CLIENT_ID), else
a sandbox: one that already runs (ZOHO2XERO_SANDBOX_URL), or one that is started beside this.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.console import Console

import auth.app
import auth.settings
import scheduler.app
import scheduler.settings
import xero_writer.app
import xero_writer.settings
import zoho_reader.app
import zoho_reader.settings
from sync_kit.app import ServiceRuntime
from sync_kit.bus import Bus, LocalLog
from sync_kit.clock import Clock, SystemClock
from sync_kit.contracts import topics
from sync_kit.http import HttpTransport
from sync_kit.logs import configure_logging
from sync_kit.loops import Loop
from sync_kit.runtime import Listener, serve, stop_on_signals
from sync_kit.store.migrate import upgrade
from zoho2xero.front import Front
from zoho2xero.home import Secrets, prepare_home
from zoho2xero.vendors import VendorSettings, find_given_vendors, point_at_sandbox

SERVICES = ("auth", "scheduler", "zoho_reader", "xero_writer")
"""The four by import name."""
HOUR_SECONDS = 3600.0


@dataclass(frozen=True)
class StandaloneOptions:
    """Where to listen on loopback, where stores and secrets live, and the address that others know (None: loopback)."""

    port: int
    home: Path
    public_url: str | None = None


async def build_services(
    home: Path,
    secrets: Secrets,
    vendors: VendorSettings,
    *,
    public_url: str,
    bus: Bus,
    clock: Clock,
    transport: HttpTransport | None = None,
    auth_url: str | None = None,
    database_urls: Mapping[str, str] | None = None,
) -> dict[str, ServiceRuntime]:
    """All four services by name, their stores brought up to date. `auth_url` is how they reach auth among themselves;
    None: the public address. `database_urls` by import name; None: SQLite files in `home`."""
    urls = database_urls or {name: f"sqlite:///{home.resolve()}/{name}.db" for name in SERVICES}

    def shared(name: str) -> dict[str, Any]:
        return {
            "database_url": urls[name],
            "bus_url": f"local://{home.resolve()}/events.db",
            "auth_url": auth_url or public_url,
            "public_url": public_url,
            "service_key": SecretStr(secrets.service_key),
        }

    auth_settings = auth.settings.Settings(
        **shared("auth"),
        operator_token=SecretStr(secrets.operator_token),
        vault_keys={"home": SecretStr(secrets.vault_key)},
        vault_current_key="home",
        **vendors,
    )
    for name in SERVICES:
        await asyncio.to_thread(upgrade, urls[name], name)
    parts: dict[str, Any] = {"bus": bus, "clock": clock, "transport": transport}
    return {
        "auth": auth.app.build(auth_settings, **parts),
        "scheduler": scheduler.app.build(scheduler.settings.Settings(**shared("scheduler")), **parts),
        "zoho-reader": zoho_reader.app.build(zoho_reader.settings.Settings(**shared("zoho_reader")), **parts),
        "xero-writer": xero_writer.app.build(xero_writer.settings.Settings(**shared("xero_writer")), **parts),
    }


async def run_standalone(options: StandaloneOptions, console: Console) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    configure_logging("INFO", service="standalone")
    secrets = prepare_home(options.home)
    url = f"http://127.0.0.1:{options.port}"
    clock = SystemClock()
    stop = asyncio.Event()
    with find_vendors(options.port + 1, console) as vendors, stop_on_signals(stop):
        bus = LocalLog(options.home.resolve() / "events.db", clock)
        try:
            services = await build_services(
                options.home,
                secrets,
                vendors,
                public_url=options.public_url or url,
                auth_url=url,
                bus=bus,
                clock=clock,
            )
            console.print(f"zoho2xero listens at {url}. Stores and secrets are in {options.home}.", markup=False)
            joined = join(services, options.port, more=[shorten_log(bus, clock)])
            await serve([joined], clock=clock, stop=stop)
        finally:
            await bus.close()
    return 0


def shorten_log(log: LocalLog, clock: Clock) -> Loop:
    """What a broker does by itself: once an hour forget what is older than its topic's retention."""
    keep = timedelta(days=max(topic.retention_days or 0 for topic in topics.ALL))

    async def step() -> int:
        await log.purge(clock.now() - keep)
        return 0

    return Loop("shorten-log", step, HOUR_SECONDS)


def join(services: Mapping[str, ServiceRuntime], port: int, *, more: Sequence[Loop] = ()) -> Listener:
    """All services as one listener on loopback; `more` runs beside their own loops."""

    async def close() -> None:
        for service in services.values():
            await service.close()

    joined = ServiceRuntime(
        name="standalone",
        app=Front({name: service.app for name, service in services.items()}),
        loops=[*(loop for service in services.values() for loop in service.loops), *more],
        store=services["scheduler"].store,
        close=close,
    )
    return Listener(joined, "127.0.0.1", port)


@contextmanager
def find_vendors(sandbox_port: int, console: Console) -> Iterator[VendorSettings]:
    """The real vendors, a running sandbox, or one that lives as long as this."""
    given = find_given_vendors(os.environ)
    if given is not None:
        yield given
        return
    url = f"http://127.0.0.1:{sandbox_port}"
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "vendor_sandbox", "--port", str(sandbox_port)], stdin=subprocess.DEVNULL
    )
    console.print(f"No vendor accounts are set up: a sandbox of Zoho CRM and Xero runs at {url}.", markup=False)
    try:
        yield point_at_sandbox(url)
    finally:
        process.terminate()
        process.wait(timeout=10)
