"""Kafka's jars are fetched once, whole or not at all."""

import pytest
from tests.fixtures.scripted_program import Programs

from zoho2xero.engines import EngineError
from zoho2xero.engines.kafka_jars import KAFKA_VERSION, find_jars, find_java, read_java_version

FETCH = "mkdir jars && touch jars/kafka.jar"


def say_nothing(_: str) -> None:
    """Nobody listens."""


async def test_the_jars_are_fetched_once(programs: Programs) -> None:
    programs.add("mvn", FETCH)
    said: list[str] = []
    folder = await find_jars(programs.environment, said.append)
    assert [file.name for file in folder.iterdir()] == ["kafka.jar"]
    assert await find_jars(programs.environment, said.append) == folder
    assert len(programs.list_calls("mvn")) == 1
    assert said == [f"Apache Kafka {KAFKA_VERSION} comes from Maven Central (45 MB, once)."]


async def test_jars_whose_checksum_is_wrong_are_refused_by_maven(programs: Programs) -> None:
    programs.add("mvn", FETCH)
    await find_jars(programs.environment, say_nothing)
    assert "--strict-checksums" in programs.list_calls("mvn")[0]


async def test_the_broker_gets_something_to_log_with(programs: Programs) -> None:
    programs.add("mvn", f"cp pom.xml {programs.folder}/seen && {FETCH}")
    await find_jars(programs.environment, say_nothing)
    pom = (programs.folder / "seen").read_text()
    assert f"<artifactId>kafka_2.13</artifactId><version>{KAFKA_VERSION}</version>" in pom
    assert "<artifactId>log4j-slf4j-impl</artifactId>" in pom


async def test_a_download_that_fails_leaves_nothing_half_in_the_cache(programs: Programs) -> None:
    programs.add("mvn", f"{FETCH}; echo 'no such host'; exit 1")
    with pytest.raises(EngineError, match="no such host"):
        await find_jars(programs.environment, say_nothing)
    assert list((programs.folder / "cache").iterdir()) == []


async def test_without_maven_it_says_what_is_missing(programs: Programs) -> None:
    with pytest.raises(EngineError, match="no Maven"):
        await find_jars(programs.environment, say_nothing)


@pytest.mark.parametrize(
    ("said", "version"),
    [('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_392"', 1), ("something else", 0)],
)
async def test_javas_version_is_read_from_what_it_says(programs: Programs, said: str, version: int) -> None:
    programs.add("java", f"echo '{said}' >&2")
    java = find_java(programs.environment)
    assert java == str(programs.folder / "java")
    assert await read_java_version(java) == version


def test_java_home_wins_over_the_path(programs: Programs) -> None:
    programs.add("java")
    assert find_java({**programs.environment, "JAVA_HOME": str(programs.folder / "none")}) is None
