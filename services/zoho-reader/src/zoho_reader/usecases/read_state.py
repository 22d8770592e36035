"""How a tenant's reading stands, for partners and operators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync_kit.identity import Principal
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner
from zoho_reader.domain.pace import Pace
from zoho_reader.domain.sources import Source
from zoho_reader.domain.steps import Task
from zoho_reader.store import KIT
from zoho_reader.store.checkpoints import CheckpointRow, list_checkpoints
from zoho_reader.store.columns import list_slow
from zoho_reader.store.credits import CreditHourRow, list_hours
from zoho_reader.store.deletions import list_deletion_checkpoints
from zoho_reader.store.runs import RunRow, find_current_run
from zoho_reader.store.tasks import list_tasks


@dataclass(frozen=True)
class ReadingState:
    """Checkpoints, the open run with its tasks, and what was spent at Zoho in the last 24 hours by hour.

    `slow` are modules that COQL cannot serve, with the cause.
    """

    checkpoints: Sequence[CheckpointRow]
    deletions: Mapping[Source, datetime]
    slow: Mapping[Source, str]
    run: RunRow | None
    tasks: Sequence[Task]
    hours: Sequence[CreditHourRow]


async def read_state(store: Store, principal: Principal, tenant_id: str) -> ReadingState:
    """The partner's own tenant. Raises NotFoundError for any other."""
    async with store.reading() as session:
        await get_tenant_of_partner(session, KIT, principal.partner_id, tenant_id)
        checkpoints = await list_checkpoints(session, tenant_id)
        run = await find_current_run(session, tenant_id)
        tasks = [] if run is None else await list_tasks(session, run)
        deletions = await list_deletion_checkpoints(session, tenant_id)
        slow = await list_slow(session, tenant_id, since=await session.now() - Pace().metadata_life)
        hours = await list_hours(session, tenant_id, await session.now() - timedelta(hours=24))
    return ReadingState(list(checkpoints.values()), deletions, slow, run, tasks, hours)
