"""What the stages of check runs told of a tenant's set-up."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, delete, select

from scheduler.domain.connected_pair import Pair
from scheduler.domain.readiness import StageFindings
from scheduler.store.tables import check_findings, runs
from sync_kit.contracts.findings import Finding
from sync_kit.contracts.vocabulary import RunMode, Stage
from sync_kit.store import Session

NEWEST_READ: Final = 8
"""Reports that are looked through for what is known of a pair."""

_OF_RUN: Final = select(check_findings).where(check_findings.c.run_id == bindparam("run_id"))


async def report_findings(session: Session, report: Mapping[str, Any]) -> None:
    """A stage's findings, whole: the highest progress_seq wins."""
    await session.upsert(
        check_findings,
        [dict(report)],
        key=["run_id", "stage"],
        update=["progress_seq", "findings", "facts"],
        only_if=lambda new, old: new.progress_seq > old.c.progress_seq,
    )


async def list_told(session: Session, run_id: str) -> dict[Stage, StageFindings]:
    """What each stage told of this check, as far as it has."""
    rows = await session.fetch_all(_OF_RUN, {"run_id": run_id})
    return {
        Stage(row["stage"]): StageFindings(
            tuple(Finding.model_validate(finding) for finding in row["findings"]), row["facts"]
        )
        for row in rows
    }


async def find_newest_check(session: Session, tenant_id: str) -> RowMapping | None:
    """The tenant's newest check run, ended or not."""
    row = runs.c
    return await session.fetch_one(
        select(runs).where(row.tenant_id == tenant_id, row.mode == RunMode.CHECK).order_by(row.run_seq.desc()).limit(1)
    )


async def find_newest_facts(session: Session, tenant_id: str, pair: Pair) -> dict[str, Any]:
    """What is known of this pair's organisations: each stage's facts of its newest check that told any."""
    row = runs.c
    told = await session.fetch_all(
        select(check_findings.c.facts)
        .join(runs, row.run_id == check_findings.c.run_id)
        .where(
            row.tenant_id == tenant_id, row.zoho_org_id == pair.zoho_org_id, row.xero_tenant_id == pair.xero_tenant_id
        )
        .order_by(row.run_seq.desc())
        .limit(NEWEST_READ)
    )
    return {name: value for one in reversed(told) for name, value in one["facts"].items()}


async def forget_checks(session: Session, tenant_id: str) -> None:
    """Remove what was found of a deleted tenant."""
    await session.execute(delete(check_findings).where(check_findings.c.tenant_id == tenant_id))
