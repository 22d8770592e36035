"""Every query of this service, by noun. Nothing outside this folder touches a table."""

from xero_writer.store.tables import KIT_TABLES, METADATA

__all__ = ["KIT_TABLES", "METADATA"]
