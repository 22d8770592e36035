"""The desk of one slice: what the worker knows of the tenant, its one way to Xero, and its one way to write.

Every write checks the fence, every call checks the connection and the lease; so a worker that has lost its tenant, a
deleted tenant and a connection that was replaced neither write nor send. What calls taught about limits is saved with
the next write. A unit of work goes to the store in one trip: `look` and `write`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import RowMapping

from sync_kit import points
from sync_kit.clock import Clock
from sync_kit.contracts.vendor_tokens import VendorToken
from sync_kit.contracts.vocabulary import REHEARSALS, ConnectionState, Module, RunMode, Vendor
from sync_kit.errors import AnswerLostError, LeaseLostError, NeedsReauthorisationError, NotSentError, TryLaterError
from sync_kit.leases import Lease, check_fence
from sync_kit.store import Session, Store
from sync_kit.tenants import TenantRow, find_tenant, get_connection
from sync_kit.vendor_tokens import VendorTokens
from xero_writer.clients.xero_accounting import CALL_TIMEOUT_SECONDS, XeroAccounting, XeroAnswer, XeroRequest
from xero_writer.domain.lanes import LANES
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.errors import OutOfCallsError, SliceOverError
from xero_writer.metrics import Metrics
from xero_writer.store import KIT_TABLES, budgets, runs
from xero_writer.store.digest_keys import DigestKeys
from xero_writer.store.partitions import name_partition
from xero_writer.store.runs import RunState
from xero_writer.usecases.allowance import Allowance

Result = TypeVar("Result")
Work = Callable[[Session], Coroutine[Any, Any, Result]]
"""A unit of work: it awaits nothing but its session, and changes nothing of the desk."""

SLICE_CALLS: Final = 20
SLICE_SECONDS: Final = 30.0
MOST_SHOWN: Final = 500
WRITES_MAY_FAIL: Final = 2
"""Lost answers of writes in a row before Xero is left alone: each is looked up by itself anyway."""


@dataclass(frozen=True)
class Tools:
    """What a worker works with, the same for all tenants."""

    store: Store
    xero: XeroAccounting
    tokens: VendorTokens
    clock: Clock
    digest_keys: DigestKeys
    metrics: Metrics
    boot_id: str
    """This process: intents of another one were left by a process that may have died."""
    served: set[str] = field(default_factory=set)
    """Tenants whose open intents this process has looked at since it started."""


@dataclass
class Desk:
    """One tenant, one lease, one slice."""

    tools: Tools
    lease: Lease
    tenant: TenantRow
    allowance: Allowance
    digest_key: bytes
    mapping: TenantMapping
    mapping_version: int
    run: RowMapping | None
    ends_at: float
    calls: int = 0
    shown: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Rehearsals: what Xero showed in this slice, by id, so that nothing is asked for twice to be told."""
    closed: Mapping[Module, int] = field(default_factory=dict)
    """Modules of which the run has taken in all that the reader emitted, and how much that was."""
    may_go_on: bool = True
    """Whether the slice may ask for another share when it has used its own."""
    under_way: set[asyncio.Task[None]] = field(default_factory=set)
    """Calls that go on beside the slice."""
    _uncounted: int = field(default=0)

    @property
    def tenant_id(self) -> str:
        """Whose lease, limits, connection and events it is."""
        return self.lease.tenant_id

    @property
    def mode(self) -> RunMode:
        """What the open run may do; settling without a run is the work of an apply."""
        return RunMode(self.run["mode"]) if self.run is not None and self.run["mode"] else RunMode.APPLY

    @property
    def rehearses(self) -> bool:
        """Whether the run moves nothing of the tenant's."""
        return self.mode in REHEARSALS

    @property
    def partition(self) -> str:
        """Whose rows are read and written: the tenant's own, or the copy that a rehearsal works on."""
        return name_partition(self.tenant_id, self.run_id) if self.rehearses and self.run_id else self.tenant_id

    @property
    def modules(self) -> tuple[Module, ...]:
        """The modules that the run was asked for."""
        return tuple(Module(name) for name in self.request.get("modules", ()))

    @property
    def run_id(self) -> str | None:
        return None if self.run is None else str(self.run["run_id"])

    @property
    def request(self) -> dict[str, Any]:
        """What the open run was asked to do."""
        return {} if self.run is None else dict(self.run["request"])

    def now(self) -> datetime:
        """The worker's clock, for limits; what is stored takes the store's."""
        return self.tools.clock.now()

    @property
    def calls_left(self) -> int:
        """What is left of the slice's share."""
        return 0 if self.tools.clock.monotonic() >= self.ends_at else max(0, SLICE_CALLS - self.calls)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """A transaction under the fence. Raises LeaseLostError."""
        async with self._telling() as tell, self.tools.store.transaction() as session:
            await self._ensure_mine(session)
            yield session
            await tell(session)

    async def write(self, work: Work[Result]) -> Result:
        """The same in one trip, with `work` as its block."""

        async def work_under_fence(session: Session) -> Result:
            await self._ensure_mine(session)
            result = await work(session)
            await tell(session)
            return result

        async with self._telling() as tell:
            return await self.tools.store.transact(work_under_fence)

    async def look(self, work: Work[Result]) -> Result:
        """Read from the store in one trip."""
        return await self.tools.store.read(work)

    @asynccontextmanager
    async def _telling(self) -> AsyncIterator[Callable[[Session], Coroutine[Any, Any, None]]]:
        """What calls taught so far, to be saved in a transaction; known again as untold when that fails."""
        budget = self.allowance.to_row() if self.allowance.dirty else None
        uncounted, self._uncounted, self.allowance.dirty = self._uncounted, 0, False

        async def tell(session: Session) -> None:
            if budget is not None:
                await budgets.save_budget(session, self.tenant_id, budget)
            if uncounted and self.run_id is not None:
                await runs.add_calls(session, self.tenant_id, self.run_id, uncounted)

        try:
            yield tell
        except BaseException:
            self._uncounted += uncounted
            self.allowance.dirty = self.allowance.dirty or budget is not None
            raise

    async def _ensure_mine(self, session: Session) -> None:
        await check_fence(session, KIT_TABLES, self.lease)
        if self.rehearses:
            await self._check_rehearsal(session)

    async def _check_rehearsal(self, session: Session) -> None:
        """Its copy is deleted when the run ends: nothing may be written into it afterwards. Raises SliceOverError."""
        run = await runs.find_run(session, self.tenant_id, self.run_id or "")
        if run is None or run["state"] == RunState.ENDED or run["dropped_at"] is not None:
            raise SliceOverError("the rehearsal is over")

    def show(self, path: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Remember raw rows for the telling of a rehearsal; a bounded number of them."""
        if not self.rehearses:
            return
        name = next(words.id_field for words in LANES.values() if words.path == path)
        for row in rows[: max(0, MOST_SHOWN - len(self.shown))]:
            self.shown[str(row.get(name))] = row

    async def save(self) -> None:
        """Save what calls taught, if nothing else did."""
        if self.allowance.dirty or self._uncounted:
            async with self.writing():
                pass

    async def read(self, request: XeroRequest, *, settling: bool = False, may_be_refused: bool = False) -> XeroAnswer:
        """A GET: an answer with 2xx, 304, 400 or 404; what is of no use (lost, 5xx, garbage) is asked in a later slice.

        `may_be_refused`: a 403 is an answer too.

        Raises SliceOverError, OutOfCallsError, NeedsReauthorisationError, TryLaterError, LeaseLostError.
        """
        await self._wait_for_place(settling=settling)
        try:
            answer = await self.send(request)
        except (NotSentError, AnswerLostError) as error:
            raise self.blocked("a read had no answer") from error
        if answer.good or answer.status in (400, 404) or (may_be_refused and answer.status == 403):
            return answer
        if answer.status != 429:
            self.allowance.note_trouble(self.now())
        raise self.blocked(f"Xero answered {answer.status}")

    async def _wait_for_place(self, *, settling: bool) -> None:
        while True:
            if not self.calls_left:
                raise SliceOverError("this slice has made its calls")
            if self.allowance.count_free(self.now(), settling=settling):
                return
            if not self.under_way:
                raise self.wait_for_uncertain()
            await asyncio.wait(self.under_way, return_when=asyncio.FIRST_COMPLETED)

    def take_place(self) -> None:
        """Count a call that is about to begin, so that no other one takes its place: `send_from_place` must follow."""
        self.calls += 1
        self.allowance.in_flight += 1

    async def send(self, request: XeroRequest) -> XeroAnswer:
        """Any call, whatever its answer; the caller has made sure that the allowance has room for it.

        Raises NotSentError (nothing left), AnswerLostError (its effect is unknown), NeedsReauthorisationError,
        TryLaterError and LeaseLostError (nothing was done).
        """
        self.take_place()
        return await self.send_from_place(request)

    async def send_from_place(self, request: XeroRequest) -> XeroAnswer:
        """`send` for a call that was counted before."""
        try:
            token = await self._borrow()
            answer = await self._send_once(token, request)
            if answer.status == 401 and not answer.lacks_scope:
                self.calls += 1
                token = await self._borrow(failed_generation=token.generation)
                answer = await self._send_once(token, request)
        finally:
            self.allowance.in_flight -= 1
        if answer.status == 401:
            if answer.lacks_scope:
                await self.tools.tokens.report_missing_scope(self.tenant_id, Vendor.XERO, token.generation)
            await self._borrow(failed_generation=token.generation)
            raise self._refused_again("Xero refused two tokens")
        if answer.status == 403 and _says_withdrawn(answer):
            await self.tools.tokens.report_withdrawn(self.tenant_id, Vendor.XERO, token.generation)
            raise self._refused_again("Xero says that access was withdrawn")
        return answer

    def _refused_again(self, what: str) -> TryLaterError:
        """Auth was told and still lends: it has a newer token, as after a long pause of this process. Whether a person
        must connect again is auth's to say, for nobody would be asked to by anyone else."""
        self.allowance.note_trouble(self.now())
        return TryLaterError(f"{what}, and auth has a newer one", retry_at=self.allowance.blocked_until)

    async def _send_once(self, token: VendorToken, request: XeroRequest) -> XeroAnswer:
        self._uncounted += 1
        began = time.perf_counter()
        kind = "write" if request.writes else "read"
        try:
            answer = await self.tools.xero.send(
                token,
                request,
                before_send=lambda: self.lease.ensure_time(self.tools.clock, CALL_TIMEOUT_SECONDS),
                after_send=(lambda: points.passing("intent.sent")) if request.writes else None,
            )
        except NotSentError:
            self._uncounted -= 1
            self.allowance.note_trouble(self.now())
            self.tools.metrics.calls.labels(kind=kind, result="not_sent").inc()
            raise
        except AnswerLostError:
            self.allowance.note_trouble(self.now(), patient=WRITES_MAY_FAIL if request.writes else 0)
            self.tools.metrics.calls.labels(kind=kind, result="lost").inc()
            raise
        self.allowance.note_answer(answer, self.now())
        self.tools.metrics.calls.labels(kind=kind, result=str(answer.status)).inc()
        self.tools.metrics.call_seconds.labels(kind=kind).observe(time.perf_counter() - began)
        if request.writes:
            points.passing("intent.answered")
        return answer

    async def _borrow(self, failed_generation: int | None = None) -> VendorToken:
        """A token of the connection that is in force now.

        Raises LeaseLostError for a deleted tenant, TryLaterError when auth's word and the events do not agree yet.
        """
        for _ in range(2):
            token = await self.tools.tokens.borrow(self.tenant_id, Vendor.XERO, failed_generation)
            tenant = await self.look(lambda session: find_tenant(session, KIT_TABLES, self.tenant_id))
            if tenant is None or tenant.deleted:
                raise LeaseLostError(f"tenant {self.tenant_id} was deleted")
            connection = get_connection(tenant, Vendor.XERO)
            if connection.state is not ConnectionState.CONNECTED:
                raise NeedsReauthorisationError("Xero is not connected", cause=connection.state.value)
            if connection.external_id is not None and connection.external_id != token.external_id:
                raise TryLaterError("the token is of another organisation than we have heard of")
            if token.connection_generation >= connection.generation:
                return token
            self.tools.tokens.forget(self.tenant_id)
        raise TryLaterError("the token is of a connection that was replaced")

    def trouble(self, message: str) -> OutOfCallsError:
        """An answer was of no use: leave Xero alone for a while, then ask again."""
        self.allowance.note_trouble(self.now())
        return self.blocked(message)

    def blocked(self, message: str) -> OutOfCallsError:
        """To raise when Xero must be left alone for what was learnt just now."""
        until = self.allowance.blocked_until or self.now() + timedelta(seconds=2)
        return OutOfCallsError(message, until=until, limit=self.allowance.blocked_by or "trouble")

    def wait_for_uncertain(self) -> OutOfCallsError:
        """To raise when too many calls without an answer may still be at work."""
        return OutOfCallsError(
            "calls without an answer may still be at work", until=self.now() + timedelta(seconds=15), limit="concurrent"
        )


def _says_withdrawn(answer: XeroAnswer) -> bool:
    return isinstance(answer.body, dict) and answer.body.get("Detail") == "AuthenticationUnsuccessful"
