"""How a slice of work ends before its work does, named by what happens next.

SyncError
├── SliceOverError      this slice had its share of calls or time: the tenant is due again at once
└── OutOfCallsError     Xero allows no call now, or is in trouble: the tenant is due again at `until`
"""

from datetime import datetime

from sync_kit.errors import SyncError


class SliceOverError(SyncError):
    """The slice's share is used up; other tenants come first."""


class OutOfCallsError(SyncError):
    """No call may be made before `until`; `limit` says why: minute, day, concurrent, app, unknown or trouble."""

    def __init__(self, message: str, *, until: datetime, limit: str) -> None:
        super().__init__(message)
        self.until = until
        self.limit = limit
