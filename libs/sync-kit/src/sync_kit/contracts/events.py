"""Every event that passes between services: past facts, frozen, one model each.

The version is in the type name; a new optional field keeps it, anything else makes a new type. Order is never
assumed: each event carries the number that makes applying it a max-merge (a tenant's version, a run's sequence, a
record's extraction_seq, a stage's progress_seq).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final

from pydantic import AwareDatetime, Field

from sync_kit.contracts import topics
from sync_kit.contracts.findings import Finding
from sync_kit.contracts.parts import CrmField, CrmTax, FieldChange, Part
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.topics import Topic
from sync_kit.contracts.vocabulary import (
    ConnectionState,
    Module,
    Outcome,
    RunMode,
    Sending,
    Stage,
    Vendor,
    WantedCause,
)


class Event(Part):
    """Root of all events. `type` and `topic` belong to the class; `tenant_id` is the key."""

    type: ClassVar[str]
    topic: ClassVar[Topic]

    tenant_id: str


# --- tenants.v1: the whole state of a tenant ---


class ConnectionFacts(Part):
    """One vendor link. `generation` grows with every new authorisation or disconnection: an older one is fenced off."""

    vendor: Vendor
    connection_id: str
    state: ConnectionState
    generation: int
    external_id: str | None = None
    """zoho_org_id or xero_tenant_id; None until a person has connected."""
    web_url: str | None = None
    """Where people open the vendor's pages, for links back to a record."""


class TenantChanged(Event):
    """The newest whole state of a tenant; `deleted` is its tombstone and final."""

    type: ClassVar[str] = "tenants.tenant-changed.v1"
    topic: ClassVar[Topic] = topics.TENANTS

    partner_id: str
    version: int
    deleted: bool = False
    connections: tuple[ConnectionFacts, ...] = ()


# --- mappings.v1 ---


class MappingChanged(Event):
    """The Zoho fields that a tenant's mapping needs beyond the standard ones, per module; the newest version wins."""

    type: ClassVar[str] = "mappings.mapping-changed.v1"
    topic: ClassVar[Topic] = topics.MAPPINGS

    version: int
    fields: Mapping[Module, tuple[str, ...]] = Field(default_factory=dict)


# --- zoho.metadata.v1 ---


class CrmDescribed(Event):
    """What a tenant's CRM has, so that a mapping can be checked against it: fields by module (those of a document's
    lines under `line_fields`) and taxes. Read at every check run and when somebody asks; the newest version wins."""

    type: ClassVar[str] = "zoho.crm-described.v1"
    topic: ClassVar[Topic] = topics.METADATA

    version: int
    described_at: AwareDatetime
    fields: Mapping[Module, tuple[CrmField, ...]] = Field(default_factory=dict)
    line_fields: Mapping[Module, tuple[CrmField, ...]] = Field(default_factory=dict)
    taxes: tuple[CrmTax, ...] = ()


# --- sync.runs.v1 ---


class RunSettings(Part):
    """The tenant's settings as the stages need them, frozen into the run."""

    books_start_date: date
    sending: Sending = Sending.USED


class RunRequested(Event):
    """A run begins. `run_seq` grows per tenant; a stage that has seen a later run's end ignores an earlier one.

    `retry_of` names the run whose held records are judged again although nothing changed; such a run reads nothing.
    With `retry_code` only those that are held for that reason, or wait for a record that is.
    """

    type: ClassVar[str] = "sync.run-requested.v1"
    topic: ClassVar[Topic] = topics.RUNS

    run_id: str
    run_seq: int
    mode: RunMode = RunMode.APPLY
    modules: tuple[Module, ...]
    since: AwareDatetime | None = None
    """Read documents modified since then instead of since the checkpoint."""
    settings: RunSettings
    retry_of: str | None = None
    retry_code: str | None = None
    requested_at: AwareDatetime


class RunCancelled(Event):
    """A person stops the run: no new extraction, no new intents; what is staged stays, open intents are settled."""

    type: ClassVar[str] = "sync.run-cancelled.v1"
    topic: ClassVar[Topic] = topics.RUNS

    run_id: str
    run_seq: int


class RunEnded(Event):
    """The scheduler closed the run; stages may forget their bookkeeping of it."""

    type: ClassVar[str] = "sync.run-ended.v1"
    topic: ClassVar[Topic] = topics.RUNS

    run_id: str
    run_seq: int


class StateRequested(Event):
    """The scheduler has heard nothing for long: each stage tells its newest state of the run again."""

    type: ClassVar[str] = "sync.state-requested.v1"
    topic: ClassVar[Topic] = topics.RUNS

    run_id: str
    run_seq: int


# --- zoho.records.v1 ---


class ExtractedRecord(Part):
    """One CRM record as Zoho words it, lines included.

    `extraction_seq` grows under the reader's lease per tenant: of two versions the higher one is newer.
    `fields` holds Zoho's API names; decimals are exact. A document's lines are under its subform's name.
    `lines_complete` is False when the lines do not add up even after a read by id. A record too large for one event
    travels as `parts` pieces with one extraction_seq, numbered from 1: each carries some of the lines, the first the
    rest of the fields too.
    """

    record_id: str
    extraction_seq: int
    modified_at: AwareDatetime
    deleted: bool = False
    lines_complete: bool = True
    part: int = 1
    parts: int = 1
    fields: Mapping[str, Any] = Field(default_factory=dict)


class RecordsExtracted(Event):
    """One page of records. `page` numbers the pages of a run and module."""

    type: ClassVar[str] = "zoho.records-extracted.v1"
    topic: ClassVar[Topic] = topics.RECORDS

    run_id: str
    module: Module
    page: int
    records: tuple[ExtractedRecord, ...]


class ModuleExtracted(Event):
    """Extraction of a module closed. `emitted` counts the distinct ids sent for this run so far; it only grows
    (wanted records may be sent after the close), so the larger one is the newer.

    `failure` is set when the vendor refused the module; what was emitted before still counts.
    """

    type: ClassVar[str] = "zoho.module-extracted.v1"
    topic: ClassVar[Topic] = topics.RECORDS

    run_id: str
    module: Module
    emitted: int
    watermark: AwareDatetime | None = None
    failure: Reason | None = None


class RecordsNotFound(Event):
    """Wanted records that the CRM no longer has."""

    type: ClassVar[str] = "zoho.records-not-found.v1"
    topic: ClassVar[Topic] = topics.RECORDS

    run_id: str
    module: Module
    extraction_seq: int
    record_ids: tuple[str, ...]


# --- zoho.wanted.v1 ---


class RecordsWanted(Event):
    """Records whose payload is needed (again). With cause page_unreadable, `page` names the page of `run_id`
    instead of ids."""

    type: ClassVar[str] = "zoho.records-wanted.v1"
    topic: ClassVar[Topic] = topics.WANTED

    run_id: str
    module: Module
    cause: WantedCause
    record_ids: tuple[str, ...] = ()
    page: int | None = None


# --- sync.results.v1 ---


class RecordLabel(Part):
    """How people know the record: never an id alone. Missing parts are None."""

    number: str | None = None
    name: str | None = None
    dated: date | None = None
    total: Decimal | None = None
    currency: str | None = None


class RecordOutcome(Part):
    """What became of one record in this run; a later `settled_seq` replaces an earlier one.

    `document` is what it is (would be) in Xero: sales_invoice, bill, purchase_order, quote; None for other records.
    `status` is the status in Xero that it has (would have). `changes`: a rehearsal's would_update, field by field.
    """

    module: Module
    record_id: str
    outcome: Outcome
    settled_seq: int
    reasons: tuple[Reason, ...] = ()
    label: RecordLabel = RecordLabel()
    xero_id: str | None = None
    document: str | None = None
    status: str | None = None
    changes: tuple[FieldChange, ...] = ()
    settled_at: AwareDatetime


class RecordsSettled(Event):
    """Outcomes by record, cut by bytes."""

    type: ClassVar[str] = "sync.records-settled.v1"
    topic: ClassVar[Topic] = topics.RESULTS

    run_id: str
    outcomes: tuple[RecordOutcome, ...]


class ExtractionAnnounced(Event):
    """The reader's half of the equation: E, the distinct ids emitted for the module; it only grows."""

    type: ClassVar[str] = "sync.extraction-announced.v1"
    topic: ClassVar[Topic] = topics.RESULTS

    run_id: str
    module: Module
    emitted: int
    closed: bool
    failure: Reason | None = None


class ModuleAccounted(Event):
    """The writer's half: it has taken in `emitted` records (the reader's E), carried over `carried` more that the
    reader did not emit in this run, and every one of them has an outcome. `progress_seq` orders corrections.

    `settled_sum` adds up the settled_seq of those outcomes: the log that adds up to it holds the newest of each.
    """

    type: ClassVar[str] = "sync.module-accounted.v1"
    topic: ClassVar[Topic] = topics.RESULTS

    run_id: str
    module: Module
    progress_seq: int
    emitted: int
    carried: int
    settled_sum: int


class StageReported(Event):
    """A stage's state in a run, whole; the highest `progress_seq` wins.

    `state`: working, waiting (until `waiting_until`, or until something happens when that is None), done, failed,
    cancelled. `calls` are vendor calls made for this run (OAuth not counted), `least_calls` what the same work needs
    at the least, None until known.
    """

    type: ClassVar[str] = "sync.stage-reported.v1"
    topic: ClassVar[Topic] = topics.RESULTS

    run_id: str
    stage: Stage
    progress_seq: int
    state: str
    calls: int = 0
    least_calls: int | None = None
    waiting_until: AwareDatetime | None = None
    waiting_for: Reason | None = None
    failure: Reason | None = None


class FindingsReported(Event):
    """What one stage of a check run found out about the set-up, whole; the highest `progress_seq` wins.

    `facts` are plain answers that the findings rest on and that people read: the names of both sides, currencies,
    lock dates, limits. Reader: zoho_organisation, zoho_country, zoho_currency, zoho_calls_left, zoho_calls_needed.
    Writer: xero_organisation, xero_country, xero_currency, xero_demo_company, xero_pays_tax, period_lock_date,
    end_of_year_lock_date, xero_calls_left, xero_calls_needed.
    """

    type: ClassVar[str] = "sync.findings-reported.v1"
    topic: ClassVar[Topic] = topics.RESULTS

    run_id: str
    stage: Stage
    progress_seq: int
    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, str | int | Decimal | bool | None] = Field(default_factory=dict)


EVENT_TYPES: Final[Mapping[str, type[Event]]] = {
    event.type: event
    for event in (
        TenantChanged,
        MappingChanged,
        CrmDescribed,
        RunRequested,
        RunCancelled,
        RunEnded,
        StateRequested,
        RecordsExtracted,
        ModuleExtracted,
        RecordsNotFound,
        RecordsWanted,
        RecordsSettled,
        ExtractionAnnounced,
        ModuleAccounted,
        StageReported,
        FindingsReported,
    )
}
