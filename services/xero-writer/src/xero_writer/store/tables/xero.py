"""What is known of Xero: mappings into it, its reference data, and its ledger by digested keys."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Date, Index
from sqlmodel import Field

from sync_kit.store import DecimalText
from xero_writer.store.tables.root import Table, json_column, time_column


class MappingVersion(Table, table=True):
    """A tenant's mapping; the highest version is in force."""

    __tablename__ = "mappings"

    tenant_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    mapping: Any = Field(sa_column=json_column(nullable=False))
    saved_at: datetime = Field(sa_column=time_column(nullable=False))


class ReferencePart(Table, table=True):
    """One part of Xero's reference data: organisation, accounts, tax_rates, currencies."""

    __tablename__ = "reference_parts"

    tenant_id: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    payload: Any = Field(sa_column=json_column(nullable=False))
    digest: str
    fetched_at: datetime = Field(sa_column=time_column(nullable=False))
    run_id: str | None = None
    """The run that read it last."""


class DigestKey(Table, table=True):
    """The secret of the keyed digests where no setting gives one, made at the first start."""

    __tablename__ = "digest_keys"

    key_id: str = Field(primary_key=True)
    secret: str
    made_at: datetime = Field(sa_column=time_column(nullable=False))


class LedgerContact(Table, table=True):
    """A contact of the ledger by digested keys."""

    __tablename__ = "ledger_contacts"
    __table_args__ = (
        Index("ix_ledger_contacts_number", "tenant_id", "number_key"),
        Index("ix_ledger_contacts_name", "tenant_id", "name_key"),
        Index("ix_ledger_contacts_email", "tenant_id", "email_key"),
        Index("ix_ledger_contacts_loose", "tenant_id", "loose_key"),
    )

    tenant_id: str = Field(primary_key=True)
    xero_id: str = Field(primary_key=True)
    number_key: str | None = None
    name_key: str
    loose_key: str | None = None
    email_key: str | None = None
    town_key: str | None = None
    terms_day: int | None = None
    terms_type: str | None = None
    bill_terms_day: int | None = None
    bill_terms_type: str | None = None
    merged_to: str | None = None
    """The contact that a person merged it into."""
    blanks: Any = Field(default=None, sa_column=json_column())
    """Names of the fields that hold nothing there; None: not known."""
    status: str


class LedgerItem(Table, table=True):
    """An item of the ledger: no person is in it."""

    __tablename__ = "ledger_items"
    __table_args__ = (Index("ix_ledger_items_code", "tenant_id", "code_key"),)

    tenant_id: str = Field(primary_key=True)
    xero_id: str = Field(primary_key=True)
    code_key: str
    code: str
    name_key: str
    tracked: bool
    account_code: str | None = None
    tax_type: str | None = None
    purchase_account_code: str | None = None
    purchase_tax_type: str | None = None


class LedgerDocument(Table, table=True):
    """A document of the ledger by its digested number: sales invoices, bills, purchase orders, quotes."""

    __tablename__ = "ledger_documents"
    __table_args__ = (
        Index("ix_ledger_documents_number", "tenant_id", "number_key"),
        Index("ix_ledger_documents_url", "tenant_id", "url_key"),
        Index("ix_ledger_documents_sale", "tenant_id", "sale_key"),
    )

    tenant_id: str = Field(primary_key=True)
    xero_id: str = Field(primary_key=True)
    kind: str
    number_key: str
    url_key: str | None = None
    """Digest of the link that it carries: ours names the CRM record."""
    sale_key: str | None = None
    """Contact and total, to find what somebody may have typed in under another number."""
    status: str
    contact_id: str | None = None
    currency: str | None = None
    currency_rate: Decimal | None = Field(default=None, sa_column=Column(DecimalText, nullable=True))
    dated: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    total: Decimal | None = Field(default=None, sa_column=Column(DecimalText, nullable=True))
    amount_due: Decimal | None = Field(default=None, sa_column=Column(DecimalText, nullable=True))
    amount_paid: Decimal = Field(sa_column=Column(DecimalText, nullable=False))
    amount_credited: Decimal = Field(sa_column=Column(DecimalText, nullable=False))
    updated_at: datetime | None = Field(default=None, sa_column=time_column())
    details: Any = Field(default=None, sa_column=json_column())
    """Digests by field and lines with their ids, where it was read with its lines."""
    seen_run: str | None = None
    """The run in which Xero last showed it."""


class LedgerRead(Table, table=True):
    """How far one lane of the ledger has been read, whole or for what changed."""

    __tablename__ = "ledger_reads"

    tenant_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    complete: bool
    next_page: int
    rows: int
    """How many this reading has shown."""
    since_at: datetime | None = Field(default=None, sa_column=time_column())
    """Only what Xero changed since then is read; None: everything."""
    began_at: datetime = Field(sa_column=time_column(nullable=False))
    """Xero's clock when this reading began: the next sweep asks for changes since then."""
    run_id: str | None = None
