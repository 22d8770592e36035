"""First answers to idempotent requests, kept for a day."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping, delete, select

from scheduler.store.tables import idempotent_answers
from sync_kit.store import Session

KEPT_FOR: Final = timedelta(hours=24)


async def find_answer(session: Session, client_id: str, key: str, *, now: datetime) -> RowMapping | None:
    """The first answer under this client's key, if it is not older than a day."""
    row = idempotent_answers.c
    return await session.fetch_one(
        select(idempotent_answers).where(
            row.client_id == client_id, row.idempotency_key == key, row.answered_at > now - KEPT_FOR
        )
    )


async def keep_answer(
    session: Session, client_id: str, key: str, *, request_digest: str, answer: dict[str, Any], now: datetime
) -> None:
    """Remember the answer; an expired one under the same key is replaced."""
    await session.upsert(
        idempotent_answers,
        [
            {
                "client_id": client_id,
                "idempotency_key": key,
                "request_digest": request_digest,
                "answer": answer,
                "answered_at": now,
            }
        ],
        key=["client_id", "idempotency_key"],
        update=["request_digest", "answer", "answered_at"],
    )


async def forget_old_answers(session: Session, *, now: datetime) -> None:
    """Drop what has expired."""
    await session.execute(delete(idempotent_answers).where(idempotent_answers.c.answered_at <= now - KEPT_FOR))
