"""Intents: what is about to be sent, committed before it is, and open until its effect is known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import Executable, RowMapping, bindparam, func, select, update

from sync_kit.store import Session, now_of_store
from sync_kit.store.statements import Kind
from xero_writer.store.tables import intent_records, intents


class IntentState(StrEnum):
    """SENT: on its way, or its sender died. UNCERTAIN: its answer was lost or useless, its effect must be looked up.

    LOOK_UP: Xero answered and some elements' keys are taken: they must be looked up, at once. WAITING: looked up and
    not there; it goes again under its key when its time has come, or without a time when a run may send it.
    """

    SENT = "sent"
    UNCERTAIN = "uncertain"
    LOOK_UP = "look_up"
    WAITING = "waiting"


_WITHOUT_BODY: Final = select(*(column for column in intents.c if column.name != "body"))
_OPEN: Final = _WITHOUT_BODY.where(
    intents.c.tenant_id == bindparam("of_tenant"), intents.c.closed_at.is_(None)
).order_by(intents.c.first_sent_at, intents.c.intent_id)
_NEXT_DUE: Final = select(func.min(intents.c.due_at)).where(
    intents.c.tenant_id == bindparam("of_tenant"), intents.c.closed_at.is_(None)
)
_CLOSE_RECORDS: Final = (
    update(intent_records)
    .where(intent_records.c.intent_id == bindparam("of_intent"))
    .values(is_open=False, verdict=None)
)


async def add_intents(
    session: Session, rows: Sequence[Mapping[str, Any]], records: Sequence[Mapping[str, Any]]
) -> None:
    """New open intents with their records. IntegrityError when a record has an open one, or had that revision."""
    await session.insert(intents, rows)
    await session.insert(intent_records, records)


async def list_open(session: Session, tenant_id: str) -> Sequence[RowMapping]:
    """The tenant's open intents, oldest first, without their bytes."""
    return await session.fetch_all(_OPEN, {"of_tenant": tenant_id})


async def get_body(session: Session, intent_id: str) -> bytes:
    """The exact bytes of an open intent. Raises LookupError when it is closed or unknown."""
    body = await session.fetch_value(select(intents.c.body).where(intents.c.intent_id == intent_id))
    if body is None:
        raise LookupError(f"intent {intent_id} has no bytes")
    return bytes(body)


async def list_records(session: Session, intent_id: str, *, only_open: bool = True) -> Sequence[RowMapping]:
    """The records of an intent in the order of its body."""
    query = select(intent_records).where(intent_records.c.intent_id == intent_id)
    if only_open:
        query = query.where(intent_records.c.is_open)
    return await session.fetch_all(query.order_by(intent_records.c.position))


async def change_intent(session: Session, intent_id: str, **values: object) -> None:
    """Set columns of one intent."""
    await session.update_rows(intents, [{"intent_id": intent_id, **values}], key=["intent_id"], update=list(values))


async def mark_refused(session: Session, intent_id: str, positions: Iterable[int]) -> None:
    """Xero says that the business keys of these are taken."""
    await session.execute(
        update(intent_records)
        .where(intent_records.c.intent_id == intent_id, intent_records.c.position.in_(list(positions)))
        .values(refused=True)
    )


async def close_records(session: Session, intent_id: str, positions: Iterable[int]) -> None:
    """The effect on these records is known."""
    await session.execute(
        update(intent_records)
        .where(intent_records.c.intent_id == intent_id, intent_records.c.position.in_(list(positions)))
        .values(is_open=False, verdict=None)
    )


async def close_intent(session: Session, intent_id: str) -> None:
    """Nothing of it is unknown any more; its bytes go."""
    await session.execute(_close_intent(session.kind), {"of_intent": intent_id, **session.now_given()})
    await session.execute(_CLOSE_RECORDS, {"of_intent": intent_id})


@cache
def _close_intent(kind: Kind) -> Executable:
    that_intent = update(intents).where(intents.c.intent_id == bindparam("of_intent"))
    return that_intent.values(closed_at=now_of_store(kind), body=None)


async def get_intent(session: Session, intent_id: str) -> RowMapping:
    """One intent without its bytes. Raises LookupError."""
    row = await session.fetch_one(_WITHOUT_BODY.where(intents.c.intent_id == intent_id))
    if row is None:
        raise LookupError(f"no intent {intent_id}")
    return row


async def find_next_due(session: Session, tenant_id: str) -> datetime | None:
    """When the next open intent may be looked at."""
    moment: datetime | None = await session.fetch_value(_NEXT_DUE, {"of_tenant": tenant_id})
    return moment
