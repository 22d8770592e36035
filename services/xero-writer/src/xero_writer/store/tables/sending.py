"""What is sent to Xero: intents with their records, and what Xero said of its limits."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from sync_kit.store import LongInteger
from xero_writer.store.tables.root import Table, json_column, time_column


class Intent(Table, table=True):
    """What we are about to send to Xero, committed before it is sent; open until its effect is known."""

    __tablename__ = "intents"
    __table_args__ = (Index("ix_intents_open", "tenant_id", "closed_at"),)

    intent_id: str = Field(primary_key=True)
    tenant_id: str
    run_id: str | None = None
    method: str
    """PUT creates, POST updates."""
    path: str
    state: str
    """sent, uncertain (must be looked up), look_up (some keys are taken) or waiting (looked up, not there)."""
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The exact bytes; None once closed."""
    idempotency_key: str
    boot_id: str
    """The process that sent it last."""
    attempts: int
    first_sent_at: datetime = Field(sa_column=time_column(nullable=False))
    last_sent_at: datetime = Field(sa_column=time_column(nullable=False))
    due_at: datetime | None = Field(default=None, sa_column=time_column())
    """Not looked up or sent again before."""
    words: str | None = None
    """What Xero said when it refused the request as a whole."""
    closed_at: datetime | None = Field(default=None, sa_column=time_column())


class IntentRecord(Table, table=True):
    """One record in an intent. At most one open one per record, one per revision for ever."""

    __tablename__ = "intent_records"
    __table_args__ = (
        UniqueConstraint("tenant_id", "module", "record_id", "revision"),
        Index(
            "one_open_intent_per_record",
            "tenant_id",
            "module",
            "record_id",
            unique=True,
            sqlite_where=text("is_open = 1"),
            postgresql_where=text("is_open"),
        ),
    )

    intent_id: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    tenant_id: str
    module: str
    record_id: str
    revision: int
    extraction_seq: int = Field(sa_type=LongInteger)
    is_open: bool
    xero_id: str | None = None
    business_key: str
    digest: str
    verdict: Any = Field(default=None, sa_column=json_column())
    """What the link is made of once Xero has agreed; None once closed."""
    refused: bool
    """Xero says that its business key is taken: to be looked up."""


class CallBudget(Table, table=True):
    """What Xero last said of a tenant's limits."""

    __tablename__ = "call_budgets"

    tenant_id: str = Field(primary_key=True)
    minute_remaining: int | None = None
    day_remaining: int | None = None
    answered_at: datetime | None = Field(default=None, sa_column=time_column())
    blocked_until: datetime | None = Field(default=None, sa_column=time_column())
    blocked_by: str | None = None
    """minute, day, concurrent, app or trouble."""
    troubles: int
    """Answers in a row that were no use."""
