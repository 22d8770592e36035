"""Turn what use cases return into what the API shows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from scheduler import schemas
from scheduler.domain.causes import Cause
from scheduler.domain.readiness import GoAhead, list_what_is_missing
from scheduler.domain.run_state import ModuleAccount
from scheduler.usecases.change_settings import SyncSettings
from scheduler.usecases.show_run import RunView
from sync_kit.contracts.reason_catalogue import advise, explain, get_reason_entry
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import ConnectionState, Outcome, Stage, Vendor
from sync_kit.tenants import TenantRow

STAGE_OF_VENDOR: Mapping[Vendor, Stage] = {Vendor.ZOHO: Stage.READER, Vendor.XERO: Stage.WRITER}


def show_reason(reason: Reason) -> schemas.ReasonView:
    """A reason in the catalogue's words."""
    return schemas.ReasonView(
        code=reason.code,
        sentence=explain(reason),
        who=get_reason_entry(reason.code).who,
        what_to_do=advise(reason),
        facts=reason.facts,
        vendor_words=reason.vendor_words,
    )


def show_settings(tenant: TenantRow, settings: SyncSettings) -> schemas.SettingsView:
    """A tenant's settings with what is still missing."""
    named = settings.go_ahead_xero_tenant_id
    connections = tenant.event.connections
    return schemas.SettingsView(
        tenant_id=tenant.tenant_id,
        books_start_date=settings.books_start_date,
        modules=settings.modules,
        sending=settings.sending,
        go_ahead=schemas.GoAheadBody(xero_tenant_id=named) if named else None,
        connected=tuple(facts.vendor for facts in connections if facts.state == ConnectionState.CONNECTED),
        missing=tuple(
            fault.what for fault in list_what_is_missing(GoAhead(settings.books_start_date, named), connections)
        ),
        updated_at=settings.updated_at,
    )


def show_run(view: RunView) -> schemas.RunResource:
    """A run with its modules, calls and what it waits for."""
    waiting = view.waiting
    return schemas.RunResource(
        run_id=view.row["run_id"],
        tenant_id=view.row["tenant_id"],
        state=view.row["state"],
        modules=tuple(_show_module(account) for account in view.modules),
        calls={vendor: _show_calls(view, stage) for vendor, stage in STAGE_OF_VENDOR.items()},
        since=view.row["since"],
        retry_of=view.row["retry_of"],
        requested_at=view.row["requested_at"],
        ended_at=view.row["ended_at"],
        cancel_requested_at=view.row["cancel_requested_at"],
        seconds=view.seconds,
        waiting_until=waiting.waiting_until if waiting else None,
        waiting_for=explain(waiting.waiting_for) if waiting and waiting.waiting_for else None,
        failure=show_reason(view.failure) if view.failure else None,
    )


def _show_module(account: ModuleAccount) -> schemas.ModuleView:
    counts = {outcome.value: account.outcomes.get(outcome, 0) for outcome in Outcome}
    return schemas.ModuleView(
        module=account.module,
        extracted=account.emitted,
        expected=account.expected,
        settled=account.settled,
        failure=show_reason(account.failure) if account.failure else None,
        **counts,
    )


def _show_calls(view: RunView, stage: Stage) -> schemas.CallsView:
    report = view.stages.get(stage)
    return schemas.CallsView(used=report.calls if report else 0, least=report.least_calls if report else None)


def show_entry(row: RowMapping) -> schemas.LogEntryView:
    """One line of the log."""
    label: Mapping[str, Any] = row["label"]
    return schemas.LogEntryView(
        run_id=row["run_id"],
        module=row["module"],
        record_id=row["record_id"],
        outcome=row["outcome"],
        label=schemas.LabelView(**label),
        reasons=tuple(show_reason(Reason.model_validate(reason)) for reason in row["reasons"]),
        xero_id=row["xero_id"],
        settled_at=row["settled_at"],
    )


def show_cause(cause: Cause) -> schemas.CauseView:
    """One line of the roll-up."""
    reason = show_reason(cause.example)
    return schemas.CauseView(
        code=cause.code,
        sentence=reason.sentence,
        who=reason.who,
        what_to_do=reason.what_to_do,
        records=cause.records,
        waiting=cause.waiting,
        money=cause.money,
    )
