"""Each service's own durable state: SQLite by default, PostgreSQL when outgrown, the same statements on both.

Tables live in a service's `store/tables.py`, on a root with a registry of its own, so that four services fit into one
process without sharing a MetaData:

    from sqlalchemy import MetaData
    from sqlalchemy.orm import registry
    from sqlmodel import Field, SQLModel
    from sync_kit.store import KitTables, UtcDateTime

    class Table(SQLModel, registry=registry(metadata=MetaData())):
        '''Root of this service's tables.'''

    class Checkpoint(Table, table=True):
        __tablename__ = "checkpoints"
        tenant_id: str = Field(primary_key=True)
        module: str = Field(primary_key=True)
        read_until_at: datetime = Field(sa_type=UtcDateTime)

    KIT = KitTables(Table.metadata)

Rows are written by `Session.upsert` and its siblings, in batches; the ORM's row-by-row path is not used.
"""

from sync_kit.store.kit_tables import KitTables
from sync_kit.store.opening import Store
from sync_kit.store.session import Session, now_of_store
from sync_kit.store.statements import Row, TableLike, table_of
from sync_kit.store.types import DecimalText, JsonText, LongInteger, UtcDateTime

__all__ = [
    "DecimalText",
    "JsonText",
    "KitTables",
    "LongInteger",
    "Row",
    "Session",
    "Store",
    "TableLike",
    "UtcDateTime",
    "now_of_store",
    "table_of",
]
