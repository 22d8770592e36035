"""What the CRM has, as last told; and the wish to read it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from sync_kit.contracts.events import CrmDescribed
from sync_kit.store import Session
from zoho_reader.store.tables import crm_descriptions, description_requests


@dataclass(frozen=True)
class DescriptionRow:
    """The newest description, and the facts of `/org` as they were read with it."""

    event: CrmDescribed
    organisation: Mapping[str, Any]


@dataclass(frozen=True)
class RequestRow:
    """A wish to read the fields again. `until_at`: not before then."""

    requested_at: datetime
    attempts: int
    until_at: datetime | None


async def find_description(session: Session, tenant_id: str) -> DescriptionRow | None:
    """None before the first."""
    row = await session.fetch_one(select(crm_descriptions).where(crm_descriptions.c.tenant_id == tenant_id))
    if row is None:
        return None
    event = CrmDescribed.model_validate(
        {
            "tenant_id": tenant_id,
            "version": row["version"],
            "described_at": row["described_at"],
            **row["body"],
        }
    )
    return DescriptionRow(event, row["organisation"] or {})


async def save_description(session: Session, event: CrmDescribed, organisation: Mapping[str, Any]) -> None:
    """Put the newest in place of what was there."""
    body = event.model_dump(mode="json", include={"fields", "line_fields"})
    body["taxes"] = [{"name": tax.name, "percent": tax.percent} for tax in event.taxes]
    row = {
        "tenant_id": event.tenant_id,
        "version": event.version,
        "described_at": event.described_at,
        "body": body,
        "organisation": dict(organisation),
    }
    await session.upsert(
        crm_descriptions, [row], key=("tenant_id",), update=("version", "described_at", "body", "organisation")
    )


async def request_description(session: Session, tenant_id: str) -> None:
    """Somebody wants it read again, now."""
    row = {"tenant_id": tenant_id, "requested_at": await session.now(), "attempts": 0, "until_at": None}
    await session.upsert(
        description_requests, [row], key=("tenant_id",), update=("requested_at", "attempts", "until_at")
    )


async def find_description_request(session: Session, tenant_id: str) -> RequestRow | None:
    """The open wish, if there is one."""
    row = await session.fetch_one(select(description_requests).where(description_requests.c.tenant_id == tenant_id))
    return None if row is None else RequestRow(row["requested_at"], row["attempts"], row["until_at"])


async def put_off_description(session: Session, tenant_id: str, *, attempts: int, until_at: datetime) -> None:
    """Zoho is in trouble: not before then."""
    await session.execute(
        update(description_requests)
        .where(description_requests.c.tenant_id == tenant_id)
        .values(attempts=attempts, until_at=until_at)
    )


async def settle_description_request(session: Session, tenant_id: str) -> None:
    """The wish is fulfilled."""
    await session.execute(delete(description_requests).where(description_requests.c.tenant_id == tenant_id))
