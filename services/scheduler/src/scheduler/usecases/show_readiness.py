"""Readiness as people read it: what the newest check found, what a first sync would do, what it would hold back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.domain.causes import Cause, roll_up
from scheduler.domain.forecast import ForecastLine, forecast
from scheduler.domain.next_step import say_next
from scheduler.domain.readiness import list_findings
from scheduler.store import log, runs
from scheduler.usecases.read_readiness import Readiness, read_readiness
from scheduler.usecases.show_run import RunView, view_run
from sync_kit.contracts.findings import Finding
from sync_kit.contracts.reason_catalogue import explain
from sync_kit.contracts.vocabulary import HELD
from sync_kit.errors import NotFoundError
from sync_kit.store import Session
from sync_kit.tenants import TenantRow

UNNAMED = "the connected Xero organisation"


@dataclass(frozen=True)
class ReadinessReport:
    """Everything that is shown. `run` and what follows are empty until a check was started."""

    readiness: Readiness
    run: RunView | None = None
    findings: Sequence[Finding] = ()
    lines: Sequence[ForecastLine] = ()
    held: Sequence[Cause] = ()

    @property
    def facts(self) -> Mapping[str, Any]:
        """What both stages told in this check."""
        return self.readiness.check.facts if self.readiness.check is not None else {}

    @property
    def organisation(self) -> str:
        """The Xero organisation by name."""
        return str(self.facts.get("xero_organisation") or UNNAMED)

    @property
    def next(self) -> str:
        """What to do now."""
        ready = self.readiness
        waiting = self.run.waiting if self.run is not None else None
        return say_next(
            connections=ready.missing_connections,
            check=ready.check,
            settings=ready.settings,
            obstacles=ready.obstacles,
            go_ahead_given=ready.go_ahead_given,
            written_before=ready.written_before,
            organisation=self.organisation,
            waiting_for=explain(waiting.waiting_for) if waiting is not None and waiting.waiting_for else None,
        )


async def report_readiness(session: Session, tenant: TenantRow) -> ReadinessReport:
    """Read what the tenant's newest check told."""
    readiness = await read_readiness(session, tenant.tenant_id, tenant.event.connections)
    check = readiness.check
    if check is None:
        return ReadinessReport(readiness)
    row = await runs.find_run(session, check.run_id)
    if row is None:
        raise NotFoundError(f"no run {check.run_id}")
    return ReadinessReport(
        readiness,
        run=await view_run(session, row),
        findings=list_findings(check, readiness.settings),
        lines=await log.fold_foreseen(session, tenant.tenant_id, check.run_id, forecast),
        held=await log.fold_held(session, tenant.tenant_id, check.run_id, HELD, roll_up),
    )


async def find_organisation_name(session: Session, tenant: TenantRow) -> str:
    """The connected Xero organisation's name as a check has told it."""
    readiness = await read_readiness(session, tenant.tenant_id, tenant.event.connections)
    return str(readiness.facts.get("xero_organisation") or UNNAMED)
