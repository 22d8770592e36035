"""What people have decided about held records."""

from datetime import datetime

from sqlmodel import Field

from xero_writer.store.tables.root import Table, time_column


class Decision(Table, table=True):
    """The newest decision about one record. It counts for the version of the record that it was made about."""

    __tablename__ = "decisions"

    tenant_id: str = Field(primary_key=True)
    module: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    kind: str
    """link, create_new, keep_crm or keep_xero."""
    xero_id: str | None = None
    """Link: the Xero record that was chosen."""
    modified_at: datetime = Field(sa_column=time_column(nullable=False))
    """The CRM's Modified_Time of the version that the person was asked about."""
    decided_at: datetime = Field(sa_column=time_column(nullable=False))
    decided_by: str
    """The API client."""
    used_at: datetime | None = Field(default=None, sa_column=time_column())
    """When the record was settled by it."""
