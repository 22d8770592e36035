"""The command line. `zoho2xero --help` lists what there is."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from zoho2xero.client import ApiError
from zoho2xero.demo.browser import ConsentError
from zoho2xero.demo.command import DemoOptions, run_demo
from zoho2xero.demo.processes import DidNotStartError
from zoho2xero.engines.commands import app as engines_app
from zoho2xero.foreground import run_until_signal, tell
from zoho2xero.mappings_commands import app as mappings_app
from zoho2xero.questions_commands import app as questions_app
from zoho2xero.readiness_commands import readiness
from zoho2xero.sync_commands import app as sync_app

DEFAULT_HOME = Path(".data")
DEFAULT_PORT = 8700

PUBLIC_URL = typer.Option(
    envvar="ZOHO2XERO_PUBLIC_URL",
    help="Under which address browsers and partners reach the system; what vendors redirect to begins with it.",
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Keeps a business's Zoho CRM and its Xero books in step.",
)
app.add_typer(sync_app, name="sync")
app.add_typer(questions_app, name="questions")
app.command()(readiness)
app.add_typer(mappings_app, name="mappings")
app.add_typer(engines_app, name="engines")


@app.command()
def standalone(
    port: Annotated[int, typer.Option(help="Loopback port of the API.")] = DEFAULT_PORT,
    home: Annotated[Path, typer.Option(help="Folder for stores and secrets.")] = DEFAULT_HOME,
    public_url: Annotated[str | None, PUBLIC_URL] = None,
) -> None:
    """All four services in one process, on SQLite and a local event log, until stopped.

    Without vendor client ids in the environment a sandbox of both vendors is started beside it.
    """
    # Loading four services takes seconds, which the other commands must not pay.
    from zoho2xero.standalone import StandaloneOptions, run_standalone  # noqa: PLC0415

    raise typer.Exit(
        asyncio.run(run_standalone(StandaloneOptions(port=port, home=home, public_url=public_url), Console()))
    )


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Loopback port of the API.")] = DEFAULT_PORT,
    home: Annotated[Path, typer.Option(help="Folder for the engines' data, secrets and logs.")] = DEFAULT_HOME,
    replicas: Annotated[int, typer.Option(min=1, max=16, help="Processes of each service.")] = 2,
    public_url: Annotated[str | None, PUBLIC_URL] = None,
) -> None:
    """The four services as processes of their own on PostgreSQL and Kafka, behind one port, until stopped.

    Without vendor client ids in the environment a sandbox of both vendors is started beside them.
    """
    from zoho2xero.up.command import UpOptions, run_up  # noqa: PLC0415 - it loads four services' stores

    options = UpOptions(home=home, port=port, replicas=replicas, public_url=public_url)
    run_until_signal(run_up(options, tell))


@app.command()
def demo(
    data: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A CSV of real sales to sync instead.")
    ] = None,
    report: Annotated[Path | None, typer.Option(dir_okay=False, help="Write the figures there as JSON.")] = None,
) -> None:
    """A whole first sync on this machine: sandbox, services, connections, three runs."""
    console = Console()
    try:
        raise typer.Exit(asyncio.run(run_demo(DemoOptions(data=data, report=report), console)))
    except (DidNotStartError, ConsentError, ApiError) as error:
        console.print(f"The demo could not go on: {error}", style="bold red", markup=False)
        raise typer.Exit(1) from error


@app.command()
def doctor(
    public_url: Annotated[str, PUBLIC_URL] = f"http://127.0.0.1:{DEFAULT_PORT}",
    data_centre: Annotated[
        list[str] | None, typer.Option(help="Zoho data centre to ask (us, eu, in ...); may be given several times.")
    ] = None,
) -> None:
    """Check the set-up for real vendor accounts: registration, redirect addresses, scopes, reachability.

    Exit code 1 when something must be mended.
    """
    from zoho2xero.doctor.command import run_doctor  # noqa: PLC0415 - it loads auth, which takes a second

    raise typer.Exit(asyncio.run(run_doctor(Console(), public_url=public_url, data_centres=data_centre or ())))


def main() -> None:
    """Entry point of the `zoho2xero` command."""
    app()


if __name__ == "__main__":
    main()
