"""`zoho2xero engines`: what a person and a shell see."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from zoho2xero.engines import EngineError, Engines, commands
from zoho2xero.engines.addresses import Installation

ENGINES = Engines(database_url="postgresql://p:w@127.0.0.1:1/postgres", kafka_bootstrap="127.0.0.1:2")


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Engines that are no more than addresses; tells when throw-away ones were ended."""
    events: list[str] = []

    @asynccontextmanager
    async def throwaway(**_: Any) -> AsyncIterator[Engines]:
        try:
            yield ENGINES
        finally:
            events.append("ended")

    async def start(*_: Any, **__: Any) -> Engines:
        return ENGINES

    async def make(_: Installation) -> list[str]:
        return []

    monkeypatch.setattr(commands, "throwaway_engines", throwaway)
    monkeypatch.setattr(commands, "start_engines", start)
    monkeypatch.setattr(Installation, "make_databases", make)
    monkeypatch.setattr(Installation, "make_topics", make)
    return events


@pytest.mark.usefixtures("ended")
def test_a_shell_can_take_over_what_start_prints(tmp_path: Path) -> None:
    done = CliRunner().invoke(commands.app, ["start", "--home", str(tmp_path)])
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert "export KAFKA_BOOTSTRAP=127.0.0.1:2" in lines
    assert all(line.startswith("export ") for line in lines)
    assert "Both answer" in done.stderr


@pytest.mark.parametrize("status", [0, 7])
def test_run_ends_as_the_command_did_and_takes_the_engines_down(ended: list[str], status: int) -> None:
    look = (
        "import os, sys; assert os.environ['TEST_DATABASE_URL'] == os.environ['DATABASE_URL'] == "
        f"{ENGINES.database_url!r}; assert os.environ['TEST_KAFKA_BOOTSTRAP'] == '127.0.0.1:2'; sys.exit({status})"
    )
    done = CliRunner().invoke(commands.app, ["run", "--", sys.executable, "-c", look])
    assert (done.exit_code, ended) == (status, ["ended"])


def test_run_of_a_command_that_is_not_there_takes_the_engines_down(ended: list[str]) -> None:
    done = CliRunner().invoke(commands.app, ["run", "--", "/nothing/here"])
    assert (done.exit_code, ended) == (1, ["ended"])
    assert "/nothing/here cannot be run" in done.stderr


def test_engines_that_cannot_be_had_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any, **__: Any) -> Engines:
        raise EngineError("No Kafka: there is no Java here.")

    monkeypatch.setattr(commands, "start_engines", fail)
    done = CliRunner().invoke(commands.app, ["start", "--home", str(tmp_path)])
    assert done.exit_code == 1
    assert done.stderr.strip() == "No Kafka: there is no Java here."
    assert done.stdout == ""


def test_status_says_what_runs_and_fails_unless_both_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(commands.app, ["status", "--home", str(tmp_path)])
    assert done.exit_code == 1
    assert done.stdout == "PostgreSQL: does not run\nKafka: does not run\n"


def test_stop_where_nothing_runs_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(commands.app, ["stop", "--home", str(tmp_path)])
    assert (done.exit_code, done.stderr) == (0, "Nothing was running.\n")
