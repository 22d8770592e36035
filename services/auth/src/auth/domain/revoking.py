"""How long and how often vendors are told of a disconnection that they did not hear."""

from datetime import datetime, timedelta
from typing import Final

DISCONNECTION_PATIENCE: Final = timedelta(hours=24)
"""After a disconnection we keep what is needed to tell the vendor for this long."""
DELETION_PATIENCE: Final = timedelta(seconds=50)
"""A deleted tenant's stores are empty within a minute, so its vendors hear it soon or not at all."""

_FIRST_WAIT: Final = timedelta(seconds=5)
_LONGEST_WAIT: Final = timedelta(hours=1)


def next_try_at(now: datetime, tries: int) -> datetime:
    """When to try again after `tries` failures: 5, 10, 20 ... seconds later, at most an hour."""
    doublings: int = min(max(tries, 1) - 1, 10)
    return now + min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)
