"""A broker in a container: made once, reached on loopback alone, started again with its data."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.fixtures.scripted_program import Programs

from sync_kit.clock import Clock, SystemClock
from zoho2xero.engines import EngineError, kafka_docker
from zoho2xero.engines.kafka_docker import DockerBroker

DOCKER = r"""
state=$(dirname "$0")/state
name=$(echo "$*" | grep -o 'zoho2xero-kafka-[0-9a-f]*' | head -n 1)
case "$*" in
    run* | start*) echo running > "$state";;
    stop* | kill*) echo exited > "$state";;
    rm*) rm "$state";;
    ps*--all*) test -e "$state" && echo "$name";;
    ps*) grep -qs running "$state" && echo "$name";;
esac
exit 0
"""


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the next brokers that are waited for answer; yes when nothing is said."""
    said: list[bool] = []

    async def wait_for_broker(bootstrap: str, clock: Clock, *, is_running: Callable[[], Awaitable[bool]]) -> bool:
        assert await is_running()
        return said.pop(0) if said else True

    monkeypatch.setattr(kafka_docker, "wait_for_broker", wait_for_broker)
    return said


@pytest.fixture
def broker(programs: Programs, answers: list[bool]) -> DockerBroker:
    programs.add("docker", DOCKER)
    return DockerBroker(programs.folder / "home", str(programs.folder / "docker"), clock=SystemClock())


def list_verbs(programs: Programs) -> list[str]:
    verbs = [call.split()[0] for call in programs.list_calls("docker")]
    return [verb for verb in verbs if verb != "ps"]


async def test_a_container_is_made_once_and_started_again_with_its_data(
    broker: DockerBroker, programs: Programs
) -> None:
    assert not await broker.is_running()
    await broker.start()
    assert await broker.is_running()
    url = broker.url
    await broker.start()
    await broker.stop()
    assert not await broker.is_running()
    await broker.start()
    await broker.kill()
    assert list_verbs(programs) == ["run", "stop", "start", "kill"]
    assert broker.url == url


async def test_the_broker_is_published_on_loopback_alone_and_makes_no_topic_by_accident(
    broker: DockerBroker, programs: Programs
) -> None:
    await broker.start()
    [made] = [call for call in programs.list_calls("docker") if call.startswith("run")]
    port = broker.url.removeprefix("127.0.0.1:")
    assert f"--publish 127.0.0.1:{port}:{port} " in made
    assert f"KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://127.0.0.1:{port} " in made
    assert "KAFKA_AUTO_CREATE_TOPICS_ENABLE=false" in made


async def test_a_broker_that_does_not_answer_is_ended(
    broker: DockerBroker, programs: Programs, answers: list[bool]
) -> None:
    answers.append(False)
    with pytest.raises(EngineError, match="docker logs zoho2xero-kafka-"):
        await broker.start()
    assert not await broker.is_running()


async def test_a_container_of_a_start_that_was_broken_off_is_replaced(broker: DockerBroker, programs: Programs) -> None:
    (programs.folder / "state").write_text("exited")
    await broker.start()
    assert list_verbs(programs) == ["rm", "run"]


def test_homes_have_containers_of_their_own(tmp_path: Path) -> None:
    names = {DockerBroker(tmp_path / name, "docker", clock=SystemClock())._name for name in ("one", "two")}
    assert len(names) == 2
