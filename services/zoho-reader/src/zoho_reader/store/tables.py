"""The reader's tables. Only `store` touches them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, MetaData, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from sync_kit.store import JsonText, KitTables, LongInteger, UtcDateTime

METADATA = MetaData()


class Table(SQLModel, registry=registry(metadata=METADATA)):
    """Root of this service's tables; the metadata is its own, so that four services can live in one process."""


class TenantCounter(Table, table=True):
    """`extraction_seq` is bumped in each page's transaction under the fence: of two versions the higher is newer."""

    __tablename__ = "tenant_counters"

    tenant_id: str = Field(primary_key=True)
    extraction_seq: int = Field(sa_type=LongInteger)


class MappingFields(Table, table=True):
    """The fields beyond the standard ones that a tenant's mapping needs, by module; the newest version."""

    __tablename__ = "mapping_fields"

    tenant_id: str = Field(primary_key=True)
    version: int
    fields: Any = Field(sa_type=JsonText)


class Run(Table, table=True):
    """One run as the reader knows it. `requested`, `cancelled` and `ended` only ever become true, in any order.

    `extra_fields` are the mapping's fields by source, frozen when the run was planned. `began_at` is the vendor's clock
    at the first answer. `returns_asked` counts questions whether deleted records are back.
    """

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_tenant_seq", "tenant_id", "run_seq"),)

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    run_seq: int
    requested: bool = False
    cancelled: bool = False
    ended: bool = False
    modules: Any = Field(sa_type=JsonText)
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    retry_of: str | None = None
    mode: str = Field(default="apply", sa_column_kwargs={"server_default": "apply"})
    planned: bool = False
    extra_fields: Any = Field(default=None, sa_type=JsonText, nullable=True)
    state: str
    progress_seq: int = 0
    calls: int = 0
    credits: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    began_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    returns_asked: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    described: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    reported: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    waiting_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    waiting_for: Any = Field(default=None, sa_type=JsonText, nullable=True)
    attempts: int = 0
    taken_in_at: datetime = Field(sa_type=UtcDateTime, index=True)


class RunModule(Table, table=True):
    """What was emitted of a module in a run. The asked columns count records for the least number of calls."""

    __tablename__ = "run_modules"

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    requested: bool
    emitted: int = 0
    next_page: int = 1
    closed: bool = False
    failure: Any = Field(default=None, sa_type=JsonText, nullable=True)
    asked_headers: int = 0
    asked_groups: int = 0
    asked_wholes: int = 0
    further_pages: int = 0


class ExtractionTask(Table, table=True):
    """One Zoho module to be read in a run, and how far it has been read."""

    __tablename__ = "extraction_tasks"

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    way: str
    state: str
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    later_only: bool = False
    alone: bool = False
    position_id: str | None = None
    position_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    newest_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    scanned: int | None = None
    changed: int | None = None
    token: str | None = None
    window_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    window_rows: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class DeletionTaskRow(Table, table=True):
    """What was deleted of one Zoho module, to be read in a run, and how far it has been read."""

    __tablename__ = "deletion_tasks"

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    state: str
    alone: bool = False
    page: int = 1
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    found: int | None = None


class DeletionCheckpoint(Table, table=True):
    """Up to when deletions of a source are known, by the vendor's clock. It begins with the first record emitted."""

    __tablename__ = "deletion_checkpoints"

    tenant_id: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    watermark: datetime = Field(sa_type=UtcDateTime)


class KnownRecord(Table, table=True):
    """A record that was emitted at any time; ids only. `gone_at`: it was deleted then, by Zoho's word.

    `looked_at` is when a deleted one was last looked for.
    """

    __tablename__ = "known_records"
    __table_args__ = (Index("ix_known_records_gone", "tenant_id", "gone_at"),)

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Checkpoint(Table, table=True):
    """How far a source has been read for a module, by the vendor's clock. `columns` were read, no others."""

    __tablename__ = "checkpoints"

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    watermark: datetime = Field(sa_type=UtcDateTime)
    columns: Any = Field(sa_type=JsonText)
    run_id: str
    saved_at: datetime = Field(sa_type=UtcDateTime)


class OverlapDigest(Table, table=True):
    """What a run saw near the end of a source; it counts once the run's checkpoint is saved."""

    __tablename__ = "overlap_digests"

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    row_id: str = Field(primary_key=True)
    modified_at: datetime = Field(sa_type=UtcDateTime)
    digest: str


class StagedRow(Table, table=True):
    """A child row of a first load that waits for its header."""

    __tablename__ = "staged_lines"
    __table_args__ = (Index("ix_staged_lines_parent", "tenant_id", "run_id", "source", "parent_id"),)

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    row_id: str = Field(primary_key=True)
    parent_id: str
    modified_at: datetime = Field(sa_type=UtcDateTime)
    fields: Any = Field(sa_type=JsonText)


class PendingRecord(Table, table=True):
    """A record of a run that is known in part: its header (if read) waits for what is still to be asked."""

    __tablename__ = "pending_records"

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    need: str
    modified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fields: Any = Field(default=None, sa_type=JsonText, nullable=True)


class EmittedRecord(Table, table=True):
    """Which records a run emitted, and on which pages; ids only."""

    __tablename__ = "emissions"

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    first_page: int
    last_page: int
    emitted_at: datetime = Field(sa_type=UtcDateTime, index=True)


class WantedRecord(Table, table=True):
    """A record that the writer asked for. The debt stays until it is emitted or known to be gone."""

    __tablename__ = "wanted"

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    cause: str
    wanted_at: datetime = Field(sa_type=UtcDateTime)


class RehearsalWant(Table, table=True):
    """A record that a rehearsal works on because it is wanted. The tenant's own debt is not touched by it."""

    __tablename__ = "rehearsal_wants"

    tenant_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)


class ContactHome(Table, table=True):
    """Which account a contact was last seen in, so that the account which it leaves is emitted too; ids only."""

    __tablename__ = "contact_homes"

    tenant_id: str = Field(primary_key=True)
    contact_id: str = Field(primary_key=True)
    account_id: str


class FieldCache(Table, table=True):
    """Columns that this CRM does not have or that COQL cannot select there.

    `slow_cause`: COQL cannot serve the source at all, and why; it is read by lists.
    """

    __tablename__ = "field_cache"

    tenant_id: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    left_out: Any = Field(sa_type=JsonText)
    looked_at: datetime = Field(sa_type=UtcDateTime)
    slow_cause: str | None = None


class CrmDescription(Table, table=True):
    """What the CRM has, as last told to the others: fields, line fields, taxes; and who it is."""

    __tablename__ = "crm_descriptions"

    tenant_id: str = Field(primary_key=True)
    version: int
    described_at: datetime = Field(sa_type=UtcDateTime)
    body: Any = Field(sa_type=JsonText)
    organisation: Any = Field(default=None, sa_type=JsonText, nullable=True)


class DescriptionRequest(Table, table=True):
    """Somebody asked to read the CRM's fields again; `attempts` and `until_at` while Zoho is in trouble."""

    __tablename__ = "description_requests"

    tenant_id: str = Field(primary_key=True)
    requested_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    until_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CreditHour(Table, table=True):
    """Calls and credits by hour. Zoho's window is the last 24 hours."""

    __tablename__ = "credit_ledger"

    tenant_id: str = Field(primary_key=True)
    hour_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    calls: int
    credits: int
    credits_remaining: int | None = None


KIT = KitTables(METADATA)

tenant_counters = METADATA.tables["tenant_counters"]
mapping_fields = METADATA.tables["mapping_fields"]
runs = METADATA.tables["runs"]
run_modules = METADATA.tables["run_modules"]
extraction_tasks = METADATA.tables["extraction_tasks"]
deletion_tasks = METADATA.tables["deletion_tasks"]
deletion_checkpoints = METADATA.tables["deletion_checkpoints"]
known_records = METADATA.tables["known_records"]
checkpoints = METADATA.tables["checkpoints"]
overlap_digests = METADATA.tables["overlap_digests"]
staged_lines = METADATA.tables["staged_lines"]
pending_records = METADATA.tables["pending_records"]
emissions = METADATA.tables["emissions"]
wanted = METADATA.tables["wanted"]
rehearsal_wants = METADATA.tables["rehearsal_wants"]
contact_homes = METADATA.tables["contact_homes"]
field_cache = METADATA.tables["field_cache"]
crm_descriptions = METADATA.tables["crm_descriptions"]
description_requests = METADATA.tables["description_requests"]
credit_ledger = METADATA.tables["credit_ledger"]

OF_TENANT = (
    tenant_counters,
    mapping_fields,
    runs,
    run_modules,
    extraction_tasks,
    deletion_tasks,
    deletion_checkpoints,
    known_records,
    checkpoints,
    overlap_digests,
    staged_lines,
    pending_records,
    emissions,
    wanted,
    rehearsal_wants,
    contact_homes,
    field_cache,
    crm_descriptions,
    description_requests,
    credit_ledger,
)
"""Every table with rows of one tenant: what a deletion empties."""
