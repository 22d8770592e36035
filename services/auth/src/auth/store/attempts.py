"""Connection attempts: found by the digest of a one-time value, each used at most once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from auth.domain.attempt import Attempt
from auth.domain.connection import Organisation
from auth.store.tables import ATTEMPTS
from auth.store.vault import delete_secrets
from sync_kit.store import Session

_A = ATTEMPTS.c
_FIELDS = [
    _A.attempt_id,
    _A.connection_id,
    _A.tenant_id,
    _A.vendor,
    _A.data_centre,
    _A.return_url,
    _A.expires_at,
    _A.state_used_at,
    _A.state_expires_at,
    _A.completed_at,
    _A.grant_id,
    _A.choices,
]


async def insert_attempt(session: Session, attempt: Attempt, *, link_digest: str, forget_at: datetime) -> None:
    """A new attempt behind a link that nobody has opened."""
    row = {
        "attempt_id": attempt.attempt_id,
        "connection_id": attempt.connection_id,
        "tenant_id": attempt.tenant_id,
        "vendor": str(attempt.vendor),
        "data_centre": attempt.data_centre,
        "return_url": attempt.return_url,
        "expires_at": attempt.expires_at,
        "link_digest": link_digest,
        "created_at": await session.now(),
        "forget_at": forget_at,
    }
    await session.insert(ATTEMPTS, [row])


async def find_attempt_by_link(session: Session, link_digest: str) -> Attempt | None:
    """The attempt behind a link."""
    return await _find(session, _A.link_digest == link_digest)


async def find_attempt_by_state(session: Session, state_digest: str) -> Attempt | None:
    """The attempt that a vendor's answer names."""
    return await _find(session, _A.state_digest == state_digest)


async def find_attempt_by_choice(session: Session, choice_digest: str) -> Attempt | None:
    """The attempt whose page of organisations holds this token."""
    return await _find(session, _A.choice_digest == choice_digest)


async def find_open_choice(session: Session, connection_id: str) -> Attempt | None:
    """The newest attempt of a connection that waits for a person's choice, its time not being over."""
    now = await session.now()
    rows = await session.fetch_all(
        select(*_FIELDS)
        .where(_A.connection_id == connection_id, _A.completed_at.is_(None), _A.expires_at > now)
        .order_by(_A.created_at.desc(), _A.attempt_id)
    )
    return next((Attempt.from_row(dict(row)) for row in rows if row["choices"]), None)


async def change_attempt(session: Session, attempt_id: str, **changes: Any) -> None:
    """Note how far an attempt has come."""
    await session.execute(update(ATTEMPTS).where(_A.attempt_id == attempt_id).values(**changes))


async def use_state(session: Session, attempt: Attempt) -> bool:
    """Use up the attempt's state. False if another answer was quicker."""
    result = await session.execute(
        update(ATTEMPTS)
        .where(_A.attempt_id == attempt.attempt_id, _A.state_used_at.is_(None))
        .values(state_used_at=await session.now())
    )
    return result.rowcount == 1


async def offer_choices(
    session: Session,
    attempt_id: str,
    *,
    grant_id: str,
    choices: Sequence[Organisation],
    choice_digest: str,
    expires_at: datetime,
    forget_at: datetime,
) -> None:
    """Keep what a person may choose from, until then."""
    await change_attempt(
        session,
        attempt_id,
        grant_id=grant_id,
        choices=[vars(choice) for choice in choices],
        choice_digest=choice_digest,
        expires_at=expires_at,
        forget_at=forget_at,
    )


async def find_held_grant(session: Session, attempt_id: str) -> str | None:
    """The grant that an attempt holds on to."""
    grant_id: str | None = await session.fetch_value(select(_A.grant_id).where(_A.attempt_id == attempt_id))
    return grant_id


async def complete_attempt(session: Session, attempt_id: str) -> None:
    """Note the success and forget what it needed on the way."""
    await change_attempt(
        session, attempt_id, completed_at=await session.now(), choices=None, choice_digest=None, grant_id=None
    )
    await delete_secrets(session, [attempt_id])


async def forget_old_attempts(session: Session) -> Sequence[str]:
    """Delete attempts whose time to be forgotten has come; returns the grants that they held on to."""
    return await _forget(session, _A.forget_at <= await session.now())


async def forget_attempts_of_connection(
    session: Session, connection_id: str, *, but: str | None = None
) -> Sequence[str]:
    """Delete a connection's attempts except `but`; returns the grants that they held on to."""
    return await _forget(session, (_A.connection_id == connection_id) & (_A.attempt_id != (but or "")))


async def forget_attempts_of_tenant(session: Session, tenant_id: str) -> Sequence[str]:
    """Delete a tenant's attempts; returns the grants that they held on to."""
    return await _forget(session, _A.tenant_id == tenant_id)


async def _forget(session: Session, condition: ColumnElement[bool]) -> Sequence[str]:
    rows = await session.fetch_all(select(_A.attempt_id, _A.grant_id).where(condition))
    ids = [row["attempt_id"] for row in rows]
    if ids:
        await delete_secrets(session, ids)
        await session.execute(delete(ATTEMPTS).where(_A.attempt_id.in_(ids)))
    return [row["grant_id"] for row in rows if row["grant_id"] is not None]


async def _find(session: Session, condition: ColumnElement[bool]) -> Attempt | None:
    row = await session.fetch_one(select(*_FIELDS).where(condition))
    return None if row is None else Attempt.from_row(dict(row))
