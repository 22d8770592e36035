"""Real PostgreSQL and Kafka: they start, keep what they were given, and leave nothing behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.fixtures.own_engines import list_environment, need_engines, own_engines

from sync_kit.bus import ensure_topics
from zoho2xero.engines.engine_folder import EngineFolder
from zoho2xero.engines.owned_process import OwnedProcess
from zoho2xero.engines.postgres_answers import make_databases


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that other accounts can reach, as pytest's own are not."""
    need_engines()
    with TemporaryDirectory(prefix="zoho2xero-engines-", dir="/tmp") as name:
        yield Path(name)


def start_command(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "zoho2xero", "engines", *arguments, "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(list_environment()),
    )


def run_command(home: Path, *arguments: str) -> tuple[int, str, str]:
    with start_command(home, *arguments) as process:
        said, told = process.communicate(timeout=200)
    return process.returncode, said, told


def list_running(home: Path) -> list[str]:
    """Engines of a home whose process runs."""
    folders = [EngineFolder(home / "engines" / name, name) for name in ("postgres", "kafka")]
    records = [(folder.path.name, folder.find_record()) for folder in folders]
    return [name for name, record in records if record is not None and OwnedProcess.find(record.process)]


async def test_engines_that_were_killed_come_back_with_what_they_had_under_the_same_address() -> None:
    async with own_engines() as engines:
        assert engines.postgres is not None
        assert engines.kafka is not None
        bus = f"kafka://{engines.kafka_bootstrap}"
        assert await make_databases(engines.database_url, ["kept"]) == ["kept"]
        assert await ensure_topics(bus, partitions=2) != []
        for engine in (engines.postgres, engines.kafka):
            await engine.kill()
            assert not await engine.is_running()
            await engine.start()
            assert await engine.is_running()
        assert engines.postgres.url == engines.database_url
        assert engines.kafka.url == engines.kafka_bootstrap
        assert await make_databases(engines.database_url, ["kept"]) == []
        assert await ensure_topics(bus, partitions=2) == []


def test_a_second_start_says_where_they_run_and_stop_ends_them(home: Path) -> None:
    status, exports, _ = run_command(home, "start")
    assert status == 0
    assert list_running(home) == ["postgres", "kafka"]
    assert run_command(home, "start")[:2] == (0, exports)
    assert run_command(home, "status")[0] == 0
    assert run_command(home, "stop")[2] == "Ended: PostgreSQL, Kafka.\n"
    assert list_running(home) == []
    assert run_command(home, "status")[0] == 1


@pytest.mark.parametrize("engine", ["postgres", "kafka"])
def test_a_start_that_is_broken_off_half_way_leaves_nothing_running(home: Path, engine: str) -> None:
    with start_command(home, "start") as starting:
        while engine not in list_running(home):
            assert starting.poll() is None
            time.sleep(0.02)
        starting.send_signal(signal.SIGTERM)
        starting.communicate(timeout=60)
    assert starting.returncode == 128 + signal.SIGTERM
    assert list_running(home) == []


def test_what_a_killed_start_left_is_found_and_ended_by_stop(home: Path) -> None:
    with start_command(home, "start") as starting:
        while "postgres" not in list_running(home):
            assert starting.poll() is None
            time.sleep(0.02)
        starting.kill()
        starting.communicate(timeout=60)
    assert "postgres" in list_running(home)
    assert run_command(home, "stop")[0] == 0
    assert list_running(home) == []
