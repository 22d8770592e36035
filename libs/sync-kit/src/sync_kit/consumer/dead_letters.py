"""Dead letters as an operator sees them: what was set aside and why, and the way back through the same handlers.

A replayed letter lies among the parked events that were let through; the service takes it in within about half a
minute. When its handler fails again, it is a dead letter again.
"""

import argparse
import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TextIO

from sqlalchemy import delete, func, select

from sync_kit.contracts import codec
from sync_kit.store import KitTables, Session, Store

MOST_AT_ONCE: Final = 100


async def list_dead_letters(session: Session, tables: KitTables, *, most: int) -> list[Mapping[str, Any]]:
    """The newest first, without payloads: ids, topic, type, reason, detail, size, when it was set aside."""
    dead = tables.dead_letters
    columns = [dead.c[name] for name in ("event_id", "tenant_id", "topic", "headers", "reason", "detail")]
    rows = await session.fetch_all(
        select(*columns, dead.c.set_aside_at, func.length(dead.c.value).label("bytes"))
        .order_by(dead.c.set_aside_at.desc(), dead.c.event_id)
        .limit(most)
    )
    return [{**{k: v for k, v in row.items() if k != "headers"}, "type": row["headers"].get("ce_type")} for row in rows]


async def replay_dead_letters(session: Session, tables: KitTables, event_ids: Sequence[str] | None) -> list[str]:
    """Put these back, at most 100 of all when None; returns the ids of those that were there."""
    dead = tables.dead_letters
    chosen = select(dead).order_by(dead.c.set_aside_at, dead.c.event_id).limit(MOST_AT_ONCE)
    if event_ids is not None:
        chosen = chosen.where(dead.c.event_id.in_(event_ids))
    rows = await session.fetch_all(chosen.with_for_update())
    if not rows:
        return []
    now = await session.now()
    released = [
        {
            "event_id": row["event_id"],
            "tenant_id": row["tenant_id"] or "",
            "topic": row["topic"],
            "headers": row["headers"],
            "value": row["value"],
            "parked_at": now,
            "released": True,
        }
        for row in rows
    ]
    await session.upsert(tables.parked_events, released, key=["event_id"], update=["released"])
    ids = [row["event_id"] for row in rows]
    await session.execute(delete(dead).where(dead.c.event_id.in_(ids)))
    return ids


def manage_dead_letters(
    arguments: Sequence[str], open_store: Callable[[], Store], tables: KitTables, *, program: str, out: TextIO
) -> int:
    """The command `dead-letters list [--most N]` or `dead-letters replay (--id ID ... | --all)` of a service.

    Returns the exit status: 0, or 1 when none of the letters asked for is there. Exits with 2 for anything else.
    """
    parser = argparse.ArgumentParser(prog=program)
    rooms = parser.add_subparsers(required=True)
    letters = rooms.add_parser("dead-letters", help="events that were set aside")
    commands = letters.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="one line of JSON each, the newest first; no payloads")
    listing.add_argument("--most", type=int, default=MOST_AT_ONCE)
    replaying = commands.add_parser("replay", help="put them back through the same handlers")
    which = replaying.add_mutually_exclusive_group(required=True)
    which.add_argument("--id", action="append", dest="ids", metavar="EVENT_ID")
    which.add_argument("--all", action="store_true")
    options = parser.parse_args(arguments)
    if options.command == "list":
        rows = asyncio.run(_list(open_store, tables, options.most))
        out.writelines(f"{codec.dumps(row).decode()}\n" for row in rows)
        return 0
    replayed = asyncio.run(_replay(open_store, tables, options.ids))
    out.writelines(f"{event_id} goes back\n" for event_id in replayed)
    if not replayed:
        out.write("no such dead letter\n" if options.ids else "no dead letters\n")
    return 0 if replayed or options.all else 1


async def _list(open_store: Callable[[], Store], tables: KitTables, most: int) -> list[Mapping[str, Any]]:
    store = open_store()
    try:
        async with store.reading() as session:
            return await list_dead_letters(session, tables, most=most)
    finally:
        await store.close()


async def _replay(open_store: Callable[[], Store], tables: KitTables, ids: Sequence[str] | None) -> list[str]:
    store = open_store()
    replayed: list[str] = []
    try:
        while True:
            async with store.transaction() as session:
                some = await replay_dead_letters(session, tables, ids)
            replayed += some
            if ids is not None or len(some) < MOST_AT_ONCE:
                return replayed
    finally:
        await store.close()
