"""An Apache Kafka broker on loopback, in a container of a Docker engine: where there is no Java.

The container keeps the data; it is made once for each home.
"""

import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from sync_kit.clock import Clock
from zoho2xero.engines.engine_folder import EngineFolder, EngineRecord
from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.kafka_answers import wait_for_broker
from zoho2xero.engines.kafka_jars import KAFKA_VERSION
from zoho2xero.engines.kafka_settings import HEAP, list_broker_settings
from zoho2xero.engines.places import find_free_port
from zoho2xero.engines.running import run

FOLDER = "engines/kafka-container"
IMAGE = f"apache/kafka:{KAFKA_VERSION}"
_CONTROLLER_PORT = 29093


async def find_docker(environment: Mapping[str, str]) -> str | None:
    """The program `docker`, if an engine answers it."""
    docker = shutil.which("docker", path=environment.get("PATH"))
    if docker is None:
        return None
    try:
        await run(docker, "info", "--format", "{{.ServerVersion}}")
    except EngineError:
        return None
    return docker


class DockerBroker:
    """The container of `home`."""

    def __init__(self, home: Path, docker: str, *, clock: Clock) -> None:
        self._folder = EngineFolder(home / FOLDER, "kafka")
        self._name = f"zoho2xero-kafka-{sha256(str(home.resolve()).encode()).hexdigest()[:12]}"
        self._docker = docker
        self._clock = clock

    @property
    def url(self) -> str:
        """host:port for clients. Raises EngineError before its first start."""
        return f"127.0.0.1:{self._folder.get_record().port}"

    async def is_running(self) -> bool:
        """Whether its container runs."""
        return self._name in await self._list_containers("--filter", "status=running")

    async def start(self) -> None:
        """Run it and wait until it answers; nothing to do when it runs. Raises EngineError.

        A start that is broken off leaves nothing running.
        """
        try:
            if not await self.is_running():
                await self._run_container()
            if not await wait_for_broker(self.url, self._clock, is_running=self.is_running):
                raise EngineError(f"Kafka did not start: docker logs {self._name}")
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End it; what was written is kept in the container."""
        if await self.is_running():
            await run(self._docker, "stop", "--time", "20", self._name)

    async def kill(self) -> None:
        """SIGKILL; the next start recovers its log."""
        if await self.is_running():
            await run(self._docker, "kill", self._name)

    async def _run_container(self) -> None:
        known = await self._list_containers("--all")
        if self._folder.find_record() is not None and self._name in known:
            await run(self._docker, "start", self._name)
            return
        if self._name in known:
            await run(self._docker, "rm", "--force", self._name)  # of a start that was broken off
        port = find_free_port()
        settings = list_broker_settings(port, _CONTROLLER_PORT, listen_at="0.0.0.0")  # noqa: S104 - in the container
        named = [f"KAFKA_{name.replace('.', '_').upper()}={value}" for name, value in settings.items()]
        variables = [argument for value in [*named, f"KAFKA_HEAP_OPTS={' '.join(HEAP)}"] for argument in ("-e", value)]
        self._folder.path.mkdir(parents=True, exist_ok=True)
        await run(
            *(self._docker, "run", "--detach", "--name", self._name, "--publish", f"127.0.0.1:{port}:{port}"),
            *variables,
            IMAGE,
        )
        self._folder.write_record(EngineRecord(port=port))

    async def _list_containers(self, *which: str) -> list[str]:
        said = await run(self._docker, "ps", *which, "--filter", f"name=^/{self._name}$", "--format", "{{.Names}}")
        return said.split()
