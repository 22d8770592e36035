"""The moments at which a process may die, stand still, or let others go first: what a kill hook can reach.

Every commit of a store, every dealing with the bus, every request on its way and every named point of the product is
one. The product knows nothing of it: the kit's sessions are wrapped for this process, everything else by what is
handed in. Which process is at work is known by a context variable, so a request that travels belongs to nobody.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.chaos.replacing import replace

from sync_kit import points
from sync_kit.store import Session, Store

if TYPE_CHECKING:
    from tests.chaos.process import Process

COMMITTING: Final = "commit.before"
COMMITTED: Final = "commit.after"
BETWEEN: Final = "between.transactions"
PUBLISHING: Final = "publish.before"
PUBLISHED: Final = "publish.after"
POLLED: Final = "poll.after"
SAVING_OFFSETS: Final = "offsets.before"
SAVED_OFFSETS: Final = "offsets.after"
ASKING: Final = "request.before"
ON_THE_WIRE: Final = "request.sent"
SERVED: Final = "request.served"
ANSWERED: Final = "answer.here"

MOMENTS: Final = (
    *(COMMITTING, COMMITTED, BETWEEN, PUBLISHING, PUBLISHED, POLLED, SAVING_OFFSETS, SAVED_OFFSETS),
    *(ASKING, ON_THE_WIRE, SERVED, ANSWERED),
)
RESTING_PLACES: Final = frozenset({BETWEEN, PUBLISHED, POLLED, SAVED_OFFSETS, ASKING, ON_THE_WIRE, SERVED, ANSWERED})
"""Moments outside of transactions: here a process may stand still without holding its store, which on SQLite is for one
process alone."""
PAUSED_AT: Final = RESTING_PLACES | {"intent.committed"}
"""Where a pause may begin. At a named point nobody waits: who is paused there stands still at its next resting place,
after an intent was committed in front of the request, before the last look at the lease."""

at_work: ContextVar["Process | None"] = ContextVar("at_work", default=None)


class Crash(BaseException):
    """The process died here. It does nothing afterwards: its stores and its bus no longer listen to it."""


@dataclass(frozen=True)
class Kill:
    """This process dies, or all of them; started again after a while."""

    down_seconds: float
    everybody: bool = False


@dataclass(frozen=True)
class Pause:
    """The whole process stands still, as under SIGSTOP, and goes on as if nothing had been.

    `replaced`: it is taken for dead, another one is started, and from then on there are two.
    """

    seconds: float
    replaced: bool = False


@dataclass(frozen=True)
class LetOthersFirst:
    """What is being done waits for some turns of everybody else."""

    turns: int


@dataclass(frozen=True)
class Delay:
    """What is on the wire takes that long."""

    seconds: float


Deed = Kill | Pause | LetOthersFirst | Delay


async def reach(process: "Process", moment: str) -> None:
    """The process is at that moment. Raises Crash when it dies here, or is dead already."""
    deed = rush_through(process, moment)
    if isinstance(deed, Pause):
        process.house.pause(process, deed)
    elif deed is not None:
        await process.house.hold_up(deed)
    await process.stand_still()
    process.ensure_alive()


def rush_through(process: "Process", moment: str) -> Deed | None:
    """The process is at a moment where nobody can wait: only a kill strikes there. Raises Crash."""
    process.ensure_alive()
    deed = process.house.fate.decide(process, moment)
    if isinstance(deed, Kill):
        process.house.kill(process, deed)
        raise Crash(moment)
    return deed


async def reach_on_the_wire(process: "Process", moment: str) -> None:
    """A request of that process is at that moment; it goes on whatever becomes of who sent it."""
    deed = process.house.fate.decide(process, moment) if process.alive else None
    if isinstance(deed, Kill):
        process.house.kill(process, deed)
    elif isinstance(deed, Pause):
        process.house.pause(process, deed)
        if moment == ON_THE_WIRE:  # paused between its last look at its lease and the first byte
            await process.stand_still()
    elif deed is not None:
        await process.house.hold_up(deed)


def pass_point(point: str) -> None:
    """A named point of the product was passed: a kill strikes there, and a pause begins."""
    process = at_work.get()
    if process is None:
        return
    deed = rush_through(process, point)
    if isinstance(deed, Pause):
        process.house.pause(process, deed)


def watch_product() -> None:
    """For the whole process and for good: commits and named points become moments."""
    replace(points, "passing", pass_point)
    replace(Session, "commit", _watch_commit(Session.commit))
    replace(Session, "run", _refuse_dead(Session.run))
    replace(Store, "transaction", _rest_after_block(Store.transaction))
    replace(Store, "transact", _rest_after_trip(Store.transact))


def _watch_commit(commit: Callable[[Session], Awaitable[None]]) -> Callable[[Session], Awaitable[None]]:
    async def watched(session: Session) -> None:
        process = at_work.get()
        if process is None:
            await commit(session)
            return
        rush_through(process, COMMITTING)
        await commit(session)
        rush_through(process, COMMITTED)

    return watched


def _rest_after_block(
    transaction: Callable[[Store], AbstractAsyncContextManager[Session]],
) -> Callable[[Store], AbstractAsyncContextManager[Session]]:
    @asynccontextmanager
    async def watched(store: Store) -> AsyncIterator[Session]:
        async with transaction(store) as session:
            yield session
        await _rest()

    return watched


def _rest_after_trip(transact: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def watched(store: Store, work: Callable[[Session], Awaitable[Any]]) -> Any:
        result = await transact(store, work)
        await _rest()
        return result

    return watched


async def _rest() -> None:
    process = at_work.get()
    if process is not None:
        await reach(process, BETWEEN)


def _refuse_dead(run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def watched(session: Session, work: Callable[..., Any]) -> Any:
        process = at_work.get()
        if process is not None:
            process.ensure_alive()
        return await run(session, work)

    return watched
