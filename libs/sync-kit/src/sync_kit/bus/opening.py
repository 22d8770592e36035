"""Choose the bus by its URL."""

from sync_kit.bus.local_log import LocalLog
from sync_kit.bus.protocol import Bus
from sync_kit.clock import Clock

LOCAL = "local://"


def open_bus(url: str, clock: Clock) -> Bus:
    """`local:///absolute/path.db`, or `local://` for a log in memory. Raises ValueError for another kind of URL."""
    if not url.startswith(LOCAL):
        raise ValueError(f"a bus is local://, not {url.split(':', 1)[0]}://")
    return LocalLog(url.removeprefix(LOCAL) or None, clock)
