"""An Apache Kafka broker on loopback, as a plain Java process, with its data in a folder."""

import signal
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from sync_kit.clock import Clock
from zoho2xero.engines.engine_folder import EngineFolder, EngineRecord
from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.kafka_answers import wait_for_broker
from zoho2xero.engines.kafka_settings import HEAP, list_broker_settings
from zoho2xero.engines.owned_process import OwnedProcess, read_end
from zoho2xero.engines.places import keep_port
from zoho2xero.engines.running import run

FOLDER = "engines/kafka"
STOP_WITHIN_SECONDS = 20.0

_LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.server.name = kafka.server
logger.server.level = info
"""


class JavaBroker:
    """The broker of `home`."""

    def __init__(self, home: Path, java: str, jars: Path, *, clock: Clock) -> None:
        self._folder = EngineFolder(home / FOLDER, "kafka")
        self._java = java
        self._jars = jars
        self._clock = clock

    @property
    def url(self) -> str:
        """host:port for clients. Raises EngineError before its first start."""
        return f"127.0.0.1:{self._folder.get_record().port}"

    async def is_running(self) -> bool:
        """Whether its process runs."""
        return self._folder.find_process() is not None

    async def start(self) -> None:
        """Run it and wait until it answers; nothing to do when it runs. Raises EngineError.

        A start that is broken off leaves nothing running.
        """
        if await self.is_running():
            await self._wait_until_it_answers()
            return
        self._folder.path.mkdir(parents=True, exist_ok=True)
        before = self._folder.find_record()
        record = EngineRecord(
            port=keep_port(before.port if before else None),
            controller_port=keep_port(before.controller_port if before else None),
        )
        self._write_settings(record)
        classes = ["-cp", f"{self._jars}/*"]
        if not (self._folder.path / "data" / "meta.properties").exists():
            cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
            await run(
                *(self._java, *classes, "kafka.tools.StorageTool", "format"),
                *(f"--cluster-id={cluster_id}", "--config=server.properties"),
                folder=self._folder.path,
            )
        process = OwnedProcess.start(
            [
                self._java,
                *HEAP,
                "-Dlog4j2.configurationFile=log4j2.properties",
                *classes,
                "kafka.Kafka",
                "server.properties",
            ],
            log_file=self._folder.log_file,
            folder=self._folder.path,
        )
        try:
            self._folder.keep_process(process, record)
            await self._wait_until_it_answers()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End it; what was written is kept."""
        process = self._folder.find_process()
        if process is not None:
            await process.end(signal.SIGTERM, STOP_WITHIN_SECONDS, self._clock)

    async def kill(self) -> None:
        """SIGKILL; the next start recovers its log."""
        process = self._folder.find_process()
        if process is not None:
            await process.kill_with_children(STOP_WITHIN_SECONDS, self._clock)

    def _write_settings(self, record: EngineRecord) -> None:
        # A relative folder, since a path may hold what a list of folders may not.
        settings = {"log.dirs": "data", **list_broker_settings(record.port, record.controller_port or 0)}
        lines = "".join(f"{name}={value}\n" for name, value in settings.items())
        (self._folder.path / "server.properties").write_text(lines)
        (self._folder.path / "log4j2.properties").write_text(_LOGGING)

    async def _wait_until_it_answers(self) -> None:
        if not await wait_for_broker(self.url, self._clock, is_running=self.is_running):
            raise EngineError(f"Kafka did not start. {read_end(self._folder.log_file)}")
