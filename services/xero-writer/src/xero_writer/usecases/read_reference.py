"""Read Xero's reference data when it is needed, keep it, and notice what changed."""

from collections.abc import Iterable

from sync_kit.errors import BadAnswerError
from sync_kit.store import Session
from xero_writer.clients.xero_accounting import XeroRequest
from xero_writer.domain.reference import (
    REFERENCE_PATHS,
    Reference,
    ReferencePart,
    digest_reference_part,
    parse_reference,
)
from xero_writer.store import references
from xero_writer.usecases.desk import Desk


async def read_parts(desk: Desk, parts: Iterable[ReferencePart]) -> frozenset[ReferencePart]:
    """Fetch these parts; returns those that differ from what was known (all that were not known)."""
    changed = set()
    for part in parts:
        answer = await desk.read(XeroRequest("GET", REFERENCE_PATHS[part]))
        try:
            digest = digest_reference_part(part, answer.body)
        except BadAnswerError as error:
            raise desk.trouble(f"Xero's {part.value} cannot be read") from error
        async with desk.writing() as session:
            before = await references.find_part(session, desk.partition, part.value)
            await references.save_part(
                session, desk.partition, part.value, payload=answer.body, digest=digest, run_id=desk.run_id
            )
            if desk.partition != desk.tenant_id:
                await references.show_part(session, desk.tenant_id, part.value, payload=answer.body, digest=digest)
        if before is None or before["digest"] != digest:
            changed.add(part)
    return frozenset(changed)


async def load_reference(session: Session, tenant_id: str) -> Reference | None:
    """What is kept, or None while a part of it was never read."""
    rows = await references.list_parts(session, tenant_id)
    known = {part.value for part in ReferencePart}
    bodies = {ReferencePart(row["part"]): row["payload"] for row in rows if row["part"] in known}
    if bodies.keys() != set(ReferencePart):
        return None
    return parse_reference(bodies)


async def list_unread(session: Session, tenant_id: str) -> list[ReferencePart]:
    """Parts that were never read."""
    known = {row["part"] for row in await references.list_parts(session, tenant_id)}
    return [part for part in ReferencePart if part.value not in known]
