"""What was emitted: sequence numbers, pages, and which record went on which page."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, and_, bindparam, delete, select

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from sync_kit.store.statements import Kind, insert_into
from zoho_reader.domain.assembly import Emission
from zoho_reader.store.runs import RunRow
from zoho_reader.store.tables import emissions, tenant_counters


async def take_extraction_seq(session: Session, tenant_id: str) -> int:
    """The tenant's next number. Call it under the fence: then a higher number is a later read."""
    seq: int = await session.fetch_value(_take_seq(session.kind), {"tenant_id": tenant_id})
    return seq


@cache
def _take_seq(kind: Kind) -> Executable:
    first = insert_into(kind, tenant_counters).values(tenant_id=bindparam("tenant_id"), extraction_seq=1)
    seq = tenant_counters.c.extraction_seq
    return first.on_conflict_do_update(index_elements=["tenant_id"], set_={"extraction_seq": seq + 1}).returning(seq)


async def note_emissions(session: Session, run: RunRow, module: Module, emitted: Sequence[Emission]) -> None:
    """Remember on which pages records went; the newest version's pages take the place of older ones."""
    now = await session.now()
    await session.upsert(
        emissions,
        [
            {
                "tenant_id": run.tenant_id,
                "run_id": run.run_id,
                "module": module.value,
                "record_id": emission.record_id,
                "first_page": emission.first_page,
                "last_page": emission.last_page,
                "emitted_at": now,
            }
            for emission in emitted
        ],
        key=("tenant_id", "run_id", "module", "record_id"),
        update=("first_page", "last_page", "emitted_at"),
    )


async def list_on_page(session: Session, tenant_id: str, run_id: str, module: Module, page: int) -> list[str]:
    """Ids of the records whose newest version went on that page."""
    columns = emissions.c
    rows = await session.fetch_all(
        select(columns.record_id).where(
            and_(columns.tenant_id == tenant_id, columns.run_id == run_id, columns.module == module.value),
            columns.first_page <= page,
            columns.last_page >= page,
        )
    )
    return [row["record_id"] for row in rows]


async def purge_emissions(session: Session, before: datetime) -> int:
    """Forget what was emitted before then: no page of that time can be asked for again."""
    result = await session.execute(delete(emissions).where(emissions.c.emitted_at < before))
    return int(result.rowcount)
