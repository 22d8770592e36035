"""Time in: what this service does by itself beside its work."""

from datetime import datetime, timedelta
from typing import Final

from sync_kit.consumer import Consumer
from sync_kit.relay import Relay
from sync_kit.store import Store
from xero_writer.usecases.purge import drop_rehearsals, purge_deleted_tenants, purge_old_payloads

HOURLY: Final = timedelta(hours=1)


class CleanUp:
    """Forgets what may not be kept: deleted tenants and rehearsals soon, the rest once an hour."""

    def __init__(self, store: Store, relay: Relay, consumer: Consumer) -> None:
        self._store = store
        self._relay = relay
        self._consumer = consumer
        self._purged_tenants: set[str] = set()
        self._next_at: datetime | None = None

    async def step(self) -> int:
        """One round; returns how many tenants and copies were deleted."""
        purged = await purge_deleted_tenants(self._store, self._purged_tenants)
        purged += await drop_rehearsals(self._store)
        now = self._store.clock.now()
        if self._next_at is None or now >= self._next_at:
            self._next_at = now + HOURLY
            await self._relay.purge()
            await self._consumer.purge()
            await purge_old_payloads(self._store)
        return purged
