"""`zoho2xero sync ...`: start and follow syncs of a running system over its REST API."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from sync_kit.clock import SystemClock
from sync_kit.contracts import codec
from sync_kit.errors import AnswerLostError, TryLaterError
from sync_kit.http import HttpClient
from zoho2xero.client import ApiClient, ApiError, Credentials
from zoho2xero.screen import ProgressTeller, show_causes, show_log, show_run
from zoho2xero.watching import list_whole_log, watch_run

app = typer.Typer(no_args_is_help=True, help="Start and follow syncs of a running system over its REST API.")

Url = Annotated[str, typer.Option(envvar="ZOHO2XERO_URL", help="Where the system is.")]
ClientId = Annotated[str, typer.Option(envvar="ZOHO2XERO_CLIENT_ID", help="The API client's id.")]
ClientSecret = Annotated[str, typer.Option(envvar="ZOHO2XERO_CLIENT_SECRET", help="Its secret.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]
Json = dict[str, Any]
Result = TypeVar("Result")

DEFAULT_URL = "http://127.0.0.1:8700"
EXIT_REFUSED = 1
EXIT_UNREACHABLE = 2
EXIT_RUN_FAILED = 3


@app.command()
def start(
    tenant_id: Annotated[str, typer.Argument(help="Whose records to sync.")],
    client_id: ClientId,
    client_secret: ClientSecret,
    url: Url = DEFAULT_URL,
    module: Annotated[list[str] | None, typer.Option(help="Only this module; may be given several times.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay until the run has ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start a sync of a tenant."""
    body: Json = {"tenant_id": tenant_id, **({"modules": module} if module else {})}

    async def work(api: ApiClient) -> Json:
        run = await api.post("/v1/syncs", body)
        return await _watch(api, run["run_id"], as_json) if watch else run

    run = _with_api(Credentials(url, client_id, client_secret), work)
    if watch:
        _end_with(run, as_json)
    elif as_json:
        _print_json(run)
    else:
        Console().print(f"Run {run['run_id']} has started.", markup=False)


@app.command()
def watch(
    run_id: str, client_id: ClientId, client_secret: ClientSecret, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """Follow a run until it ends; exit code 3 if it failed or was cancelled."""
    run = _with_api(Credentials(url, client_id, client_secret), lambda api: _watch(api, run_id, as_json))
    _end_with(run, as_json)


@app.command()
def show(
    run_id: str, client_id: ClientId, client_secret: ClientSecret, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """What became of a run, by module and by cause."""

    async def work(api: ApiClient) -> tuple[Json, Json]:
        return await api.get(f"/v1/syncs/{run_id}"), await api.get("/v1/log/summary", run_id=run_id)

    run, summary = _with_api(Credentials(url, client_id, client_secret), work)
    if as_json:
        _print_json({"run": run, "summary": summary})
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

    entries = _with_api(Credentials(url, client_id, client_secret), work)
    if as_json:
        _print_json(entries)
    else:
        show_log(Console(), entries)


async def _watch(api: ApiClient, run_id: str, as_json: bool) -> Json:
    clock = SystemClock()
    console = Console(stderr=True, quiet=as_json)
    return await watch_run(api, run_id, clock=clock, tell=ProgressTeller(console, clock))


def _end_with(run: Json, as_json: bool) -> None:
    if as_json:
        _print_json(run)
    else:
        show_run(Console(), run)
    if run["state"] in ("failed", "cancelled"):
        raise typer.Exit(EXIT_RUN_FAILED)


def _with_api(credentials: Credentials, work: Callable[[ApiClient], Awaitable[Result]]) -> Result:
    """Run `work` with a client; refusals and an unreachable system become words and exit codes."""

    async def run() -> Result:
        clock = SystemClock()
        http = HttpClient(clock=clock)
        try:
            return await work(ApiClient(http, credentials, clock=clock))
        finally:
            await http.close()

    console = Console(stderr=True)
    try:
        return asyncio.run(run())
    except ApiError as error:
        console.print(str(error), style="red", markup=False)
        for fault in error.faults:
            console.print(f"  {fault}", style="red", markup=False)
        raise typer.Exit(EXIT_REFUSED) from error
    except (TryLaterError, AnswerLostError) as error:
        console.print(f"{credentials.url} does not answer: {error}", style="red", markup=False)
        raise typer.Exit(EXIT_UNREACHABLE) from error


def _print_json(value: object) -> None:
    typer.echo(codec.dumps(value).decode())
