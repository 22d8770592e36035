"""A process that outlives the command that started it, and that is never mistaken for another.

A process id alone may belong to somebody else by the time it is read again; together with the moment at which the
process began it does not.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sync_kit.clock import Clock
from zoho2xero.engines.errors import EngineError

_LOOK_EVERY_SECONDS = 0.05


class ProcessMark(BaseModel):
    """What is written down of a process: its id, and when it began, in the machine's own words."""

    model_config = ConfigDict(frozen=True)

    pid: int
    began: str


@dataclass(frozen=True)
class Account:
    """Another account of this machine, to run a program as."""

    name: str
    user_id: int
    group_id: int


class OwnedProcess:
    """A process that we started, in this command (then it is our child) or in an earlier one."""

    def __init__(self, mark: ProcessMark, child: "subprocess.Popen[bytes] | None" = None) -> None:
        self.mark = mark
        self._child = child

    @classmethod
    def start(
        cls,
        arguments: Sequence[str],
        *,
        log_file: Path,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        account: Account | None = None,
    ) -> "OwnedProcess":
        """Start it in a session of its own, so that a Ctrl-C in this terminal is not meant for it.

        What it prints is appended to `log_file`. Raises EngineError when it ended at once.
        """
        with log_file.open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - programs that this package chose
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env=None if environment is None else dict(environment),
                start_new_session=True,
                user=account.user_id if account else None,
                group=account.group_id if account else None,
                extra_groups=[] if account else None,
            )
        began = find_beginning(child.pid)
        if began is None:
            child.wait()
            raise EngineError(f"{arguments[0]} ended at once. {read_end(log_file)}")
        return cls(ProcessMark(pid=child.pid, began=began), child)

    @classmethod
    def find(cls, mark: ProcessMark | None) -> "OwnedProcess | None":
        """The process of that mark if it still runs."""
        process = cls(mark) if mark is not None else None
        return process if process is not None and process.is_alive() else None

    def is_alive(self) -> bool:
        """Whether it still runs."""
        if self._child is not None:
            return self._child.poll() is None
        return find_beginning(self.mark.pid) == self.mark.began

    @property
    def exit_status(self) -> int | None:
        """Its status, or minus the signal that ended it; None while it runs and of one that is not our child."""
        return self._child.poll() if self._child is not None else None

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when it has ended."""
        if self.is_alive():
            os.kill(self.mark.pid, number)

    async def wait_for_end(self, seconds: float, clock: Clock) -> bool:
        """Whether it ended within that time."""
        give_up_at = clock.monotonic() + seconds
        while self.is_alive():
            if clock.monotonic() >= give_up_at:
                return False
            await clock.sleep(_LOOK_EVERY_SECONDS)
        return True

    async def kill_with_children(self, seconds: float, clock: Clock) -> None:
        """SIGKILL it and the processes that it started, as a machine that loses its power would."""
        family = [self, *(OwnedProcess(mark) for mark in _list_children(self.mark.pid))]
        for process in family:
            process.send(signal.SIGKILL)
        for process in family:
            await process.wait_for_end(seconds, clock)

    async def end(self, number: signal.Signals, seconds: float, clock: Clock) -> None:
        """Ask it to end by a signal; one that has not ended within `seconds` is killed."""
        self.send(number)
        if not await self.wait_for_end(seconds, clock):
            self.send(signal.SIGKILL)
            await self.wait_for_end(seconds, clock)


def find_beginning(pid: int) -> str | None:
    """When the process with that id began; None when none runs, or one that has ended and was not yet collected."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else _ask_ps(pid)
    except ProcessLookupError:
        return None
    state, *fields = stat.rpartition(")")[2].split()  # the name before it may hold anything at all
    return None if state in "ZX" else fields[18]


def read_end(log_file: Path) -> str:
    """The end of a log, for an error message."""
    tail = log_file.read_text(errors="replace")[-2000:].strip() if log_file.exists() else ""
    return f"The end of its log {log_file}:\n{tail}" if tail else f"Its log {log_file} is empty."


def _list_children(pid: int) -> list[ProcessMark]:
    table = _run_ps("-A", "-o", "pid=,ppid=")
    pairs = [line.split() for line in table.splitlines()]
    begun = {int(child): find_beginning(int(child)) for child, parent in pairs if parent == str(pid)}
    return [ProcessMark(pid=child, began=began) for child, began in begun.items() if began is not None]


def _ask_ps(pid: int) -> str | None:
    # Where there is no /proc.
    answer = _run_ps("-o", "state=,lstart=", "-p", str(pid)).strip()
    return None if not answer or answer.startswith("Z") else answer.partition(" ")[2].strip()


def _run_ps(*arguments: str) -> str:
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(  # noqa: S603
        ["ps", *arguments],  # noqa: S607 - wherever this machine has it
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    return done.stdout
