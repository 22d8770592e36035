"""Requests on their way to Xero beside the slice's other work, as many at once as the allowance has room for.

A flight is nothing but HTTP. What comes of it is kept until the slice lands it: the slice alone deals with the store,
one thing after the other, so that no answer changes what is just being judged. Whatever ends a slice on purpose, its
flights are landed first; what nobody expects ends it at once, and the next slice finds its intents open.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from sync_kit import points
from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import AnswerLostError, NeedsReauthorisationError, TryLaterError
from xero_writer.domain.batches import list_keys
from xero_writer.domain.lanes import Lane
from xero_writer.errors import OutOfCallsError, SliceOverError
from xero_writer.usecases.commit_answer import Came, commit_what_came
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.sendings import Sending


class Flights:
    """The slice's requests that were sent and not landed yet."""

    def __init__(self, desk: Desk, group: asyncio.TaskGroup) -> None:
        self._desk = desk
        self._group = group
        self._started: dict[str, Sending] = {}
        self._arrived: list[tuple[Sending, Came]] = []
        self.rivals: set[Module] = set()
        """Modules with records that Xero would take for some that are under way: they are judged when all have
        landed."""

    def __bool__(self) -> bool:
        return bool(self._started)

    @property
    def lanes(self) -> frozenset[Lane]:
        """What they carry."""
        return frozenset(sending.lane for sending in self._started.values())

    @property
    def keys(self) -> set[tuple[str, str]]:
        """What Xero would take another element for one of theirs by."""
        records = [record for sending in self._started.values() for record in sending.records]
        return {key for record in records for key in list_keys(record.lane, record.verdict)}

    def start(self, sendings: Sequence[Sending]) -> None:
        """Send committed intents."""
        if sendings:
            points.passing("intent.committed")
        for sending in sendings:
            self._started[sending.intent_id] = sending
            self._desk.take_place()
            task = self._group.create_task(self._fly(sending))
            self._desk.under_way.add(task)
            task.add_done_callback(self._desk.under_way.discard)

    async def _fly(self, sending: Sending) -> None:
        try:
            came: Came = await self._desk.send_from_place(sending.to_request())
        except (AnswerLostError, NeedsReauthorisationError, TryLaterError) as error:
            came = error
        self._arrived.append((sending, came))

    async def wait(self) -> None:
        """Until there is something to land."""
        if not self._arrived:
            await asyncio.wait(self._desk.under_way, return_when=asyncio.FIRST_COMPLETED)

    async def land(self) -> int:
        """Commit what has come back; returns how many. Raises afterwards what stops further sending (OutOfCallsError,
        NeedsReauthorisationError, TryLaterError)."""
        arrived, self._arrived = self._arrived, []
        if not arrived:
            return 0
        try:
            await commit_what_came(self._desk, arrived)
        finally:
            for sending, _ in arrived:
                del self._started[sending.intent_id]
            if not self:
                self.rivals.clear()
        return len(arrived)

    async def land_all(self) -> None:
        """Wait for all of them. Raises nothing that only stops further sending."""
        while self:
            await self.wait()
            with suppress(OutOfCallsError, NeedsReauthorisationError, TryLaterError):
                await self.land()


@asynccontextmanager
async def open_flights(desk: Desk) -> AsyncIterator[Flights]:
    """Flights for one slice; at the end of the block all are landed, or nobody may write any more."""
    try:
        async with asyncio.TaskGroup() as group:
            flights = Flights(desk, group)
            try:
                yield flights
            except (SliceOverError, OutOfCallsError, NeedsReauthorisationError, TryLaterError):
                await flights.land_all()
                raise
            await flights.land_all()
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
