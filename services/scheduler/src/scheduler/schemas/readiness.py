"""Readiness: asked for and shown."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from scheduler.schemas.fields import Body, Id
from scheduler.schemas.log import CauseView, ForecastView
from scheduler.schemas.reasons import FindingView
from sync_kit.contracts.vocabulary import Vendor


class StartCheckBody(Body):
    """Ask for a check of a tenant's set-up."""

    tenant_id: Id


class OrganisationView(BaseModel):
    """One side. What is null was not told yet."""

    id: str | None = Field(description="zoho_org_id or xero_tenant_id")
    name: str | None
    country: str | None
    base_currency: str | None


class LockDatesView(BaseModel):
    """Xero's lock dates; nothing dated on or before them is touched."""

    period: date | None
    end_of_year: date | None


class PairView(BaseModel):
    """The organisations that a check was made for."""

    zoho_org_id: str
    xero_tenant_id: str


class StartDateView(BaseModel):
    """The start date that the check was made with; `proposed` is what would fit the lock dates."""

    chosen: date | None
    checked_with: date | None
    proposed: date | None


class ReadinessView(BaseModel):
    """The newest check of a tenant. `state`: never_checked, or the check run's. `green`: nothing stops a first sync but
    the go-ahead. `obstacles` are what keeps it from being green, in sentences; `next` is the nearest step."""

    tenant_id: str
    run_id: str | None
    state: str
    green: bool
    go_ahead_given: bool
    first_sync_accepted: bool
    next: str
    obstacles: tuple[str, ...]
    organisations: Mapping[Vendor, OrganisationView]
    lock_dates: LockDatesView
    start_date: StartDateView
    pair: PairView | None
    findings: tuple[FindingView, ...]
    would_happen: ForecastView | None
    held: tuple[CauseView, ...]
    facts: Mapping[str, Any]
    checked_at: AwareDatetime | None
