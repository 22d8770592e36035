"""Generations of tokens, drawn from one counter for all grants.

So of two tokens of a connection the newer one always has the higher number, even when a reconnection moved the
connection to another grant, and a borrower's report about an older token is known to be old.
"""

from typing import Final

from sqlalchemy import select, update

from auth.store.tables import COUNTERS
from sync_kit.store import Session

_NAME: Final = "token_generation"


async def draw_generation(session: Session) -> int:
    """A number above all that were drawn before."""
    await session.insert_missing(COUNTERS, [{"name": _NAME, "value": 0}])
    await session.execute(update(COUNTERS).where(COUNTERS.c.name == _NAME).values(value=COUNTERS.c.value + 1))
    return int(await session.fetch_value(select(COUNTERS.c.value).where(COUNTERS.c.name == _NAME)))
