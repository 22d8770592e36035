"""Turn a readiness report into what the API shows."""

from collections.abc import Mapping
from typing import Any

from scheduler.domain.readiness import propose
from scheduler.routes.reason_views import show_cause, show_finding, show_forecast
from scheduler.schemas.readiness import LockDatesView, OrganisationView, PairView, ReadinessView, StartDateView
from scheduler.usecases.show_readiness import ReadinessReport
from sync_kit.contracts.vocabulary import Vendor

NEVER_CHECKED = "never_checked"


def show_readiness(tenant_id: str, report: ReadinessReport) -> ReadinessView:
    """The report as JSON will have it."""
    ready, check, run = report.readiness, report.readiness.check, report.run
    obstacles = ready.obstacles
    facts = report.facts
    return ReadinessView(
        tenant_id=tenant_id,
        run_id=check.run_id if check else None,
        state=check.state if check else NEVER_CHECKED,
        green=not obstacles,
        go_ahead_given=ready.go_ahead_given,
        first_sync_accepted=ready.written_before,
        next=report.next,
        obstacles=tuple(fault.what for fault in obstacles),
        organisations={
            Vendor.ZOHO: _show_organisation(facts, "zoho", check.pair.zoho_org_id if check else None),
            Vendor.XERO: _show_organisation(facts, "xero", check.pair.xero_tenant_id if check else None),
        },
        lock_dates=LockDatesView(period=facts.get("period_lock_date"), end_of_year=facts.get("end_of_year_lock_date")),
        start_date=StartDateView(
            chosen=ready.settings.books_start_date,
            checked_with=check.start_date if check else None,
            proposed=propose(check) if check else None,
        ),
        pair=PairView(zoho_org_id=check.pair.zoho_org_id, xero_tenant_id=check.pair.xero_tenant_id) if check else None,
        findings=tuple(show_finding(finding) for finding in report.findings),
        would_happen=show_forecast(report.lines, report.organisation) if run else None,
        held=tuple(show_cause(cause) for cause in report.held),
        facts=facts,
        checked_at=run.row["ended_at"] if run else None,
    )


def _show_organisation(facts: Mapping[str, Any], side: str, organisation_id: str | None) -> OrganisationView:
    return OrganisationView(
        id=organisation_id,
        name=facts.get(f"{side}_organisation"),
        country=facts.get(f"{side}_country"),
        base_currency=facts.get(f"{side}_currency"),
    )
