"""A run as people follow it: progress by module, vendor calls, and what it waits for."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import RowMapping

from scheduler.domain.run_state import FINAL, ModuleAccount, RunState, StageAccount
from scheduler.store import KIT_TABLES, runs
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Stage
from sync_kit.errors import NotFoundError
from sync_kit.store import Session
from sync_kit.tenants import get_tenant_of_partner


@dataclass(frozen=True)
class RunView:
    """Everything that is told of a run. `seconds` is its age, or how long it took."""

    row: RowMapping
    modules: tuple[ModuleAccount, ...]
    stages: Mapping[Stage, StageAccount]
    seconds: Decimal

    @property
    def waiting(self) -> StageAccount | None:
        """The stage that waits, while the run does."""
        if RunState(self.row["state"]) in FINAL:
            return None
        return next((stage for stage in self.stages.values() if stage.state == "waiting"), None)

    @property
    def failure(self) -> Reason | None:
        """Why the run as a whole failed."""
        return Reason.model_validate(self.row["failure"]) if self.row["failure"] else None


async def get_run_of_partner(session: Session, partner_id: str, run_id: str) -> RowMapping:
    """The partner's own run. Raises NotFoundError alike for an unknown and a foreign one, without a word of its
    tenant."""
    row = await runs.find_run(session, run_id)
    if row is not None:
        with suppress(NotFoundError):
            await get_tenant_of_partner(session, KIT_TABLES, partner_id, row["tenant_id"])
            return row
    raise NotFoundError(f"no run {run_id}")


async def view_run(session: Session, row: RowMapping) -> RunView:
    """The run with its modules and stages as they stand now."""
    stages = await runs.list_stages(session, row["run_id"])
    until: datetime = row["ended_at"] or await session.now()
    return RunView(
        row=row,
        modules=tuple(await runs.list_modules(session, row["run_id"])),
        stages={stage.stage: stage for stage in stages},
        seconds=Decimal(str(round((until - row["requested_at"]).total_seconds(), 1))),
    )
