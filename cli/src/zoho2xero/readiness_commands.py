"""`zoho2xero readiness`: check a tenant's set-up, and give the go-ahead by naming the organisation."""

from typing import Annotated, Any

import typer
from rich.console import Console

from sync_kit.clock import SystemClock
from zoho2xero.calling import (
    DEFAULT_URL,
    EXIT_NOT_GREEN,
    EXIT_REFUSED,
    AsJson,
    ClientId,
    ClientSecret,
    Url,
    call_api,
    print_json,
)
from zoho2xero.client import ApiClient, Credentials
from zoho2xero.readiness_screen import show_readiness
from zoho2xero.screen import ProgressTeller
from zoho2xero.watching import watch_run

Json = dict[str, Any]


def readiness(
    tenant_id: Annotated[str, typer.Argument(help="Whose set-up to check.")],
    client_id: ClientId,
    client_secret: ClientSecret,
    organisation: Annotated[
        str | None, typer.Argument(help="With --go: the Xero organisation's name; asked for when it is left out.")
    ] = None,
    url: Url = DEFAULT_URL,
    go: Annotated[bool, typer.Option("--go", help="Give the go-ahead if the check is green.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a tenant's set-up before anything is written: what is about to happen, what to mend, and who mends it.

    Exit code 4 while something stops the first sync.
    """
    credentials = Credentials(url, client_id, client_secret)
    console = Console(stderr=as_json)

    async def check(api: ApiClient) -> Json:
        run = await api.post("/v1/readiness", {"tenant_id": tenant_id})
        clock = SystemClock()
        tell = ProgressTeller(Console(stderr=True, quiet=as_json), clock)
        await watch_run(api, run["run_id"], clock=clock, tell=tell)
        return await api.get("/v1/readiness", tenant_id=tenant_id)

    report = call_api(credentials, check)
    if as_json and not go:
        print_json(report)
    else:
        show_readiness(console, report)
    if not report["green"]:
        raise typer.Exit(EXIT_NOT_GREEN)
    if go:
        _require_name(report, organisation, console)
        report = call_api(credentials, lambda api: give_go_ahead(api, tenant_id, report["pair"]["xero_tenant_id"]))
        if as_json:
            print_json(report)
        else:
            console.print(f"The go-ahead is given. Next: {report['next']}", style="bold green", markup=False)


async def give_go_ahead(api: ApiClient, tenant_id: str, xero_tenant_id: str) -> Json:
    """Name the Xero organisation in the tenant's settings, which stay as they are otherwise; the new report."""
    settings = await api.get(f"/v1/settings/{tenant_id}")
    kept = {name: settings[name] for name in ("books_start_date", "directions", "sending")}
    await api.put(f"/v1/settings/{tenant_id}", {**kept, "go_ahead": {"xero_tenant_id": xero_tenant_id}})
    return await api.get("/v1/readiness", tenant_id=tenant_id)


def _require_name(report: Json, given: str | None, console: Console) -> None:
    """A go-ahead is given for an organisation that is named in full, so that nobody writes into the wrong books."""
    name = str(report["organisations"]["xero"]["name"] or report["pair"]["xero_tenant_id"])
    said = given if given is not None else typer.prompt("Type the Xero organisation's name to give the go-ahead")
    if said.strip().casefold() != name.strip().casefold():
        console.print(f'"{said}" is not the connected organisation, "{name}". Nothing was changed.', markup=False)
        raise typer.Exit(EXIT_REFUSED)
