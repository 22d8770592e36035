"""What is known of a tenant's CRM beside its records."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from sync_kit.store import LongInteger
from xero_writer.store.tables.root import Table, json_column, time_column


class CrmMetadata(Table, table=True):
    """The newest description of the CRM: fields by module, taxes. Mappings are checked against it."""

    __tablename__ = "crm_metadata"

    tenant_id: str = Field(primary_key=True)
    version: int = Field(sa_type=LongInteger)
    described_at: datetime = Field(sa_column=time_column(nullable=False))
    description: Any = Field(sa_column=json_column(nullable=False))
    """The event CrmDescribed."""
