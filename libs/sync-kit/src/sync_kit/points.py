"""Named points: the places where a crash would hurt most.

Production code says `passing("intent.committed")` at each of them and nothing happens. Tests install a
hook that kills the process there, or raises a crash in a simulation, and then prove that nothing was lost or doubled.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

POINTS = (
    "intent.committed",  # the intent is durable, nothing was sent
    "intent.sent",  # the request left, its answer was not read
    "intent.answered",  # the answer is in memory, nothing of it committed
    "relay.published",  # events are on the bus, the outbox does not know
    "results.committed",  # state and outbox are durable, nothing published
    "consumer.committed",  # the event is taken in, its offset is not saved
    "page.committed",  # a page read from Zoho is durable
    "refresh.answered",  # the vendor has given new tokens, they are not saved
)

_hooks: list[Callable[[str], None]] = []


def passing(point: str) -> None:
    """Say that the named point is being passed."""
    for hook in _hooks:
        hook(point)


@contextmanager
def hooked(hook: Callable[[str], None]) -> Iterator[None]:
    """Call `hook` with the name of every point passed while the context is open."""
    _hooks.append(hook)
    try:
        yield
    finally:
        _hooks.remove(hook)
