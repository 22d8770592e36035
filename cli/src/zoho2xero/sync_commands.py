"""`zoho2xero sync ...`: start and follow syncs of a running system over its REST API."""

from typing import Annotated, Any

import typer
from rich.console import Console

from sync_kit.clock import SystemClock
from zoho2xero.calling import (
    DEFAULT_URL,
    EXIT_RUN_FAILED,
    AsJson,
    ClientId,
    ClientSecret,
    Url,
    call_api,
    print_json,
)
from zoho2xero.client import ApiClient, Credentials
from zoho2xero.screen import ProgressTeller, show_causes, show_log, show_run
from zoho2xero.watching import list_whole_log, watch_run

app = typer.Typer(no_args_is_help=True, help="Start and follow syncs of a running system over its REST API.")

Json = dict[str, Any]


@app.command()
def start(
    tenant_id: Annotated[str, typer.Argument(help="Whose records to sync.")],
    client_id: ClientId,
    client_secret: ClientSecret,
    url: Url = DEFAULT_URL,
    module: Annotated[list[str] | None, typer.Option(help="Only this module; may be given several times.")] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Write nothing: stay, and show what a sync would do and hold back.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Stay until the run has ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start a sync of a tenant, or rehearse one."""
    body: Json = {"tenant_id": tenant_id, "mode": "plan" if plan else "apply"}
    if module:
        body["modules"] = module

    async def work(api: ApiClient) -> tuple[Json, Json | None]:
        run = await api.post("/v1/syncs", body)
        if not (watch or plan):
            return run, None
        run = await _watch(api, run["run_id"], as_json)
        return run, await api.get("/v1/log/summary", run_id=run["run_id"]) if plan else None

    run, summary = call_api(Credentials(url, client_id, client_secret), work)
    if watch or plan:
        _end_with(run, as_json, summary)
    elif as_json:
        print_json(run)
    else:
        Console().print(f"Run {run['run_id']} has started.", markup=False)


@app.command()
def watch(
    run_id: str, client_id: ClientId, client_secret: ClientSecret, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """Follow a run until it ends; exit code 3 if it failed or was cancelled."""
    run = call_api(Credentials(url, client_id, client_secret), lambda api: _watch(api, run_id, as_json))
    _end_with(run, as_json)


@app.command()
def show(
    run_id: str, client_id: ClientId, client_secret: ClientSecret, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """What became of a run, by module and by cause."""

    async def work(api: ApiClient) -> tuple[Json, Json]:
        return await api.get(f"/v1/syncs/{run_id}"), await api.get("/v1/log/summary", run_id=run_id)

    run, summary = call_api(Credentials(url, client_id, client_secret), work)
    if as_json:
        print_json({"run": run, "summary": summary})
    else:
        show_run(Console(), run)
        show_causes(Console(), summary)


@app.command()
def log(
    run_id: str,
    client_id: ClientId,
    client_secret: ClientSecret,
    url: Url = DEFAULT_URL,
    outcome: Annotated[str | None, typer.Option(help="Only this outcome, such as blocked.")] = None,
    code: Annotated[str | None, typer.Option(help="Only this reason code.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every record of a run, with its reasons in sentences."""
    wanted = {name: value for name, value in (("outcome", outcome), ("code", code)) if value is not None}

    async def work(api: ApiClient) -> list[Json]:
        run = await api.get(f"/v1/syncs/{run_id}")
        return await list_whole_log(api, run_id, run["tenant_id"], **wanted)

    entries = call_api(Credentials(url, client_id, client_secret), work)
    if as_json:
        print_json(entries)
    else:
        show_log(Console(), entries)


@app.command()
def retry(
    run_id: str,
    client_id: ClientId,
    client_secret: ClientSecret,
    url: Url = DEFAULT_URL,
    code: Annotated[str | None, typer.Option(help="Only what is held for this cause.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge once more what a run held back, without reading the CRM again, and stay until that has ended."""

    async def work(api: ApiClient) -> Json:
        run = await api.post(f"/v1/syncs/{run_id}/retry", {"code": code} if code else {})
        return await _watch(api, run["run_id"], as_json)

    _end_with(call_api(Credentials(url, client_id, client_secret), work), as_json)


async def _watch(api: ApiClient, run_id: str, as_json: bool) -> Json:
    clock = SystemClock()
    console = Console(stderr=True, quiet=as_json)
    return await watch_run(api, run_id, clock=clock, tell=ProgressTeller(console, clock))


def _end_with(run: Json, as_json: bool, summary: Json | None = None) -> None:
    if as_json:
        print_json(run if summary is None else {"run": run, "summary": summary})
    else:
        show_run(Console(), run)
        if summary is not None:
            show_causes(Console(), summary)
    if run["state"] in ("failed", "cancelled"):
        raise typer.Exit(EXIT_RUN_FAILED)
