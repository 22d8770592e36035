"""Tell the store's own trouble from a statement that can never succeed.

The first is tried again as a whole; the second belongs to what was being stored, and must not be tried for ever.
"""

from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

PASSING_STATES: Final = ("08", "25", "40", "53", "55", "57", "58")
"""Classes of PostgreSQL's error codes: connection, read-only (a failover), rolled back (a deadlock), out of resources,
lock not available, stopped by an operator, the machine. From PostgreSQL's appendix "Error Codes"."""


def is_trouble_of_the_store(error: BaseException) -> bool:
    """Whether the database, not the statement, is to blame: a lost connection, a deadlock, a full disk, a lock."""
    if isinstance(error, PoolTimeoutError | OSError):
        # No connection was to be had: the driver's own words for it, or the network's. TimeoutError is an OSError.
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(PASSING_STATES)
    return error.connection_invalidated or isinstance(error, OperationalError)
