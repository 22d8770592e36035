"""Start again what ended by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync_kit.clock import Clock
from zoho2xero.engines.errors import EngineError
from zoho2xero.up.service_process import ServiceProcess

LOOK_EVERY_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0
"""One that ran for so long is no longer counted as one that ends again and again."""


@dataclass
class _Care:
    pause_seconds: float = 0.0
    started_at: float = 0.0
    due_at: float | None = None


class Supervisor:
    """Looks after `processes`: each that is wanted and does not run is started again, at once at first, then after
    1, 2, 4 ... 30 s when it keeps ending."""

    def __init__(self, processes: Sequence[ServiceProcess], *, clock: Clock, tell: Callable[[str], None]) -> None:
        now = clock.monotonic()
        self._cares = [(process, _Care(started_at=now)) for process in processes]
        self._clock = clock
        self._tell = tell

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.look()
            await self._clock.sleep(LOOK_EVERY_SECONDS)

    def look(self) -> None:
        """Look at each once."""
        now = self._clock.monotonic()
        for process, care in self._cares:
            if process.pid is not None or not process.is_wanted:
                continue
            if care.due_at is None:
                self._plan(process, care, now)
            if care.due_at is not None and now >= care.due_at:
                care.due_at, care.started_at = None, now
                try:
                    process.launch()
                except EngineError as error:
                    self._tell(str(error))

    def _plan(self, process: ServiceProcess, care: _Care, now: float) -> None:
        if now - care.started_at >= STEADY_AFTER_SECONDS:
            care.pause_seconds = 0.0
        when = f"in {care.pause_seconds:.0f} s" if care.pause_seconds else "now"
        self._tell(f"{process.name} ended by itself ({process.describe_end()}); it is started again {when}.")
        care.due_at = now + care.pause_seconds
        care.pause_seconds = min(max(care.pause_seconds * 2, 1.0), LONGEST_PAUSE_SECONDS)
