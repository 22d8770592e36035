"""Events are written where the state that they tell of is written: into the outbox, in the same transaction.

A relay publishes them afterwards, so nothing is told that did not happen and nothing that happened stays untold.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from sync_kit.contracts.envelope import seal
from sync_kit.contracts.events import Event
from sync_kit.contracts.topics import MAX_EVENT_BYTES
from sync_kit.store import KitTables, Session

OUTBOX_SIGNAL: Final = "outbox"
"""What `store.watch` is asked for to hear of new outbox rows."""


async def write_events(
    session: Session,
    tables: KitTables,
    events: Sequence[Event],
    *,
    source: str,
    context: Mapping[str, str] | None = None,
) -> None:
    """Put events into the outbox; they leave after the caller's transaction has committed.

    `source` is the service's name. `context` are further headers, such as a trace's id; never anything personal.
    Raises ValueError for an event above 512 KiB: its writer must cut it (`contracts.cutting.cut_by_bytes`).
    """
    if not events:
        return
    written_at = await session.now()
    rows = []
    for event in events:
        envelope, value = seal(event, event_id=uuid.uuid4().hex, source=source, at=written_at)
        if len(value) > MAX_EVENT_BYTES:
            raise ValueError(f"{event.type} has {len(value)} bytes, {MAX_EVENT_BYTES} is the most: cut it")
        rows.append(
            {
                "event_id": envelope.id,
                "topic": event.topic.name,
                "key": event.tenant_id,
                "headers": {**(context or {}), **envelope.to_headers()},
                "value": value,
                "written_at": written_at,
            }
        )
    await session.insert(tables.outbox, rows)
    session.signal(OUTBOX_SIGNAL)
