"""Everything in one process: four services on SQLite and the local log, behind one port.

Vendors are the real ones when both client ids are in the environment (AUTH_ZOHO_CLIENT_ID, AUTH_XERO_CLIENT_ID), else
a sandbox: one that already runs (ZOHO2XERO_SANDBOX_URL), or one that is started beside this.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
from sync_kit.bus import Bus, open_bus
from sync_kit.clock import Clock, SystemClock
from sync_kit.http import HttpTransport
from sync_kit.logs import configure_logging
from sync_kit.runtime import Listener, serve, stop_on_signals
from sync_kit.store.migrate import upgrade
from zoho2xero.front import Front
from zoho2xero.home import Secrets, prepare_home

SANDBOX_DATA_CENTRES = ("us", "eu", "uk", "in", "au")


@dataclass(frozen=True)
class StandaloneOptions:
    """Where to listen on loopback, where stores and secrets live, and the address that others know (None: loopback)."""

    port: int
    home: Path
    public_url: str | None = None


VendorSettings = Mapping[str, Any]
"""Settings of auth that say who the vendors are; empty: the real ones, from the environment."""


def point_at_sandbox(url: str) -> VendorSettings:
    """Both vendors at a sandbox's address."""
    centres = {
        name: {"accounts_url": f"{url}/zoho/{name}", "api_url": f"{url}/zoho/{name}", "web_url": f"{url}/zoho/{name}"}
        for name in SANDBOX_DATA_CENTRES
    }
    return {
        "zoho_client_id": "zoho-sandbox-client",
        "zoho_client_secret": "zoho-sandbox-secret",
        "zoho_data_centres": centres,
        "xero_client_id": "xero-sandbox-client",
        "xero_client_secret": "xero-sandbox-secret",
        "xero_login_url": f"{url}/xero",
        "xero_identity_url": f"{url}/xero",
        "xero_api_url": f"{url}/xero",
    }


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
) -> dict[str, ServiceRuntime]:
    """All four services by name, their stores brought up to date. `auth_url` is how they reach auth among themselves;
    None: the public address."""

    def shared(name: str) -> dict[str, Any]:
        return {
            "database_url": f"sqlite:///{home.resolve()}/{name}.db",
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
    for name in ("auth", "scheduler", "zoho_reader", "xero_writer"):
        await asyncio.to_thread(upgrade, shared(name)["database_url"], name)
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
        bus = open_bus(f"local://{options.home.resolve()}/events.db", clock)
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
            await serve([join(services, options.port)], clock=clock, stop=stop)
        finally:
            await bus.close()
    return 0


def join(services: Mapping[str, ServiceRuntime], port: int) -> Listener:
    """All services as one listener on loopback."""

    async def close() -> None:
        for service in services.values():
            await service.close()

    joined = ServiceRuntime(
        name="standalone",
        app=Front({name: service.app for name, service in services.items()}),
        loops=[loop for service in services.values() for loop in service.loops],
        store=services["scheduler"].store,
        close=close,
    )
    return Listener(joined, "127.0.0.1", port)


@contextmanager
def find_vendors(sandbox_port: int, console: Console) -> Iterator[VendorSettings]:
    """The real vendors, a running sandbox, or one that lives as long as this."""
    if os.environ.get("AUTH_ZOHO_CLIENT_ID") and os.environ.get("AUTH_XERO_CLIENT_ID"):
        yield {}
        return
    running = os.environ.get("ZOHO2XERO_SANDBOX_URL")
    if running:
        yield point_at_sandbox(running.rstrip("/"))
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
