"""Carries the outbox to the bus: publish, then mark. A crash between the two publishes again, which is harmless."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update

from sync_kit import points
from sync_kit.bus import Bus, Message
from sync_kit.outbox import OUTBOX_SIGNAL
from sync_kit.store import KitTables, Session, Store, now_of_store

MOST_EVENTS: Final = 500
MOST_BYTES: Final = 2 * 1024 * 1024
KEEP_PUBLISHED: Final = timedelta(days=1)


class Relay:
    """Publishes one store's outbox. Several may run at once; they share the work, or overlap where the
    store has one writer.

    `counts` holds `published`; `wake` is set when something was written to the outbox in this process.
    """

    def __init__(self, store: Store, tables: KitTables, bus: Bus) -> None:
        self._store = store
        self._outbox = outbox = tables.outbox
        self._bus = bus
        self.wake: asyncio.Event = store.watch(OUTBOX_SIGNAL)
        self.counts: Counter[str] = Counter()
        columns, these = outbox.c, outbox.c.id.in_(bindparam("ids", expanding=True))
        self._sizes = (
            select(columns.id, func.length(columns.value).label("size"))
            .where(columns.published_at.is_(None))
            .order_by(columns.id)
            .limit(MOST_EVENTS)
        )
        self._messages = (
            select(columns.topic, columns.key, columns.headers, columns.value).where(these).order_by(columns.id)
        )
        self._marking = update(outbox).where(these).values(published_at=now_of_store(store.kind))

    async def step(self) -> int:
        """Publish a batch of what is not published yet, oldest first; returns how many.

        What is published is found by its mark, never by "above the last id": ids commit out of order.
        """
        published = await (self._publish_unlocked() if self._store.one_writer else self._publish_locked())
        self.counts["published"] += published
        return published

    async def purge(self) -> int:
        """Delete what was published more than a day ago; returns how many."""
        async with self._store.transaction() as session:
            before = await session.now() - KEEP_PUBLISHED
            result = await session.execute(delete(self._outbox).where(self._outbox.c.published_at < before))
        return int(result.rowcount)

    async def measure_backlog(self) -> tuple[int, datetime | None]:
        """How many events wait, and since when the oldest of them does."""
        columns = self._outbox.c
        async with self._store.reading() as session:
            row = await session.fetch_one(
                select(func.count().label("waiting"), func.min(columns.written_at).label("oldest_at")).where(
                    columns.published_at.is_(None)
                )
            )
        return (0, None) if row is None else (int(row["waiting"]), row["oldest_at"])

    async def _publish_unlocked(self) -> int:
        # Nobody else could write while this one waits for the bus.
        ids, messages = await self._store.read(lambda session: self._read_batch(session, skip_locked=False))
        if not ids:
            return 0
        await self._publish(messages)
        await self._store.transact(lambda session: self._mark(session, ids))
        return len(ids)

    async def _publish_locked(self) -> int:
        async with self._store.transaction() as session:
            ids, messages = await self._read_batch(session, skip_locked=True)
            if ids:
                await self._publish(messages)
                await self._mark(session, ids)
        return len(ids)

    async def _publish(self, messages: Sequence[Message]) -> None:
        await self._bus.publish(messages)
        points.passing("relay.published")

    async def _read_batch(self, session: Session, *, skip_locked: bool) -> tuple[list[int], list[Message]]:
        """As many of the oldest as fit into MOST_BYTES, at least one: sizes first, since an event may be large."""
        sizes = self._sizes.with_for_update(skip_locked=True) if skip_locked else self._sizes
        ids: list[int] = []
        total = 0
        for row in await session.fetch_all(sizes):
            total += row["size"]
            if ids and total > MOST_BYTES:
                break
            ids.append(row["id"])
        if not ids:
            return [], []
        rows = await session.fetch_all(self._messages, {"ids": ids})
        return ids, [_to_message(row) for row in rows]

    async def _mark(self, session: Session, ids: Sequence[int]) -> None:
        await session.execute(self._marking, {"ids": ids, **session.now_given()})


def _to_message(row: Any) -> Message:
    return Message(topic=row["topic"], key=row["key"], headers=row["headers"], value=row["value"])
