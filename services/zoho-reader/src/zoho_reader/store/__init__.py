"""Every query of the reader, by noun. Nothing outside imports the tables."""

from zoho_reader.store.tables import KIT, METADATA

__all__ = ["KIT", "METADATA"]
