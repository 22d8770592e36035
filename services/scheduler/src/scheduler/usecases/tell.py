"""What the scheduler tells the others: in the transaction of the state that it tells of."""

from typing import Final

from scheduler.store import KIT_TABLES
from sync_kit.contracts.events import Event
from sync_kit.outbox import write_events
from sync_kit.store import Session

SOURCE: Final = "scheduler"


async def tell(session: Session, *events: Event) -> None:
    """Put events into the outbox."""
    await write_events(session, KIT_TABLES, list(events), source=SOURCE)
