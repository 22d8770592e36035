"""The xero-writer's tables. Only `store` touches them.

What lasts for a tenant's life is in `record_links` and `link_actions`, and holds nothing personal. Payloads are in
`staged_records`, `record_parts` and `intents`. The ledger's own records are known by digested keys only.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Date, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from sync_kit.store import DecimalText, JsonText, KitTables, LongInteger, UtcDateTime

METADATA = MetaData()


def _time(*, nullable: bool = True) -> Any:
    return Column(UtcDateTime, nullable=nullable)


def _json(*, nullable: bool = True) -> Any:
    return Column(JsonText, nullable=nullable)


class Table(SQLModel, registry=registry(metadata=METADATA)):
    """Root of this service's tables; the metadata is its own, so that four services can live in one process."""


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
    agreed_updated_at: datetime | None = Field(default=None, sa_column=_time())
    """Xero's UpdatedDateUTC of the answer that agreed it."""
    business_key: str | None = None
    """Invoice number, item code or contact number as the link was made with."""
    facts: Any = Field(default=None, sa_column=_json())
    """The domain's LinkFacts: item code, account, tax, line ids, digests by field. Nothing personal."""
    linked_at: datetime = Field(sa_column=_time(nullable=False))


class StagedRecord(Table, table=True):
    """The newest version of a CRM record, and where it is on its way."""

    __tablename__ = "staged_records"
    __table_args__ = (
        Index("ix_staged_records_state", "tenant_id", "state", "module"),
        Index("ix_staged_records_business_key", "tenant_id", "module", "business_key"),
        Index("ix_staged_records_email_key", "tenant_id", "email_key"),
    )

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    extraction_seq: int = Field(sa_type=LongInteger)
    modified_at: datetime = Field(sa_column=_time(nullable=False))
    deleted: bool
    lines_complete: bool
    payload: Any = Field(default=None, sa_column=_json())
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
    email_key: str | None = None
    code: str | None = None
    """Products: the code as the CRM writes it."""
    keys_mapping: int | None = None
    """The mapping version that the keys were made with."""
    ready: Any = Field(default=None, sa_column=_json())
    """The verdict that waits to be sent."""
    facts: Any = Field(default=None, sa_column=_json())
    """What documents need of a record that has no counterpart of its own."""
    outcome: str | None = None
    reasons: Any = Field(default=None, sa_column=_json())
    watches: Any = Field(default=None, sa_column=_json())
    label: Any = Field(default=None, sa_column=_json())
    taken_in_at: datetime = Field(sa_column=_time(nullable=False))


class RecordPart(Table, table=True):
    """A piece of a record that is too large for one event, until all pieces are there."""

    __tablename__ = "record_parts"

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    extraction_seq: int = Field(primary_key=True, sa_type=LongInteger)
    part: int = Field(primary_key=True)
    parts: int
    record: Any = Field(sa_column=_json(nullable=False))
    received_at: datetime = Field(sa_column=_time(nullable=False))


class Wait(Table, table=True):
    """A record waits for another one that is not in Xero yet."""

    __tablename__ = "waits"
    __table_args__ = (Index("ix_waits_parent", "tenant_id", "parent_module", "parent_id"),)

    tenant_id: str = Field(primary_key=True)
    child_module: str = Field(primary_key=True)
    child_id: str = Field(primary_key=True)
    parent_module: str = Field(primary_key=True)
    parent_id: str = Field(primary_key=True)


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
    """sent, uncertain (its effect must be looked up) or look_up (answered, some keys are taken)."""
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The exact bytes; None once closed."""
    idempotency_key: str
    boot_id: str
    """The process that sent it last."""
    attempts: int
    first_sent_at: datetime = Field(sa_column=_time(nullable=False))
    last_sent_at: datetime = Field(sa_column=_time(nullable=False))
    due_at: datetime | None = Field(default=None, sa_column=_time())
    """Not looked up or sent again before."""
    words: str | None = None
    """What Xero said when it refused the request as a whole."""
    closed_at: datetime | None = Field(default=None, sa_column=_time())


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
    verdict: Any = Field(default=None, sa_column=_json())
    """What the link is made of once Xero has agreed; None once closed."""
    refused: bool
    """Xero says that its business key is taken: to be looked up."""


class Run(Table, table=True):
    """A run as this stage knows it."""

    __tablename__ = "runs"

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    run_seq: int
    state: str
    """heard_of (its request has not come yet), requested, cancelled or ended."""
    request: Any = Field(default=None, sa_column=_json())
    opened: bool
    """What earlier runs left has been carried over."""
    reexamined: bool
    """What was held for something in Xero has been looked at again."""
    calls: int
    tell_again: bool
    told: Any = Field(default=None, sa_column=_json())
    """The last report, without its number."""
    moved_at: datetime = Field(sa_column=_time(nullable=False))
    """When something of it was last taken in or settled."""


class RunModule(Table, table=True):
    """One module of a run: the reader's announcement and what was told of it."""

    __tablename__ = "run_modules"

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    emitted: int | None = None
    """The reader's count; None until the module is closed."""
    failure: Any = Field(default=None, sa_column=_json())
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
    settled_seq: int = Field(sa_type=LongInteger)
    """Of the outcome told last; 0 before."""


class WantedRecord(Table, table=True):
    """A record asked of the reader in a run."""

    __tablename__ = "wanted_records"

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    run_id: str
    cause: str
    answered: bool


class MappingVersion(Table, table=True):
    """A tenant's mapping; the highest version is in force."""

    __tablename__ = "mappings"

    tenant_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    mapping: Any = Field(sa_column=_json(nullable=False))
    saved_at: datetime = Field(sa_column=_time(nullable=False))


class ReferencePart(Table, table=True):
    """One part of Xero's reference data: organisation, accounts, tax_rates, currencies."""

    __tablename__ = "reference_parts"

    tenant_id: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    payload: Any = Field(sa_column=_json(nullable=False))
    digest: str
    fetched_at: datetime = Field(sa_column=_time(nullable=False))
    run_id: str | None = None
    """The run that read it last."""


class DigestKey(Table, table=True):
    """The secret of the keyed digests where no setting gives one, made at the first start."""

    __tablename__ = "digest_keys"

    key_id: str = Field(primary_key=True)
    secret: str
    made_at: datetime = Field(sa_column=_time(nullable=False))


class LedgerContact(Table, table=True):
    """A contact of the ledger by digested keys."""

    __tablename__ = "ledger_contacts"
    __table_args__ = (
        Index("ix_ledger_contacts_number", "tenant_id", "number_key"),
        Index("ix_ledger_contacts_name", "tenant_id", "name_key"),
        Index("ix_ledger_contacts_email", "tenant_id", "email_key"),
    )

    tenant_id: str = Field(primary_key=True)
    xero_id: str = Field(primary_key=True)
    number_key: str | None = None
    name_key: str
    email_key: str | None = None
    town_key: str | None = None
    terms_day: int | None = None
    terms_type: str | None = None
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


class LedgerInvoice(Table, table=True):
    """A sales invoice of the ledger by its digested number."""

    __tablename__ = "ledger_invoices"
    __table_args__ = (Index("ix_ledger_invoices_number", "tenant_id", "number_key"),)

    tenant_id: str = Field(primary_key=True)
    xero_id: str = Field(primary_key=True)
    number_key: str
    status: str
    contact_id: str | None = None
    currency: str | None = None
    dated: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    total: Decimal | None = Field(default=None, sa_column=Column(DecimalText, nullable=True))
    amount_due: Decimal | None = Field(default=None, sa_column=Column(DecimalText, nullable=True))
    amount_paid: Decimal = Field(sa_column=Column(DecimalText, nullable=False))
    amount_credited: Decimal = Field(sa_column=Column(DecimalText, nullable=False))
    updated_at: datetime | None = Field(default=None, sa_column=_time())
    details: Any = Field(default=None, sa_column=_json())
    """Digests by field and lines with their ids, where it was read with its lines."""
    seen_run: str | None = None
    """The run in which Xero last showed it."""


class LedgerRead(Table, table=True):
    """How far one kind of the ledger has been read."""

    __tablename__ = "ledger_reads"

    tenant_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    complete: bool
    next_page: int
    rows: int
    """How many this reading has shown."""
    began_at: datetime = Field(sa_column=_time(nullable=False))
    """Xero's clock when this reading began: the next sweep asks for changes since then."""
    run_id: str | None = None


class CallBudget(Table, table=True):
    """What Xero last said of a tenant's limits."""

    __tablename__ = "call_budgets"

    tenant_id: str = Field(primary_key=True)
    minute_remaining: int | None = None
    day_remaining: int | None = None
    answered_at: datetime | None = Field(default=None, sa_column=_time())
    blocked_until: datetime | None = Field(default=None, sa_column=_time())
    blocked_by: str | None = None
    """minute, day, concurrent, app or trouble."""
    troubles: int
    """Answers in a row that were no use."""


class TenantCounter(Table, table=True):
    """Numbers that only grow, per tenant."""

    __tablename__ = "tenant_counters"

    tenant_id: str = Field(primary_key=True)
    settled_seq: int = Field(sa_type=LongInteger)
    progress_seq: int = Field(sa_type=LongInteger)


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
    at: datetime = Field(sa_column=_time(nullable=False))


KIT_TABLES = KitTables(METADATA)

record_links = METADATA.tables["record_links"]
staged_records = METADATA.tables["staged_records"]
record_parts = METADATA.tables["record_parts"]
waits = METADATA.tables["waits"]
intents = METADATA.tables["intents"]
intent_records = METADATA.tables["intent_records"]
runs = METADATA.tables["runs"]
run_modules = METADATA.tables["run_modules"]
run_records = METADATA.tables["run_records"]
wanted_records = METADATA.tables["wanted_records"]
mappings = METADATA.tables["mappings"]
digest_keys = METADATA.tables["digest_keys"]
reference_parts = METADATA.tables["reference_parts"]
ledger_contacts = METADATA.tables["ledger_contacts"]
ledger_items = METADATA.tables["ledger_items"]
ledger_invoices = METADATA.tables["ledger_invoices"]
ledger_reads = METADATA.tables["ledger_reads"]
call_budgets = METADATA.tables["call_budgets"]
tenant_counters = METADATA.tables["tenant_counters"]
link_actions = METADATA.tables["link_actions"]
