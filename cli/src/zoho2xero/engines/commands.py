"""`zoho2xero engines ...`: real PostgreSQL and Kafka on loopback, to start, to look at, and to end."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from zoho2xero.engines.addresses import Installation, list_exports
from zoho2xero.engines.starting import (
    DATABASE_VARIABLE,
    KAFKA_VARIABLE,
    Engines,
    list_engines,
    start_engines,
    stop_engines,
    throwaway_engines,
)
from zoho2xero.foreground import run_in_front, run_until_signal, tell

app = typer.Typer(no_args_is_help=True, help="Real PostgreSQL and Apache Kafka on loopback.")

Home = Annotated[Path, typer.Option(help="Folder for their data.")]
DEFAULT_HOME = Path(".data")


@app.command()
def start(home: Home = DEFAULT_HOME) -> None:
    """Start both, or say where they run already. Prints the variables that point the services at them:
    `eval "$(zoho2xero engines start)"`.

    DATABASE_URL and KAFKA_BOOTSTRAP, when set, name servers to use in place of own ones.
    """

    async def work() -> Installation:
        installation = Installation(await start_engines(home, tell=tell))
        await installation.make_databases()
        await installation.make_topics()
        return installation

    for name, value in list_exports(run_until_signal(work())).items():
        print(f"export {name}={shlex.quote(value)}")
    tell(f"Both answer. They run until `zoho2xero engines stop`; data and logs are in {home / 'engines'}.")


@app.command()
def stop(home: Home = DEFAULT_HOME) -> None:
    """End what was started there. The data stay."""
    ended = run_until_signal(stop_engines(home))
    tell(f"Ended: {', '.join(ended)}." if ended else "Nothing was running.")


@app.command()
def status(home: Home = DEFAULT_HOME) -> None:
    """What runs. Exit code 1 unless both do."""

    async def look() -> dict[str, bool]:
        return {name: await engine.is_running() for name, engine in list_engines(home).items()}

    running = run_until_signal(look())
    for name in ("PostgreSQL", "Kafka"):
        print(f"{name}: {'runs' if running.get(name) else 'does not run'}")
    raise typer.Exit(0 if len(running) == 2 and all(running.values()) else 1)


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def run(command: Annotated[list[str], typer.Argument(help="The command and its arguments, after --.")]) -> None:
    """Run a command on engines that live as long as it: it finds them in DATABASE_URL and KAFKA_BOOTSTRAP, and in
    TEST_DATABASE_URL and TEST_KAFKA_BOOTSTRAP. Its exit code is this one's."""

    async def work() -> int:
        async with throwaway_engines(tell=tell) as engines:
            return await run_in_front(command, {**os.environ, **_list_test_variables(engines)})

    raise typer.Exit(run_until_signal(work()))


def _list_test_variables(engines: Engines) -> dict[str, str]:
    return {
        f"{prefix}{name}": value
        for prefix in ("", "TEST_")
        for name, value in (
            (DATABASE_VARIABLE, engines.database_url),
            (KAFKA_VARIABLE, engines.kafka_bootstrap),
        )
    }
