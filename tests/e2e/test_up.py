"""The system as it runs in production: separate processes with replicas, on real PostgreSQL and Kafka."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bench.business import Size, fill_crm
from tests.bench.house import COMPANY, make_vendors
from tests.fixtures.own_engines import own_engines

from sync_kit.clock import SystemClock
from sync_kit.http import HttpClient
from zoho2xero.demo.prepare import Prepared, check_readiness, prepare
from zoho2xero.demo.processes import find_free_port, running
from zoho2xero.demo.sandbox import SandboxControl
from zoho2xero.home import read_secrets
from zoho2xero.up import ServicePlan, Services, running_services
from zoho2xero.vendors import point_at_sandbox
from zoho2xero.watching import watch_run

SIZE = Size(invoices=270, accounts=40, products=20)
CLOCK = SystemClock()


@asynccontextmanager
async def open_sandbox(folder: Path, http: HttpClient) -> AsyncIterator[SandboxControl]:
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    async with running(
        "The sandbox",
        ["vendor_sandbox", "--port", str(port)],
        health_url=f"{url}/healthz",
        log_file=folder / "sandbox.log",
        environment={**os.environ, "SANDBOX_LIMITS": "off"},
        http=http,
        clock=CLOCK,
    ):
        yield SandboxControl(http, url)


async def sync(prepared: Prepared, services: Services, *, losing_replicas: bool) -> dict[str, int]:
    """The run's counts over all modules; on the way one replica of each service may be killed."""
    started = await prepared.api.post("/v1/syncs", {"tenant_id": prepared.tenant_id})
    if losing_replicas:
        for number, service in enumerate(("xero_writer", "zoho_reader", "scheduler", "auth")):
            await services.kill(service, number % 2)
    run = await watch_run(prepared.api, started["run_id"], clock=CLOCK, tell=lambda _: None)
    assert run["state"] == "succeeded", run
    counts = ("created", "updated", "linked", "unchanged")
    return {count: sum(module[count] for module in run["modules"]) for count in counts}


async def test_a_first_sync_survives_the_loss_of_a_replica_of_every_service(tmp_path: Path) -> None:
    http = HttpClient(clock=CLOCK)
    async with own_engines() as engines, open_sandbox(tmp_path, http) as sandbox:
        org_id, books_id = await make_vendors(sandbox)
        await fill_crm(sandbox, org_id, SIZE)
        plan = ServicePlan(vendors=point_at_sandbox(sandbox.url), replicas=2)
        async with running_services(engines, tmp_path, plan, clock=CLOCK) as services:
            assert {name: len(pids) for name, pids in services.list_pids().items()} == {
                "auth": 2, "scheduler": 2, "zoho_reader": 2, "xero_writer": 2, "front": 1,
            }  # fmt: skip
            token = read_secrets(tmp_path).operator_token
            prepared = await prepare(http, services.url, token, COMPANY, clock=CLOCK)
            await check_readiness(prepared, clock=CLOCK)

            first = await sync(prepared, services, losing_replicas=True)
            assert (first["created"], first["linked"]) == (SIZE.records, 0)
            ledger = await sandbox.read_ledger(books_id)
            assert (ledger["invoices"], ledger["contacts"], ledger["items"]) == (
                SIZE.invoices, SIZE.accounts, SIZE.products,
            )  # fmt: skip

            await services.start_again("xero_writer", 0)
            again = await sync(prepared, services, losing_replicas=False)
            assert (again["created"], again["updated"], again["linked"]) == (0, 0, 0)
            assert await sandbox.read_ledger(books_id) == ledger
            assert await services.stop_one("xero_writer", 0)
        assert all(not pids for pids in services.list_pids().values())
    await http.close()
