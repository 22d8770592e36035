"""`zoho2xero demo`: start everything, walk through it, say whether all of it held."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from sync_kit.clock import Clock, SystemClock
from sync_kit.http import HttpClient
from zoho2xero.demo import wholesaler
from zoho2xero.demo.prepare import Company, check_readiness, prepare
from zoho2xero.demo.processes import find_free_port, running
from zoho2xero.demo.report import write_report
from zoho2xero.demo.sandbox import SandboxControl
from zoho2xero.demo.walk import Walk, walk
from zoho2xero.demo.walk_wholesaler import walk_wholesaler
from zoho2xero.home import read_secrets
from zoho2xero.readiness_screen import show_readiness

Json = dict[str, Any]

XERO_NAME = "Demo Company (UK)"
REAL_SALES = Company(
    name="Online Retail",
    data_centre="uk",
    books_start_date="2010-01-01",
    mapping_changes={
        "accounts": {"sales": "200", "purchases": "310"},
        "taxes": {"untaxed_sales": "NONE", "untaxed_purchases": "NONE"},
        "number_fields": {"invoices": "Sales_Number"},
    },
)


@dataclass(frozen=True)
class DemoOptions:
    """`data`: a CSV of real sales instead of the generated company. `report`: where to write the figures."""

    data: Path | None = None
    report: Path | None = None


async def run_demo(options: DemoOptions, console: Console) -> int:
    """The exit code: 0 only if everything that the demo promises held."""
    clock: Clock = SystemClock()
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zoho2xero-demo-")))
        http = HttpClient(clock=clock)
        stack.push_async_callback(http.close)
        console.print("Starting the sandbox (a Zoho CRM and a Xero) and the four services on this machine ...")
        sandbox, url = await _start(stack, home, http, clock)
        if options.data is None:
            demo, ledger = await _walk_wholesaler(sandbox, home, http, url, console, clock)
        else:
            demo, ledger = await _walk_real_sales(options.data, sandbox, home, http, url, console, clock)

    if options.report is not None:
        write_report(options.report, demo.runs, ledger)
        console.print(f"Figures written to {options.report}.", markup=False)
    for problem in demo.problems:
        console.print(f"Did not hold: {problem}", style="bold red", markup=False)
    if not demo.problems:
        console.print("All of it held.", style="bold green")
    return 1 if demo.problems else 0


async def _start(stack: AsyncExitStack, home: Path, http: HttpClient, clock: Clock) -> tuple[SandboxControl, str]:
    sandbox_port, port = find_free_port(), find_free_port()
    sandbox_url, url = f"http://127.0.0.1:{sandbox_port}", f"http://127.0.0.1:{port}"
    environment = {**os.environ, "ZOHO2XERO_SANDBOX_URL": sandbox_url}
    await stack.enter_async_context(
        running(
            "The sandbox",
            ["vendor_sandbox", "--port", str(sandbox_port)],
            health_url=f"{sandbox_url}/healthz",
            log_file=home / "sandbox.log",
            environment=environment,
            http=http,
            clock=clock,
        )
    )
    await stack.enter_async_context(
        running(
            "zoho2xero",
            ["zoho2xero", "standalone", "--port", str(port), "--home", str(home)],
            health_url=f"{url}/readyz",
            log_file=home / "services.log",
            environment=environment,
            http=http,
            clock=clock,
        )
    )
    return SandboxControl(http, sandbox_url), url


async def _walk_wholesaler(
    sandbox: SandboxControl, home: Path, http: HttpClient, url: str, console: Console, clock: Clock
) -> tuple[Walk, Json]:
    zoho_org_id = await sandbox.make_zoho_org(wholesaler.NAME, "eu", multi_currency=True)
    xero_tenant_id = await sandbox.make_xero_organisation(XERO_NAME)
    story = await sandbox.make_company(zoho_org_id, xero_tenant_id)
    console.print(f"The CRM holds a wholesaler's year: {_count(story['made']['zoho'])}.", markup=False)
    console.print(f"Xero holds what her bookkeeper typed in: {_count(story['made']['xero'])}.", markup=False)
    demo = await _set_up(wholesaler.describe_company(story), zoho_org_id, sandbox, home, http, url, console, clock)
    return demo, await walk_wholesaler(demo, story)


async def _walk_real_sales(
    data: Path, sandbox: SandboxControl, home: Path, http: HttpClient, url: str, console: Console, clock: Clock
) -> tuple[Walk, Json]:
    zoho_org_id = await sandbox.make_zoho_org(REAL_SALES.name, REAL_SALES.data_centre)
    await sandbox.make_xero_organisation(XERO_NAME)
    made = await sandbox.import_sales(zoho_org_id, data)
    console.print(f"The CRM holds {data.name}: {_count(made)}.", markup=False)
    demo = await _set_up(REAL_SALES, zoho_org_id, sandbox, home, http, url, console, clock)
    return demo, await walk(demo)


async def _set_up(
    company: Company,
    zoho_org_id: str,
    sandbox: SandboxControl,
    home: Path,
    http: HttpClient,
    url: str,
    console: Console,
    clock: Clock,
) -> Walk:
    """Connected, decided, checked: everything up to the first sync."""
    prepared = await prepare(http, url, read_secrets(home).operator_token, company, clock=clock)
    console.print(
        f"Partner and tenant made, Zoho CRM ({company.name}) and Xero ({XERO_NAME}) connected, mapping saved, "
        f"start date {company.books_start_date} and go-ahead given.",
        markup=False,
    )
    console.rule("1. The check, before anything is written")
    show_readiness(console, await check_readiness(prepared, clock=clock))
    return Walk(console, prepared, sandbox, zoho_org_id, clock)


def _count(made: Mapping[str, Any]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ').lower()}" for name, number in made.items() if number)
