"""CRM records on their way: staged, waiting, linked, and what was done with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from sync_kit.store import LongInteger
from xero_writer.store.tables.root import Table, json_column, time_column


class RecordLink(Table, table=True):
    """The pair (CRM id, Xero id) with what was last agreed: the permanent memory."""

    __tablename__ = "record_links"
    __table_args__ = (
        Index("ix_record_links_xero_id", "tenant_id", "xero_id"),
        Index("ix_record_links_business_key", "tenant_id", "module", "business_key"),
    )

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    xero_id: str
    revision: int
    agreed_digest: str
    status: str | None = None
    """Xero's status as last seen (documents)."""
    agreed_updated_at: datetime | None = Field(default=None, sa_column=time_column())
    """Xero's UpdatedDateUTC of the answer that agreed it."""
    business_key: str | None = None
    """Invoice number, item code or contact number as the link was made with."""
    facts: Any = Field(default=None, sa_column=json_column())
    """The domain's LinkFacts: item code, account, tax, line ids, digests by field. Nothing personal."""
    linked_at: datetime = Field(sa_column=time_column(nullable=False))


class StagedRecord(Table, table=True):
    """The newest version of a CRM record, and where it is on its way."""

    __tablename__ = "staged_records"
    __table_args__ = (
        # In the order in which records are judged and sent: of many, a page is taken without looking at the others.
        Index("ix_staged_records_state", "tenant_id", "state", "module", "extraction_seq", "record_id"),
        Index("ix_staged_records_business_key", "tenant_id", "module", "business_key"),
        Index("ix_staged_records_email_key", "tenant_id", "email_key"),
    )

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    extraction_seq: int = Field(sa_type=LongInteger)
    modified_at: datetime = Field(sa_column=time_column(nullable=False))
    deleted: bool
    lines_complete: bool
    payload: Any = Field(default=None, sa_column=json_column())
    """None once nothing more is to be done with it, or when its time is up: then it is wanted again."""
    state: str
    """staged, waiting, ready, in_intent or settled."""
    needed: bool
    """A document that goes needs it."""
    revision: int
    """The number of the last intent that was made for it; the next has one more."""
    max_batch: int | None = None
    """How many records may share its next request, after a whole request was refused."""
    refusals: int
    """Uniqueness refusals in a row, so that a look-up that explains nothing ends."""
    judged_mapping: int | None = None
    judged_settings: str | None = None
    business_key: str | None = None
    """Keyed digest of the product code or document number, to find others with the same one."""
    name_key: str | None = None
    loose_key: str | None = None
    email_key: str | None = None
    code: str | None = None
    """Products: the code as the CRM writes it."""
    keys_mapping: int | None = None
    """The mapping version that the keys were made with."""
    ready: Any = Field(default=None, sa_column=json_column())
    """The verdict that waits to be sent."""
    facts: Any = Field(default=None, sa_column=json_column())
    """What documents need of a record that has no counterpart of its own."""
    outcome: str | None = None
    reasons: Any = Field(default=None, sa_column=json_column())
    watches: Any = Field(default=None, sa_column=json_column())
    label: Any = Field(default=None, sa_column=json_column())
    taken_in_at: datetime = Field(sa_column=time_column(nullable=False))


class RecordPart(Table, table=True):
    """A piece of a record that is too large for one event, until all pieces are there."""

    __tablename__ = "record_parts"

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    extraction_seq: int = Field(primary_key=True, sa_type=LongInteger)
    part: int = Field(primary_key=True)
    parts: int
    record: Any = Field(sa_column=json_column(nullable=False))
    received_at: datetime = Field(sa_column=time_column(nullable=False))


class Wait(Table, table=True):
    """A record waits for another one that is not in Xero yet."""

    __tablename__ = "waits"
    __table_args__ = (Index("ix_waits_parent", "tenant_id", "parent_module", "parent_id"),)

    tenant_id: str = Field(primary_key=True)
    child_module: str = Field(primary_key=True)
    child_id: str = Field(primary_key=True)
    parent_module: str = Field(primary_key=True)
    parent_id: str = Field(primary_key=True)


class WantedRecord(Table, table=True):
    """A record asked of the reader in a run."""

    __tablename__ = "wanted_records"

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    run_id: str
    cause: str
    answered: bool


class LinkAction(Table, table=True):
    """The history of a link: what was done when, with document number and ids, no names."""

    __tablename__ = "link_actions"
    __table_args__ = (Index("ix_link_actions_record", "tenant_id", "module", "record_id"),)

    action_id: int | None = Field(default=None, sa_column=Column(LongInteger, primary_key=True, autoincrement=True))
    tenant_id: str
    module: str
    record_id: str
    xero_id: str
    run_id: str | None = None
    action: str
    number: str | None = None
    at: datetime = Field(sa_column=time_column(nullable=False))
