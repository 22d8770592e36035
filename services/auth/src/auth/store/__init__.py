"""Auth's own state: every query of this service, by noun. Use cases hand in a Session and never see a table."""

from auth.store.tables import KIT, METADATA

__all__ = ["KIT", "METADATA"]
