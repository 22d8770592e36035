"""What is known of a tenant's readiness: its settings, its newest check, and whether a sync was ever accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from scheduler.domain.connected_pair import Pair, find_pair, list_missing_connections
from scheduler.domain.readiness import Check, list_missing_decisions, list_missing_start_date, list_obstacles
from scheduler.domain.run_state import RunState
from scheduler.domain.sync_settings import SyncSettings
from scheduler.store import checks, first_applies, runs
from scheduler.usecases.change_settings import get_settings
from sync_kit.contracts.events import ConnectionFacts
from sync_kit.contracts.vocabulary import Module, RunMode, Sending
from sync_kit.errors import Fault
from sync_kit.store import Session


@dataclass(frozen=True)
class Readiness:
    """Where a tenant stands on the way to its first sync, and after it."""

    settings: SyncSettings
    pair: Pair | None
    missing_connections: Sequence[Fault]
    check: Check | None
    written_before: bool
    facts: Mapping[str, Any]
    """What is known of the connected pair, from its newest checks."""

    @property
    def obstacles(self) -> list[Fault]:
        """What keeps the check from being green."""
        return list_obstacles(self.check, self.settings, self.pair)

    @property
    def go_ahead_given(self) -> bool:
        """Whether a person has named the connected Xero organisation."""
        return self.pair is not None and self.settings.go_ahead_xero_tenant_id == self.pair.xero_tenant_id

    def list_missing(self, mode: RunMode) -> list[Fault]:
        """Why a run of this mode may not start, everything at once; empty when it may."""
        missing = list(self.missing_connections)
        if mode == RunMode.CHECK:
            return missing
        if mode == RunMode.PLAN:
            return missing + list_missing_start_date(self.settings)
        missing += list_missing_decisions(self.settings, self.pair)
        if self.written_before:
            return missing
        named = {"readiness.start_date_missing"}  # said once, by the settings
        return missing + [fault for fault in self.obstacles if fault.where not in named]


async def read_readiness(session: Session, tenant_id: str, connections: Sequence[ConnectionFacts]) -> Readiness:
    """Read it all."""
    pair = find_pair(connections)
    newest = await checks.find_newest_check(session, tenant_id)
    written_before = pair is not None and await first_applies.was_applied(session, tenant_id, pair)
    return Readiness(
        settings=await get_settings(session, tenant_id),
        pair=pair,
        missing_connections=list_missing_connections(connections),
        check=await _read_check(session, newest, written_before) if newest is not None else None,
        written_before=written_before,
        facts=await checks.find_newest_facts(session, tenant_id, pair) if pair is not None else {},
    )


async def _read_check(session: Session, run: RowMapping, written_before: bool) -> Check:
    accounts = await runs.list_modules(session, run["run_id"])
    return Check(
        run_id=run["run_id"],
        state=RunState(run["state"]),
        requested_at=run["requested_at"],
        pair=Pair(run["zoho_org_id"], run["xero_tenant_id"]),
        start_date=run["books_start_date"],
        modules=tuple(Module(name) for name in run["modules"]),
        sending=Sending(run["sending"]),
        told=await checks.list_told(session, run["run_id"]),
        refused={account.module: account.failure for account in accounts if account.failure is not None},
        outcomes={account.module: account.outcomes for account in accounts},
        written_before=written_before,
    )
