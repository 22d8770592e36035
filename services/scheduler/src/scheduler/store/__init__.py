"""Every query of the scheduler, by noun. Nothing outside imports the tables."""

from scheduler.store.tables import KIT_TABLES, METADATA

__all__ = ["KIT_TABLES", "METADATA"]
