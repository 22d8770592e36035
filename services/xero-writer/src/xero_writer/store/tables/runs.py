"""Runs as this stage knows them, and the outcomes that they are owed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from sync_kit.store import LongInteger
from xero_writer.store.tables.root import Table, json_column, time_column


class Run(Table, table=True):
    """A run as this stage knows it."""

    __tablename__ = "runs"

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    run_seq: int
    state: str
    """heard_of (its request has not come yet), requested, cancelled or ended."""
    mode: str | None = None
    """apply, plan or check; None until the request has come."""
    request: Any = Field(default=None, sa_column=json_column())
    opened: bool
    """What earlier runs left has been carried over."""
    reexamined: bool
    """What was held for something in Xero has been looked at again."""
    calls: int
    tell_again: bool
    told: Any = Field(default=None, sa_column=json_column())
    """The last report, without its number."""
    moved_at: datetime = Field(sa_column=time_column(nullable=False))
    """When something of it was last taken in or settled."""
    findings_digest: str | None = None
    """Of the findings told last (check runs)."""
    dropped_at: datetime | None = Field(default=None, sa_column=time_column())
    """Rehearsals: when their copy of the tenant's rows was deleted."""


class RunModule(Table, table=True):
    """One module of a run: the reader's announcement and what was told of it."""

    __tablename__ = "run_modules"

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    emitted: int | None = None
    """The reader's count; None until the module is closed."""
    failure: Any = Field(default=None, sa_column=json_column())
    told_emitted: int | None = None
    told_carried: int | None = None
    told_sum: int | None = Field(default=None, sa_type=LongInteger)


class RunRecord(Table, table=True):
    """One record that a run owes an outcome."""

    __tablename__ = "run_records"
    __table_args__ = (Index("ix_run_records_settled", "tenant_id", "run_id", "settled", "module"),)

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    emitted: bool
    settled: bool
    outcome: str | None = None
    reasons: Any = Field(default=None, sa_column=json_column())
    settled_seq: int = Field(sa_type=LongInteger)
    """Of the outcome told last; 0 before."""


class TenantCounter(Table, table=True):
    """Numbers that only grow, per tenant."""

    __tablename__ = "tenant_counters"

    tenant_id: str = Field(primary_key=True)
    settled_seq: int = Field(sa_type=LongInteger)
    progress_seq: int = Field(sa_type=LongInteger)
