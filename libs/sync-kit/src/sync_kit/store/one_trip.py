"""A whole unit of work in one trip to the database's thread.

A trip costs more than most statements, and a use case has many of them. Its coroutine waits for nothing but the
database; so over there, where nothing has to be waited for, it runs from its beginning to its end at once.
"""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy import Connection

Result = TypeVar("Result")


class HereLine:
    """The connection for code that is in its thread already."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        return work(self._connection)


def finish_at_once(work: Coroutine[Any, Any, Result]) -> Result:
    """What the coroutine returns. Raises RuntimeError when it waits for anything, since nobody could wake it here."""
    try:
        work.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    work.close()
    raise RuntimeError("work in one trip may wait for nothing but its own session")
