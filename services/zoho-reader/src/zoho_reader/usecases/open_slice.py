"""One slice of work for one tenant: what its steps share, and the only way in which they write.

Every write is one transaction that first proves that the lease holds, that the tenant still is who it was, and that
the run goes on; what was spent at Zoho is booked in it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sync_kit import points
from sync_kit.clock import Clock
from sync_kit.contracts.events import ConnectionFacts
from sync_kit.contracts.vocabulary import ConnectionState, Vendor
from sync_kit.errors import LeaseLostError
from sync_kit.leases import Lease, check_fence
from sync_kit.store import Session, Store
from sync_kit.tenants import TenantRow, find_tenant
from zoho_reader.clients.zoho_crm import ZohoCrm
from zoho_reader.clients.zoho_exchange import Spent
from zoho_reader.domain.answers import Page
from zoho_reader.domain.coql import Question
from zoho_reader.domain.lists import ListQuestion
from zoho_reader.domain.pace import Pace
from zoho_reader.domain.sources import STANDARD_COLUMNS, Source, choose_columns, choose_names
from zoho_reader.domain.steps import Task, list_scans
from zoho_reader.metrics import ReaderMetrics
from zoho_reader.store import KIT
from zoho_reader.store.columns import list_left_out, list_slow
from zoho_reader.store.credits import book_credits
from zoho_reader.store.runs import RunRow, add_calls, find_run
from zoho_reader.usecases.report_stage import report_stage

MOST_AHEAD: Final = 3
"""Questions on their way at once. In its smallest edition Zoho allows an application five (API limits page)."""


@dataclass
class Slice:
    """`run` is as last read; `left_out` are columns that this CRM refuses; `calls` counts what left so far.

    `slow` are sources that COQL cannot serve, with the cause. `composites` is False once the consent does not cover
    them. `tasks` are the run's as the present step was chosen by. `begun_at` is by the store's clock, `ends_at` on the
    monotonic one.
    """

    store: Store
    clock: Clock
    lease: Lease
    run: RunRow
    connection: ConnectionFacts
    crm: ZohoCrm
    pace: Pace
    metrics: ReaderMetrics
    begun_at: datetime
    ends_at: float
    left_out: dict[Source, frozenset[str]] = field(default_factory=dict)
    slow: dict[Source, str] = field(default_factory=dict)
    composites: bool = True
    calls: int = 0
    tasks: Sequence[Task] = ()
    _ahead: dict[Question | ListQuestion, asyncio.Task[Page]] = field(default_factory=dict)

    @property
    def scanning(self) -> frozenset[Source]:
        """Sources of which a first load is going on."""
        return frozenset(task.source for task in list_scans(self.tasks))

    def list_columns(self, source: Source) -> tuple[str, ...]:
        """What is asked for of a source, whichever way."""
        return choose_columns(source, self.run.extra_fields.get(source, ()), self.left_out.get(source, ()))

    def list_names(self, source: Source) -> tuple[str, ...]:
        """The joined columns that COQL is asked for; a list tells names by itself."""
        if source in self.slow:
            return ()
        return choose_names(source, self.list_columns(source), self.left_out.get(source, ()))

    def list_selected(self, source: Source) -> tuple[str, ...]:
        """What COQL is asked for of a source. Names of other records are no part of what a checkpoint covers."""
        return (*self.list_columns(source), *self.list_names(source))

    def list_wished(self, source: Source) -> frozenset[str]:
        """What should be asked for, whether or not this CRM has it."""
        return frozenset((*STANDARD_COLUMNS[source], *self.run.extra_fields.get(source, ())))

    def list_covered(self, source: Source) -> frozenset[str]:
        """What a checkpoint covers: a field of the mapping that this CRM does not have yet is still to be read."""
        extra = set(self.run.extra_fields.get(source, ()))
        return self.list_wished(source) - (extra & self.left_out.get(source, frozenset()))

    async def load_left_out(self) -> None:
        """Read again what this CRM refuses, and what COQL cannot serve."""
        since = self.begun_at - self.pace.metadata_life

        async def load(session: Session) -> None:
            self.left_out = dict(await list_left_out(session, self.lease.tenant_id, since=since))
            self.slow = dict(await list_slow(session, self.lease.tenant_id, since=since))

        await self.store.read(load)

    @property
    def has_time(self) -> bool:
        """Whether the slice's share is not used up."""
        return self.calls < self.pace.slice_calls and self.clock.monotonic() < self.ends_at

    @property
    def awaits_answer(self) -> bool:
        """Whether a question was asked ahead: its answer is used before the slice ends."""
        return bool(self._ahead)

    def ask_ahead(self, question: Question | ListQuestion) -> None:
        """Send a question that comes soon, while the page before it is committed."""
        if question in self._ahead or len(self._ahead) == MOST_AHEAD:
            return
        booked_next = 1 + len(self._ahead)
        if self.has_time and self.calls + booked_next < self.pace.slice_calls:
            self._ahead[question] = asyncio.create_task(self.crm.ask(question))

    async def ask(self, question: Question | ListQuestion) -> Page:
        """The answer; it may be on its way already. Raises what `ZohoCrm.ask` raises."""
        if question in self._ahead:
            return await self._ahead.pop(question)
        await self.drop_ahead()
        return await self.crm.ask(question)

    async def drop_ahead(self, *, cancel: bool = False) -> None:
        """Nobody wants what was asked ahead any more; the calls still count. `cancel`: answers are not waited for."""
        answers, self._ahead = list(self._ahead.values()), {}
        for answer in answers:
            if cancel:
                answer.cancel()
        if answers:
            await asyncio.wait(answers)
        for answer in answers:
            if not answer.cancelled():
                answer.exception()  # whatever is wrong shows itself to the next question

    async def book(self) -> None:
        """Book calls whose answers nobody took, unless the run or the lease is over."""
        if self.crm.spent_so_far.calls:
            with suppress(LeaseLostError), self._spending() as spent:
                await self.store.transact(lambda session: self._begin(session, spent))

    async def commit(self, take: Callable[[Session], Coroutine[Any, Any, None]]) -> None:
        """One page's transaction in one trip to the store: `take` awaits nothing but its session.

        Raises LeaseLostError when the lease, the connection or the run is over.
        """

        async def work(session: Session) -> None:
            await self._begin(session, spent)
            await take(session)
            await self._report(session)

        with self._spending() as spent:
            await self.store.transact(work)
        points.passing("page.committed")

    @asynccontextmanager
    async def committing(self) -> AsyncIterator[Session]:
        """The same as a block, which may await what it likes."""
        with self._spending() as spent:
            async with self.store.transaction() as session:
                await self._begin(session, spent)
                yield session
                await self._report(session)
        points.passing("page.committed")

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[Session]:
        """A transaction that tells how the run stands, without a page."""
        with self._spending() as spent:
            async with self.store.transaction() as session:
                await self._begin(session, spent)
                yield session

    @contextmanager
    def _spending(self) -> Iterator[Spent]:
        """What was spent at Zoho since the last transaction, to be booked in this one; given back when that fails."""
        spent = self.crm.take_spent()
        self.calls += spent.calls
        try:
            yield spent
        except BaseException:
            self.calls -= spent.calls
            self.crm.give_back(spent)
            raise
        self.metrics.vendor_calls.inc(spent.calls)
        self.metrics.vendor_credits.inc(spent.credits)

    async def _begin(self, session: Session, spent: Spent) -> None:
        await check_fence(session, KIT, self.lease)
        await self._check_tenant(session)
        run = await (self._count(session, spent) if spent.calls else self._find_run(session))
        if run is None or run.ended:
            raise LeaseLostError(f"tenant {self.lease.tenant_id}: the run is over")
        self.run = run
        if spent.calls:
            await book_credits(
                session,
                self.lease.tenant_id,
                calls=spent.calls,
                credits_spent=spent.credits,
                credits_remaining=spent.credits_remaining,
            )

    async def _report(self, session: Session) -> None:
        # Who began the transaction has the tenant's turn: nobody else changed what is looked at here.
        if self.run.state != "working" or self.run.attempts:
            self.run = await report_stage(session, self.run, "working")

    async def _check_tenant(self, session: Session) -> None:
        tenant = await find_tenant(session, KIT, self.lease.tenant_id)
        now = None if tenant is None else find_connected(tenant)
        if now is None or now.generation != self.connection.generation:
            raise LeaseLostError(f"tenant {self.lease.tenant_id}: the connection is over")

    async def _find_run(self, session: Session) -> RunRow | None:
        return await find_run(session, self.run.tenant_id, self.run.run_id)

    async def _count(self, session: Session, spent: Spent) -> RunRow | None:
        return await add_calls(
            session, self.run, calls=spent.calls, credits_spent=spent.credits, answered_at=spent.answered_at
        )


def find_connected(tenant: TenantRow) -> ConnectionFacts | None:
    """The tenant's link to Zoho if we may use it."""
    if tenant.deleted:
        return None
    for connection in tenant.event.connections:
        if connection.vendor is Vendor.ZOHO and connection.state is ConnectionState.CONNECTED:
            return connection
    return None
