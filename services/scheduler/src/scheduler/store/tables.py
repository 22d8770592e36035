"""The scheduler's tables. Only `store` touches them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Index, MetaData, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from sync_kit.store.kit_tables import KitTables
from sync_kit.store.types import DecimalText, JsonText, LongInteger, UtcDateTime

METADATA = MetaData()


class Table(SQLModel, registry=registry(metadata=METADATA)):
    """Root of this service's tables; the metadata is its own, so that four services can live in one process."""


class TenantSettings(Table, table=True):
    """What a tenant has decided about its syncs."""

    __tablename__ = "tenant_settings"

    tenant_id: str = Field(primary_key=True)
    books_start_date: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    directions: Any = Field(sa_column=Column(JsonText, nullable=False))
    sending: str
    go_ahead_xero_tenant_id: str | None = None
    updated_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Run(Table, table=True):
    """One sync of one tenant, with the settings and the pair of organisations that it was started for.

    Runs of before 0002 know neither settings nor pair.
    """

    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("tenant_id", "run_seq"),
        Index(
            "one_open_run_per_tenant",
            "tenant_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("runs_newest_first", "tenant_id", "requested_at"),
    )

    run_id: str = Field(primary_key=True)
    tenant_id: str
    run_seq: int
    mode: str
    modules: Any = Field(sa_column=Column(JsonText, nullable=False))
    since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    retry_of: str | None = None
    retry_code: str | None = None
    books_start_date: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    sending: str | None = None
    zoho_org_id: str | None = None
    xero_tenant_id: str | None = None
    state: str
    requested_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    cancel_requested_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    progressed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state_asked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    failure: Any = Field(default=None, sa_column=Column(JsonText, nullable=True))


class RunModule(Table, table=True):
    """The reader's and the writer's halves of one module's equation."""

    __tablename__ = "run_modules"

    run_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    position: int
    emitted: int | None = None
    closed: bool = False
    failure: Any = Field(default=None, sa_column=Column(JsonText, nullable=True))
    accounted_seq: int = 0
    taken_in: int | None = None
    carried: int | None = None
    settled_sum: int | None = Field(default=None, sa_column=Column(LongInteger, nullable=True))


class RunStage(Table, table=True):
    """The newest report of a stage."""

    __tablename__ = "run_stages"

    run_id: str = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    progress_seq: int
    state: str
    calls: int
    least_calls: int | None = None
    waiting_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    waiting_for: Any = Field(default=None, sa_column=Column(JsonText, nullable=True))
    failure: Any = Field(default=None, sa_column=Column(JsonText, nullable=True))


class CheckFindings(Table, table=True):
    """What one stage of a check run told of the tenant's set-up, whole."""

    __tablename__ = "check_findings"

    run_id: str = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    tenant_id: str = Field(index=True)
    progress_seq: int
    findings: Any = Field(sa_column=Column(JsonText, nullable=False))
    facts: Any = Field(sa_column=Column(JsonText, nullable=False))


class FirstApply(Table, table=True):
    """A pair of organisations that a sync was once accepted for: it needs no green check any more."""

    __tablename__ = "first_applies"

    tenant_id: str = Field(primary_key=True)
    zoho_org_id: str = Field(primary_key=True)
    xero_tenant_id: str = Field(primary_key=True)
    run_id: str
    accepted_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class LogEntry(Table, table=True):
    """The sync log: what became of one record in one run."""

    __tablename__ = "log_entries"
    __table_args__ = (
        Index("log_newest_first", "tenant_id", "settled_at", "run_id", "module", "record_id"),
        Index("log_outcomes", "run_id", "module", "outcome", "settled_seq"),  # all that a run is counted by
    )

    run_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    tenant_id: str
    settled_seq: int
    settled_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    outcome: str
    codes: str
    """The reason codes, each between bars: `|tax_unmapped|zero_total|`, so that one can be filtered for."""
    reasons: Any = Field(sa_column=Column(JsonText, nullable=False))
    label: Any = Field(sa_column=Column(JsonText, nullable=False))
    total: Any = Field(default=None, sa_column=Column(DecimalText, nullable=True))
    currency: str | None = None
    xero_id: str | None = None
    document: str | None = None
    status: str | None = None
    changes: Any = Field(default=None, sa_column=Column(JsonText, nullable=True))


class IdempotentAnswer(Table, table=True):
    """The first answer to an API client's Idempotency-Key, kept for 24 hours."""

    __tablename__ = "idempotent_answers"

    client_id: str = Field(primary_key=True)
    idempotency_key: str = Field(primary_key=True)
    request_digest: str
    answer: Any = Field(sa_column=Column(JsonText, nullable=False))
    answered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


KIT_TABLES = KitTables(METADATA)

tenant_settings = METADATA.tables["tenant_settings"]
runs = METADATA.tables["runs"]
run_modules = METADATA.tables["run_modules"]
run_stages = METADATA.tables["run_stages"]
check_findings = METADATA.tables["check_findings"]
first_applies = METADATA.tables["first_applies"]
log_entries = METADATA.tables["log_entries"]
idempotent_answers = METADATA.tables["idempotent_answers"]
