"""Which kind of broker a machine gets, and what is said when it can have none."""

from pathlib import Path

import pytest
from tests.fixtures.scripted_program import Programs

from sync_kit.clock import SystemClock
from zoho2xero.engines import EngineError
from zoho2xero.engines.kafka_choice import choose_broker
from zoho2xero.engines.kafka_docker import DockerBroker
from zoho2xero.engines.kafka_java import JavaBroker

MAVEN = "mkdir jars"


async def choose(programs: Programs) -> tuple[JavaBroker | DockerBroker, list[str]]:
    said: list[str] = []
    home = programs.folder / "home"
    broker = await choose_broker(home, clock=SystemClock(), tell=said.append, environment=programs.environment)
    return broker, said


def add_java(programs: Programs, version: str) -> None:
    programs.add("java", f"echo 'openjdk version \"{version}\"' >&2")


async def test_java_and_maven_are_enough(programs: Programs) -> None:
    add_java(programs, "17.0.1")
    programs.add("mvn", MAVEN)
    broker, _ = await choose(programs)
    assert isinstance(broker, JavaBroker)


@pytest.mark.parametrize("java", [None, "11.0.2"])
async def test_a_docker_engine_steps_in_for_java_and_it_is_said(programs: Programs, java: str | None) -> None:
    programs.add("docker", "echo 27.0")
    programs.add("mvn", MAVEN)
    if java:
        add_java(programs, java)
    broker, said = await choose(programs)
    assert isinstance(broker, DockerBroker)
    assert "container" in said[0]


async def test_a_docker_program_without_an_engine_is_no_help(programs: Programs) -> None:
    programs.add("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    with pytest.raises(EngineError) as refusal:
        await choose(programs)
    assert "there is no Java here" in str(refusal.value)
    assert "No Docker engine answers" in str(refusal.value)
    assert "KAFKA_BOOTSTRAP" in str(refusal.value)


async def test_a_java_that_is_too_old_is_named(programs: Programs) -> None:
    add_java(programs, "11.0.2")
    with pytest.raises(EngineError, match="the Java here is 11, and Kafka needs 17"):
        await choose(programs)


async def test_nothing_is_left_in_the_home_by_choosing(programs: Programs, tmp_path: Path) -> None:
    add_java(programs, "17.0.1")
    programs.add("mvn", MAVEN)
    await choose(programs)
    assert not (programs.folder / "home").exists()
