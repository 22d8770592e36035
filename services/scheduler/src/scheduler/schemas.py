"""What the API takes and gives."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from sync_kit.contracts.vocabulary import MODULE_ORDER, Module, Outcome, Sending, Vendor

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Money = Annotated[Decimal, PlainSerializer(str, return_type=str)]
"""An exact amount; text in JSON, since JSON's readers make floats of numbers."""


class Body(BaseModel):
    """Requests: unknown members are refused, so that a typing error never passes in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GoAheadBody(Body):
    """The consent to write: it names the Xero organisation that may be written to."""

    xero_tenant_id: Annotated[str, Field(min_length=1, max_length=64)]


class SettingsBody(Body):
    """A tenant's decisions. Documents dated before `books_start_date` never go."""

    books_start_date: date | None = None
    modules: Annotated[tuple[Module, ...], Field(max_length=len(MODULE_ORDER))] = MODULE_ORDER
    sending: Sending = Sending.USED
    go_ahead: GoAheadBody | None = None


class SettingsView(BaseModel):
    """The settings, and which vendors are connected as far as this service has heard."""

    tenant_id: str
    books_start_date: date | None
    modules: tuple[Module, ...]
    sending: Sending
    go_ahead: GoAheadBody | None
    connected: tuple[Vendor, ...]
    missing: tuple[str, ...] = Field(description="What a first sync still waits for, in sentences.")
    updated_at: AwareDatetime | None


class StartRunBody(Body):
    """Ask for a sync. No modules: those of the settings. `since` reads documents modified since then again."""

    tenant_id: Id
    modules: Annotated[tuple[Module, ...], Field(max_length=len(MODULE_ORDER))] = ()
    since: AwareDatetime | None = None


class ReasonView(BaseModel):
    """A reason in words. `facts` are the figures in the sentence."""

    code: str
    sentence: str
    who: str
    what_to_do: str
    facts: Mapping[str, Any]
    vendor_words: str | None


class ModuleView(BaseModel):
    """One module of a run. `extracted` is null until the reader has told; `expected` until both stages have."""

    module: Module
    extracted: int | None
    expected: int | None
    settled: int
    created: int
    updated: int
    linked: int
    unchanged: int
    locked: int
    skipped: int
    blocked: int
    failed: int
    failure: ReasonView | None


class CallsView(BaseModel):
    """Vendor calls made for the run, and the least possible for the same work (null until known)."""

    used: int
    least: int | None


class RunResource(BaseModel):
    """A run."""

    run_id: str
    tenant_id: str
    state: str
    modules: tuple[ModuleView, ...]
    calls: Mapping[Vendor, CallsView]
    since: AwareDatetime | None
    retry_of: str | None
    requested_at: AwareDatetime
    ended_at: AwareDatetime | None
    cancel_requested_at: AwareDatetime | None
    seconds: Decimal
    waiting_until: AwareDatetime | None
    waiting_for: str | None
    failure: ReasonView | None


class LabelView(BaseModel):
    """How people know the record."""

    number: str | None
    name: str | None
    dated: date | None
    total: Money | None
    currency: str | None


class LogEntryView(BaseModel):
    """What became of one record in one run, and why."""

    run_id: str
    module: Module
    record_id: str
    outcome: Outcome
    label: LabelView
    reasons: tuple[ReasonView, ...]
    xero_id: str | None
    settled_at: AwareDatetime


class CauseView(BaseModel):
    """One thing to mend. `waiting` are records that only wait for such a record."""

    code: str
    sentence: str
    who: str
    what_to_do: str
    records: int
    waiting: int
    money: Mapping[str, Money]


class LogSummary(BaseModel):
    """What did not go in a run, by cause, the most money first: held back, and not meant to go."""

    run_id: str
    held: tuple[CauseView, ...]
    skipped: tuple[CauseView, ...]


class ReasonEntryView(BaseModel):
    """A line of the published catalogue."""

    code: str
    kind: str
    sentence: str
    who: str
    what_to_do: str
    heals: bool
    reopened_by: tuple[str, ...]


class ReasonList(BaseModel):
    """The whole catalogue."""

    items: tuple[ReasonEntryView, ...]
