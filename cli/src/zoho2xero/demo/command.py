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
from zoho2xero.demo.prepare import Company, prepare
from zoho2xero.demo.processes import find_free_port, running
from zoho2xero.demo.report import write_report
from zoho2xero.demo.sandbox import SandboxControl
from zoho2xero.demo.walk import Walk, walk
from zoho2xero.home import read_secrets

GENERATED = Company(
    name="Harbour Lane Wholesale",
    data_centre="eu",
    books_start_date="2020-01-01",
    mapping_changes={
        "accounts": {"sales": "200"},
        "taxes": {"sales": {"VAT 20%": "OUTPUT2", "VAT 5%": "RROUTPUT", "VAT 0%": "ZERORATEDOUTPUT"}},
        "untaxed_sales": "ZERORATEDOUTPUT",
    },
)
REAL_SALES = Company(
    name="Online Retail",
    data_centre="uk",
    books_start_date="2010-01-01",
    mapping_changes={
        "accounts": {"sales": "200"},
        "untaxed_sales": "NONE",
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
        company = REAL_SALES if options.data else GENERATED

        zoho_org_id = await sandbox.make_zoho_org(company.name, company.data_centre)
        await sandbox.make_xero_organisation("Demo Company (UK)")
        await _fill_crm(sandbox, zoho_org_id, options.data, console)
        prepared = await prepare(http, url, read_secrets(home).operator_token, company, clock=clock)
        console.print(
            f"Partner and tenant made, Zoho CRM ({company.name}) and Xero (Demo Company (UK)) connected, "
            f"start date {company.books_start_date} and go-ahead given."
        )
        demo = Walk(console, prepared, sandbox, zoho_org_id, clock)
        ledger = await walk(demo)

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


async def _fill_crm(sandbox: SandboxControl, zoho_org_id: str, data: Path | None, console: Console) -> None:
    made: Mapping[str, Any]
    if data is None:
        made = await sandbox.generate_company(zoho_org_id)
        source = "a generated wholesaler"
    else:
        made = await sandbox.import_sales(zoho_org_id, data)
        source = data.name
    counts = ", ".join(f"{number} {name}" for name, number in made.items() if isinstance(number, int))
    console.print(f"The CRM holds {source}: {counts}.", markup=False)
