"""One process of the running system: start it, wait until it answers, and do to it what a machine may do to it."""

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from sync_kit.clock import Clock
from sync_kit.errors import AnswerLostError, TryLaterError
from sync_kit.http import HttpClient, HttpRequest
from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.owned_process import OwnedProcess, ProcessMark, read_end
from zoho2xero.private_file import write_private_file

START_WITHIN_SECONDS = 120.0
STOP_WITHIN_SECONDS = 11.0
"""A service ends what it is at within 10 s."""

_MARK = ".process.json"


class ServiceProcess:
    """A command that serves HTTP on a port of its own; a new start gets the same port. Its log and the mark of its
    process are in `folder`."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        url: str,
        health_path: str,
        folder: Path,
        environment: Mapping[str, str],
        http: HttpClient,
        clock: Clock,
    ) -> None:
        self.name = name
        self.url = url
        self.log_file = folder / f"{name}.log"
        self.is_wanted = False
        """Whether it is meant to run; false before the first start and after one of the methods that end it."""
        self._mark_file = folder / f"{name}{_MARK}"
        self.arguments = tuple(arguments)
        self._health_url = f"{url}{health_path}"
        self._environment = dict(environment)
        self._http = http
        self._clock = clock
        self._process: OwnedProcess | None = None

    @property
    def pid(self) -> int | None:
        """Its process id; None when it does not run."""
        return self._process.mark.pid if self._process is not None and self._process.is_alive() else None

    def describe_end(self) -> str:
        """How the last process ended, for people."""
        status = self._process.exit_status if self._process is not None else None
        if status is None:
            return "how is not known"
        return f"signal {-status}" if status < 0 else f"status {status}"

    def launch(self) -> None:
        """Start it without waiting; nothing to do when it runs. Raises EngineError when it ended at once."""
        if self.pid is None:
            self._process = OwnedProcess.start(self.arguments, log_file=self.log_file, environment=self._environment)
            write_private_file(self._mark_file, self._process.mark.model_dump_json().encode())
        self.is_wanted = True

    async def wait_until_ready(self) -> None:
        """Raises EngineError with the end of its log when it ended or does not get ready in time."""
        give_up_at = self._clock.monotonic() + START_WITHIN_SECONDS
        while self.pid is not None and self._clock.monotonic() < give_up_at:
            if await self.is_ready():
                return
            await self._clock.sleep(0.25)
        raise EngineError(f"{self.name} did not start. {read_end(self.log_file)}")

    async def is_ready(self) -> bool:
        """Whether it says so itself."""
        try:
            answer = await self._http.send(HttpRequest("GET", self._health_url), timeout_seconds=2)
        except (TryLaterError, AnswerLostError):
            return False
        return answer.status == 200

    async def kill(self) -> None:
        """SIGKILL, as when a machine is lost; returns when it is gone."""
        self.is_wanted = False
        if self._process is not None:
            await self._process.end(signal.SIGKILL, STOP_WITHIN_SECONDS, self._clock)

    async def stop(self) -> bool:
        """SIGTERM, and SIGKILL if it has not ended in time: whether it ended by itself."""
        self.is_wanted = False
        if self._process is None:
            return True
        self._process.send(signal.SIGTERM)
        self._process.send(signal.SIGCONT)  # a suspended one could not hear it
        if await self._process.wait_for_end(STOP_WITHIN_SECONDS, self._clock):
            return True
        await self.kill()
        return False

    def pause(self) -> None:
        """SIGSTOP: it stands still, wherever it is, and knows nothing of it."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send(number)


async def end_leftovers(folder: Path, clock: Clock) -> list[str]:
    """End processes whose starter was killed before it could; the names of those that were there."""
    found: list[str] = []
    for file in folder.glob(f"*{_MARK}"):
        process = OwnedProcess.find(ProcessMark.model_validate_json(file.read_bytes()))
        if process is not None:
            process.send(signal.SIGTERM)
            process.send(signal.SIGCONT)
            if not await process.wait_for_end(STOP_WITHIN_SECONDS, clock):
                await process.end(signal.SIGKILL, STOP_WITHIN_SECONDS, clock)
            found.append(file.name.removesuffix(_MARK))
        file.unlink()
    return found
