"""Events that are not taken in now: parked ones wait for their tenant or run, dead letters for a person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from sync_kit.bus import Message
from sync_kit.consumer.letters import Letter, open_letter
from sync_kit.store import KitTables, Session


async def park_letter(session: Session, tables: KitTables, letter: Letter, now: datetime) -> None:
    """Keep it until an event comes that may let it through."""
    row = {
        "event_id": letter.event_id,
        "tenant_id": letter.tenant_id,
        "topic": letter.topic,
        "headers": dict(letter.headers),
        "value": letter.value,
        "parked_at": now,
        "released": False,
    }
    await session.upsert(tables.parked_events, [row], key=["event_id"], update=["released"])


async def bury_letter(
    session: Session, tables: KitTables, letter: Letter, *, reason: str, detail: str, now: datetime
) -> None:
    """Set it aside for ever, with a reason from the closed set: unreadable, handler_failed."""
    row = {
        "event_id": letter.event_id,
        "tenant_id": letter.tenant_id,
        "topic": letter.topic,
        "headers": dict(letter.headers),
        "value": letter.value,
        "reason": reason,
        "detail": detail,
        "set_aside_at": now,
    }
    await session.insert_missing(tables.dead_letters, [row])


async def release_parked(session: Session, tables: KitTables, tenant_id: str) -> bool:
    """Mark the tenant's parked events to be tried again; returns whether there are any."""
    parked = tables.parked_events
    result = await session.execute(update(parked).where(parked.c.tenant_id == tenant_id).values(released=True))
    return bool(result.rowcount)


async def list_released_tenants(session: Session, tables: KitTables, most: int) -> Sequence[str]:
    """Tenants with parked events to be tried again."""
    parked = tables.parked_events
    rows = await session.fetch_all(
        select(parked.c.tenant_id)
        .where(parked.c.released.is_(True))
        .distinct()
        .order_by(parked.c.tenant_id)
        .limit(most)
    )
    return [row["tenant_id"] for row in rows]


async def list_released(session: Session, tables: KitTables, tenant_ids: Sequence[str], most: int) -> Sequence[Letter]:
    """These tenants' parked events to be tried again, the longest parked first."""
    if not tenant_ids:
        return []
    parked = tables.parked_events
    rows = await session.fetch_all(
        select(parked)
        .where(parked.c.released.is_(True), parked.c.tenant_id.in_(tenant_ids))
        .order_by(parked.c.parked_at, parked.c.event_id)
        .limit(most)
    )
    return [open_letter(Message(row["topic"], row["tenant_id"], row["headers"], row["value"])) for row in rows]


async def forget_parked(session: Session, tables: KitTables, event_ids: Sequence[str]) -> None:
    """These are settled, whatever became of them."""
    if event_ids:
        parked = tables.parked_events
        await session.execute(delete(parked).where(parked.c.event_id.in_(event_ids)))


async def purge_intake(
    session: Session, tables: KitTables, *, inbox_before: datetime, payloads_before: datetime
) -> int:
    """Delete old inbox ids, and parked events and dead letters with their payloads; returns how many rows."""
    parked, dead, inbox = tables.parked_events, tables.dead_letters, tables.inbox
    deleted = 0
    for statement in (
        delete(inbox).where(inbox.c.received_at < inbox_before),
        delete(parked).where(parked.c.parked_at < payloads_before),
        delete(dead).where(dead.c.set_aside_at < payloads_before),
    ):
        deleted += (await session.execute(statement)).rowcount
    return deleted
