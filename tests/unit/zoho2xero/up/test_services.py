"""Who runs what on which port, and what is refused before anything is started."""

import fcntl
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from sync_kit.clock import SystemClock
from sync_kit.http import HttpClient
from zoho2xero.engines import EngineError, Engines
from zoho2xero.engines.addresses import SERVICES, Installation
from zoho2xero.engines.places import find_free_port
from zoho2xero.front import PREFIXES
from zoho2xero.home import prepare_home
from zoho2xero.up import ServicePlan, Services, running_services
from zoho2xero.up.environment import Surroundings
from zoho2xero.up.service_process import ServiceProcess
from zoho2xero.up.workshop import FRONT, Workshop

NOBODY = Engines(database_url="postgresql://postgres@127.0.0.1:1/postgres", kafka_bootstrap="127.0.0.1:1")
CLOCK = SystemClock()


async def build(home: Path, replicas: int) -> Mapping[str, list[ServiceProcess]]:
    surroundings = Surroundings(
        installation=Installation(NOBODY),
        secrets=prepare_home(home),
        vendors={},
        replicas=replicas,
        front_url="http://127.0.0.1:20000",
        public_url="http://127.0.0.1:20000",
    )
    http = HttpClient(clock=CLOCK)
    await http.close()
    return Workshop(home, {}, http, CLOCK).build(surroundings, range(21000, 21000 + replicas * len(SERVICES)))


async def test_every_replica_has_a_name_a_port_and_a_log_of_its_own(tmp_path: Path) -> None:
    processes = await build(tmp_path, 3)
    every = [process for replicas in processes.values() for process in replicas]
    assert [process.name for process in processes["xero_writer"]] == ["xero_writer-0", "xero_writer-1", "xero_writer-2"]
    assert len({process.url for process in every}) == len({process.log_file for process in every}) == 13


async def test_the_front_knows_every_replica_by_the_names_that_paths_belong_to(tmp_path: Path) -> None:
    processes = await build(tmp_path, 2)
    [front] = processes[FRONT]
    said = dict(argument.split("=") for argument in front.arguments if "=" in argument)
    assert set(said) == set(PREFIXES.values())
    assert said["zoho-reader"].split(",") == [process.url for process in processes["zoho_reader"]]
    assert front.arguments[:2] == (sys.executable, "-m")


async def test_a_taken_port_is_refused_before_an_engine_is_asked(tmp_path: Path) -> None:
    port = find_free_port()
    with socket.create_server(("127.0.0.1", port)), pytest.raises(EngineError, match=f"Port {port} is taken"):
        async with running_services(NOBODY, tmp_path, ServicePlan(vendors={}, port=port)):
            pass


async def test_a_second_command_does_not_run_the_services_of_the_same_home(tmp_path: Path) -> None:
    (tmp_path / "up").mkdir()
    with (tmp_path / "up" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(EngineError, match="run already, started by another command"):
            async with running_services(NOBODY, tmp_path, ServicePlan(vendors={})):
                pass


async def test_a_replica_that_does_not_exist_cannot_be_killed(tmp_path: Path) -> None:
    services = Services("http://127.0.0.1:20000", tmp_path, Installation(NOBODY), await build(tmp_path, 1))
    with pytest.raises(IndexError):
        await services.kill("auth", 1)
    with pytest.raises(KeyError):
        await services.kill("xero-writer")
    assert services.list_pids() == {name: [] for name in (*SERVICES, FRONT)}
