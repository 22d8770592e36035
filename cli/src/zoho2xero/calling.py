"""What every command that calls the REST API shares: where the system is, as whom, and what refusals look like."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from sync_kit.clock import SystemClock
from sync_kit.contracts import codec
from sync_kit.errors import AnswerLostError, TryLaterError
from sync_kit.http import HttpClient
from zoho2xero.client import ApiClient, ApiError, Credentials

Url = Annotated[str, typer.Option(envvar="ZOHO2XERO_URL", help="Where the system is.")]
ClientId = Annotated[str, typer.Option(envvar="ZOHO2XERO_CLIENT_ID", help="The API client's id.")]
ClientSecret = Annotated[str, typer.Option(envvar="ZOHO2XERO_CLIENT_SECRET", help="Its secret.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]
Result = TypeVar("Result")

DEFAULT_URL = "http://127.0.0.1:8700"
EXIT_REFUSED = 1
EXIT_UNREACHABLE = 2
EXIT_RUN_FAILED = 3
EXIT_NOT_GREEN = 4


def call_api(credentials: Credentials, work: Callable[[ApiClient], Awaitable[Result]]) -> Result:
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


def print_json(value: object) -> None:
    """Print a value as exact JSON."""
    typer.echo(codec.dumps(value).decode())
