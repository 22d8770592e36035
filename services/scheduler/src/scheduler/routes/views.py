"""Turn what use cases return into what the API shows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from scheduler.domain.run_state import ModuleAccount
from scheduler.routes.reason_views import show_reason
from scheduler.schemas.log import ChangeView, LabelView, LogEntryView
from scheduler.schemas.runs import CallsView, ModuleView, RunResource
from scheduler.schemas.settings import GoAheadBody, SettingsView
from scheduler.usecases.read_readiness import Readiness
from scheduler.usecases.show_run import RunView
from sync_kit.contracts.reason_catalogue import explain
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import ConnectionState, Outcome, RunMode, Stage, Vendor
from sync_kit.tenants import TenantRow

STAGE_OF_VENDOR: Mapping[Vendor, Stage] = {Vendor.ZOHO: Stage.READER, Vendor.XERO: Stage.WRITER}


def show_settings(tenant: TenantRow, readiness: Readiness) -> SettingsView:
    """A tenant's settings with what is still missing."""
    settings = readiness.settings
    named = settings.go_ahead_xero_tenant_id
    return SettingsView(
        tenant_id=tenant.tenant_id,
        books_start_date=settings.books_start_date,
        directions=settings.directions,
        sending=settings.sending,
        go_ahead=GoAheadBody(xero_tenant_id=named) if named else None,
        connected=tuple(facts.vendor for facts in tenant.event.connections if facts.state == ConnectionState.CONNECTED),
        missing=tuple(fault.what for fault in readiness.list_missing(RunMode.APPLY)),
        updated_at=settings.updated_at,
    )


def show_run(view: RunView) -> RunResource:
    """A run with its modules, calls and what it waits for."""
    waiting = view.waiting
    return RunResource(
        run_id=view.row["run_id"],
        tenant_id=view.row["tenant_id"],
        mode=view.row["mode"],
        state=view.row["state"],
        modules=tuple(_show_module(account) for account in view.modules),
        calls={vendor: _show_calls(view, stage) for vendor, stage in STAGE_OF_VENDOR.items()},
        books_start_date=view.row["books_start_date"],
        since=view.row["since"],
        retry_of=view.row["retry_of"],
        retry_code=view.row["retry_code"],
        requested_at=view.row["requested_at"],
        ended_at=view.row["ended_at"],
        cancel_requested_at=view.row["cancel_requested_at"],
        seconds=view.seconds,
        waiting_until=waiting.waiting_until if waiting else None,
        waiting_for=explain(waiting.waiting_for) if waiting and waiting.waiting_for else None,
        failure=show_reason(view.failure) if view.failure else None,
    )


def _show_module(account: ModuleAccount) -> ModuleView:
    counts = {outcome.value: account.outcomes.get(outcome, 0) for outcome in Outcome}
    return ModuleView(
        module=account.module,
        extracted=account.emitted,
        expected=account.expected,
        settled=account.settled,
        failure=show_reason(account.failure) if account.failure else None,
        **counts,
    )


def _show_calls(view: RunView, stage: Stage) -> CallsView:
    report = view.stages.get(stage)
    return CallsView(used=report.calls if report else 0, least=report.least_calls if report else None)


def show_entry(row: RowMapping) -> LogEntryView:
    """One line of the log."""
    label: Mapping[str, Any] = row["label"]
    return LogEntryView(
        run_id=row["run_id"],
        module=row["module"],
        record_id=row["record_id"],
        outcome=row["outcome"],
        label=LabelView(**label),
        reasons=tuple(show_reason(Reason.model_validate(reason)) for reason in row["reasons"]),
        xero_id=row["xero_id"],
        document=row["document"],
        status=row["status"],
        changes=tuple(ChangeView(**change) for change in row["changes"] or ()),
        settled_at=row["settled_at"],
    )
