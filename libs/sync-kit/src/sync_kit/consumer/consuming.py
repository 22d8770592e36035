"""Takes events in: one local transaction per batch, then the offsets. It calls no vendor and never sleeps.

Safe against what a bus may do: an event that comes twice is known by its id in the inbox, one that comes early is
parked, one that cannot be read or that its handler refuses five times is set aside with a reason, and none of them
holds up the others. A crash after the transaction and before the offsets only makes events come again.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import timedelta
from enum import Enum
from typing import Any, Final

from sqlalchemy import bindparam, delete, select

from sync_kit import points
from sync_kit.bus import Delivery, Subscription
from sync_kit.consumer.letters import Handlers, Letter, OnUnreadable, open_letter
from sync_kit.consumer.set_aside import (
    bury_letter,
    forget_parked,
    list_released,
    list_released_tenants,
    park_letter,
    purge_intake,
    release_parked,
)
from sync_kit.contracts import codec
from sync_kit.contracts.envelope import Envelope, unseal
from sync_kit.contracts.events import Event, TenantChanged
from sync_kit.errors import ParkEventError, UnreadableEventError
from sync_kit.logs import describe_error, get_logger
from sync_kit.store import KitTables, Session, Store
from sync_kit.store.troubles import is_trouble_of_the_store
from sync_kit.tenants import take_in_tenant

MOST_EVENTS: Final = 100
MOST_TRIES: Final = 5
LOOK_EVERY: Final = 30
"""In so many steps, about half a minute when idle, it looks whether another process let parked events through."""
KEEP_INBOX: Final = timedelta(days=5)
"""The topics' retention of 3 days, and two more."""
KEEP_PAYLOADS: Final = timedelta(days=30)

_log = get_logger(__name__)


class _Fate(Enum):
    TAKEN_IN = "taken_in"
    IGNORED = "ignored"
    REFUSED = "refused"
    PARKED = "parked"
    UNREADABLE = "unreadable"
    HANDLER_FAILED = "handler_failed"
    TRY_AGAIN = "try_again"


_Fates = dict[str, _Fate]
"""What became of each event, by its id."""


class _EachApartError(Exception):
    """Not every event of the batch can be taken in. It is undone and taken in once more with a savepoint for each."""


class Consumer:
    """One per store: its inbox is the store's.

    `handlers` by event type; other types are passed over. A handler raises ParkEventError for an event whose tenant
    or run is not known yet; when an event of a type in `releasing` has been taken in, the parked ones of that tenant
    are tried again. TenantChanged without a handler goes to `take_in_tenant`; a handler for it must call that itself.
    `on_unreadable` is told of every event set aside for ever, unreadable or failed.
    A batch is taken in in one trip to the store: handlers wait for nothing but their session (`Session.together`).
    `counts` holds events by what became of them; `wake` is the subscription's.
    """

    def __init__(
        self,
        store: Store,
        tables: KitTables,
        subscription: Subscription,
        handlers: Handlers,
        *,
        on_unreadable: OnUnreadable | None = None,
        releasing: Collection[type[Event]] = (TenantChanged,),
    ) -> None:
        self._store = store
        self._tables = tables
        self._subscription = subscription
        self._handlers = handlers
        self._on_unreadable = on_unreadable
        self._releasing = tuple(releasing)
        self._tries: Counter[str] = Counter()
        self._released_waiting = True
        self._steps = 0
        self.counts: Counter[str] = Counter()
        tenants = tables.tenants.c
        self._deleted_among = select(tenants.tenant_id).where(
            tenants.tenant_id.in_(bindparam("ids", expanding=True)), tenants.deleted.is_(True)
        )

    @property
    def wake(self) -> asyncio.Event | None:
        return self._subscription.wake

    async def step(self) -> int:
        """Take in a batch, and a batch of parked events that were let through; returns how many were looked at."""
        looked_at = 0
        self._steps += 1
        if self._released_waiting or self._steps % LOOK_EVERY == 0:
            looked_at += await self._take_in_released()
        deliveries = await self._subscription.poll(MOST_EVENTS)
        if not deliveries:
            return looked_at
        try:
            settled = await self._take_in(deliveries)
            points.passing("consumer.committed")
            await self._subscription.commit(settled)
        except BaseException:
            await self._subscription.rewind()
            raise
        if len(settled) < len(deliveries):
            await self._subscription.rewind()
        return looked_at + len(deliveries)

    async def purge(self) -> int:
        """Delete inbox ids of more than 5 days, parked events and dead letters of more than 30; returns how many."""
        async with self._store.transaction() as session:
            now = await session.now()
            return await purge_intake(
                session, self._tables, inbox_before=now - KEEP_INBOX, payloads_before=now - KEEP_PAYLOADS
            )

    async def _take_in(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """One transaction. Returns the deliveries before the first that must be tried again: those are settled."""
        letters = [open_letter(delivery.message) for delivery in deliveries]
        fates = await self._apply_somehow(lambda session, apart: self._apply_unseen(session, letters, apart))
        self._count(fates)
        self.counts["seen_before"] += len(letters) - len(fates)
        for position, letter in enumerate(letters):
            if fates.get(letter.event_id) is _Fate.TRY_AGAIN:
                return deliveries[:position]
        return deliveries

    async def _apply_somehow(self, work: Callable[[Session, bool], Coroutine[Any, Any, _Fates]]) -> _Fates:
        """All together first: next to no event is refused, and on PostgreSQL each savepoint is two trips."""
        try:
            return await self._store.transact(lambda session: work(session, False))
        except _EachApartError:
            return await self._store.transact(lambda session: work(session, True))

    async def _apply_unseen(self, session: Session, letters: Sequence[Letter], apart: bool) -> _Fates:
        await session.take_turn(*{letter.tenant_id for letter in letters if letter.tenant_id is not None})
        now = await session.now()
        ids = {letter.event_id: {"event_id": letter.event_id, "received_at": now} for letter in letters}
        unseen = set(await session.insert_missing_returning(self._tables.inbox, list(ids.values()), "event_id"))
        to_do = {letter.event_id: letter for letter in letters if letter.event_id in unseen}
        fates = await self._apply_all(session, list(to_do.values()), apart)
        again = [event_id for event_id, fate in fates.items() if fate is _Fate.TRY_AGAIN]
        if again:
            inbox = self._tables.inbox
            await session.execute(delete(inbox).where(inbox.c.event_id.in_(again)))
        return fates

    async def _take_in_released(self) -> int:
        """Try parked events again that were let through; they are in the inbox already."""
        self._released_waiting = False
        try:
            fates = await self._apply_somehow(self._apply_released)
        except BaseException:
            self._released_waiting = True
            raise
        self._count(fates)
        if len(fates) == MOST_EVENTS or _Fate.TRY_AGAIN in fates.values():
            self._released_waiting = True
        return len(fates)

    async def _apply_released(self, session: Session, apart: bool) -> _Fates:
        tenants = await list_released_tenants(session, self._tables, MOST_EVENTS)
        await session.take_turn(*tenants)
        letters = await list_released(session, self._tables, tenants, MOST_EVENTS)
        fates = await self._apply_all(session, letters, apart)
        stay = (_Fate.TRY_AGAIN, _Fate.PARKED)
        done = [event_id for event_id, fate in fates.items() if fate not in stay]
        await forget_parked(session, self._tables, done)
        return fates

    async def _apply_all(self, session: Session, letters: Sequence[Letter], apart: bool) -> _Fates:
        deleted = await self._list_deleted_tenants(session, letters)
        fates: _Fates = {}
        for letter in letters:
            if letter.tenant_id in deleted:
                fates[letter.event_id] = _Fate.REFUSED
                continue
            try:
                event = _read(letter)
            except UnreadableEventError as error:
                if not apart:
                    raise _EachApartError from error
                await self._set_aside(session, letter, _Fate.UNREADABLE, str(error))
                fates[letter.event_id] = _Fate.UNREADABLE
                continue
            fate = await self._apply(session, letter, event, apart)
            fates[letter.event_id] = fate
            if fate is _Fate.TAKEN_IN:
                if isinstance(event, TenantChanged) and event.deleted:
                    deleted.add(event.tenant_id)
                if isinstance(event, self._releasing):
                    waiting = await release_parked(session, self._tables, event.tenant_id)
                    self._released_waiting = self._released_waiting or waiting
        return fates

    async def _apply(self, session: Session, letter: Letter, event: Event, apart: bool) -> _Fate:
        handler = self._handlers.get(type(event))
        envelope = letter.envelope
        if envelope is None or (handler is None and not isinstance(event, TenantChanged)):
            return _Fate.IGNORED
        try:
            async with session.nested() if apart else contextlib.nullcontext():
                if handler is not None:
                    await handler(session, event, envelope)
                elif isinstance(event, TenantChanged):
                    await take_in_tenant(session, self._tables, event)
        except Exception as error:
            if is_trouble_of_the_store(error):
                raise
            if not apart:
                raise _EachApartError from error
            if isinstance(error, ParkEventError):
                await park_letter(session, self._tables, letter, await session.now())
                return _Fate.PARKED
            return await self._note_failure(session, letter, envelope, error)
        return _Fate.TAKEN_IN

    async def _note_failure(self, session: Session, letter: Letter, envelope: Envelope, error: Exception) -> _Fate:
        self._tries[letter.event_id] += 1
        tries = self._tries[letter.event_id]
        _log.error(
            "handler_failed",
            event_type=envelope.type,
            event_id=letter.event_id,
            exc_info=error,
            tries=tries,
        )
        if tries < MOST_TRIES:
            return _Fate.TRY_AGAIN
        del self._tries[letter.event_id]
        await self._set_aside(session, letter, _Fate.HANDLER_FAILED, codec.dumps(describe_error(error)).decode())
        return _Fate.HANDLER_FAILED

    async def _set_aside(self, session: Session, letter: Letter, fate: _Fate, detail: str) -> None:
        await bury_letter(session, self._tables, letter, reason=fate.value, detail=detail, now=await session.now())
        _log.error("event_set_aside", reason=fate.value, topic=letter.topic, event_id=letter.event_id, detail=detail)
        if self._on_unreadable is None:
            return
        try:
            async with session.nested():
                await self._on_unreadable(session, letter.headers)
        except Exception as error:
            if is_trouble_of_the_store(error):
                raise
            # The dead letter stays and a person sees it; raising would hold up every event behind this one.
            _log.error("on_unreadable_failed", event_id=letter.event_id, exc_info=error)

    async def _list_deleted_tenants(self, session: Session, letters: Sequence[Letter]) -> set[str]:
        ids = {letter.tenant_id for letter in letters if letter.tenant_id is not None}
        if not ids:
            return set()
        rows = await session.fetch_all(self._deleted_among, {"ids": sorted(ids)})
        return {row["tenant_id"] for row in rows}

    def _count(self, fates: _Fates) -> None:
        for event_id, fate in fates.items():
            self.counts[fate.value] += 1
            if fate is _Fate.TAKEN_IN:
                self._tries.pop(event_id, None)


def _read(letter: Letter) -> Event:
    if letter.envelope is None:
        raise UnreadableEventError(letter.fault or "damaged envelope")
    try:
        return unseal(letter.envelope, letter.value)
    except UnreadableEventError:
        raise
    except Exception as error:  # such as RecursionError: bytes that nobody foresaw must not stop the consumer
        raise UnreadableEventError(f"{type(error).__name__} while reading it") from error
