"""Work for the open run: judge what may be judged, send what may go, and tell when everything has its outcome.

Parents go before the documents that refer to them, and a parent goes when a document that goes needs it (or all do).
A request that is not full waits while more could join it, but not for long.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, MODULE_ORDER, Module, Sending, Vendor
from sync_kit.errors import NeedsReauthorisationError
from sync_kit.store import Session
from sync_kit.tenants import get_connection
from xero_writer.domain.document_kinds import CRM_WORDS
from xero_writer.domain.lanes import DOCUMENT_LANES, Lane, choose_lane, list_feeders
from xero_writer.domain.mapping_model import CurrencyRate
from xero_writer.domain.reference import Reference, ReferencePart
from xero_writer.domain.rows import JudgeContext, RunSettings
from xero_writer.domain.verdicts import Need
from xero_writer.errors import SliceOverError
from xero_writer.store import ledger, ledger_reads, owed, references, runs, staging
from xero_writer.store.staging import State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.finish_run import finish_run
from xero_writer.usecases.flights import Flights, open_flights
from xero_writer.usecases.go_on import go_on
from xero_writer.usecases.judge_records import Judged, Looks, judge_page
from xero_writer.usecases.read_by_id import is_cheaper_by_id, read_documents_by_id
from xero_writer.usecases.read_ledger import has_read, is_fresh, is_read, read_ledger, sweep_changes
from xero_writer.usecases.read_reference import list_unread, load_reference, read_parts
from xero_writer.usecases.rehearse import settle_would_be
from xero_writer.usecases.send_at_once import find_room, may_go_at_once
from xero_writer.usecases.send_batches import send_ready

PATIENCE: Final = timedelta(seconds=30)
"""How long a request that is not full waits while nothing moves."""
DOCUMENTS: Final = tuple(module for module in MODULE_ORDER if module in DOCUMENT_MODULES)
PARENTS: Final = tuple(module for module in MODULE_ORDER if module not in DOCUMENT_MODULES)


@dataclass(frozen=True)
class Progress:
    """Where the run stands, as rows say."""

    closed: Mapping[Module, int]
    """All that the reader emitted of these, and how much that is, has been taken in."""
    states: Mapping[tuple[Module, State], int]
    requested: tuple[Module, ...]
    moved_at: datetime
    now: datetime

    def is_closed(self, module: Module) -> bool:
        """Nothing more comes of the module; true for one that the reader was not asked for."""
        return module not in self.requested or module in self.closed

    def count(self, modules: Any, *states: State) -> int:
        """Records of these modules in these states."""
        return sum(self.states.get((module, state), 0) for module in modules for state in states)

    def are_parents_closed(self, module: Module) -> bool:
        """Documents of the module may be judged: all that they could refer to is here, or will be asked for."""
        parties = [party for party, _ in CRM_WORDS[module].party_fields]
        return all(self.is_closed(parent) for parent in (*parties, Module.PRODUCTS))

    @property
    def documents_judged(self) -> bool:
        """No document of the run can make another parent needed."""
        asked = [module for module in DOCUMENTS if module in self.requested]
        return all(self.is_closed(module) for module in asked) and not self.count(asked, State.STAGED)

    @property
    def patient(self) -> bool:
        """Something moved a moment ago: more may come."""
        return self.now - self.moved_at < PATIENCE


async def work_run(desk: Desk) -> datetime | None:
    """Go on until nothing more can be done now; returns when there is more to do, None: when something happens."""
    async with open_flights(desk) as flights:
        going_on = True
        while going_on:
            await flights.land()
            progress = await look_at_run(desk)
            going_on = await _take_step(desk, flights, progress)
    await desk.save()
    finished_at = await finish_run(
        desk, progress.requested, {each: progress.is_closed(each) for each in progress.requested}
    )
    if progress.count(MODULE_ORDER, State.READY):
        patience_ends_at = progress.moved_at + PATIENCE
        return min(finished_at, patience_ends_at) if finished_at is not None else patience_ends_at
    return finished_at


async def _take_step(desk: Desk, flights: Flights, progress: Progress) -> bool:
    """Do one thing: judge, send, or wait for an answer. False when there is nothing to do.

    While documents are on their way others are judged: nothing waits for a document. A parent is judged when no other
    one is on its way, since the next may turn out to be the same; of documents that holds for those with one number.
    Where everything goes, documents wait until all parents have gone, so that each is judged once. Else a document
    that goes tells which parents must go.
    """
    if not desk.calls_left and not await go_on(desk) and desk.tools.clock.monotonic() >= desk.ends_at:
        raise SliceOverError("this slice has had its time")
    parents_gone = flights.lanes <= DOCUMENT_LANES
    if parents_gone and await _judge(desk, flights, progress, PARENTS):
        return True
    if progress.count(MODULE_ORDER, State.READY):
        if not flights and await _refresh_organisation(desk):
            return True
        if await _send(desk, flights, progress):
            return True
    documents = [module for module in DOCUMENTS if module not in flights.rivals]
    if (parents_gone or not _sends_all(desk)) and await _judge(desk, flights, progress, documents):
        return True
    if flights:
        await flights.wait()
    return bool(flights)


async def _send(desk: Desk, flights: Flights, progress: Progress) -> int:
    """Send what is ready; a rehearsal only tells what it would send."""
    if desk.rehearses:
        return await settle_would_be(desk)
    ready = {module: count for module in MODULE_ORDER if (count := progress.count([module], State.READY))}
    return await send_ready(desk, flights, ready, _find_growing(desk, progress))


async def look_at_run(desk: Desk) -> Progress:
    """Read where the run stands."""
    run_id = desk.run_id or ""

    async def look(session: Session) -> Progress:
        standing = await runs.find_standing(session, desk.tenant_id, run_id)
        return Progress(
            closed=await _list_closed(desk, session, run_id, standing.emitted),
            states=await staging.count_by_state(session, desk.partition),
            requested=desk.modules,
            moved_at=standing.moved_at,
            now=standing.now,
        )

    progress = await desk.look(look)
    desk.closed = progress.closed
    return progress


async def _list_closed(desk: Desk, session: Session, run_id: str, emitted: Mapping[Module, int]) -> dict[Module, int]:
    """Modules of which as much has been taken in as the reader says that it emitted, with the reader's number. What
    was taken in stays so, and counting takes long in a large run: nothing is counted again for the same number."""
    unknown = [module for module, count in emitted.items() if desk.closed.get(module) != count]
    taken_in = await owed.count_emitted(session, desk.partition, run_id, unknown)
    return {
        module: count for module, count in emitted.items() if module not in unknown or taken_in.get(module, 0) >= count
    }


def _sends_all(desk: Desk) -> bool:
    return bool(desk.request["settings"]["sending"] == Sending.ALL)


async def _judge(desk: Desk, flights: Flights, progress: Progress, modules: Iterable[Module]) -> bool:
    """Judge a page of each of these modules that may be judged; True when anything moved."""
    moved = False
    context: JudgeContext | None = None
    sends_all = _sends_all(desk)
    for module in modules:
        if not progress.count([module], State.STAGED):
            continue
        if module in DOCUMENTS and (module not in progress.requested or not progress.are_parents_closed(module)):
            continue
        if context is None:
            context, looks = await _load_context(desk)
        unneeded_too = module in DOCUMENTS or (
            module in progress.requested and (sends_all or (progress.is_closed(module) and progress.documents_judged))
        )
        room = find_room(desk, flights) if looks.lock_dates and may_go_at_once(desk, module) else None
        if room is not None and not room.requests:
            if flights:
                continue  # one of those on their way makes room
            room = None
        judged = await judge_page(desk, module, context, unneeded_too=unneeded_too, looks=looks, room=room)
        flights.start(judged.sendings)
        if judged.needs:
            await _fetch(desk, module, judged, _list_wanted_lanes(desk, progress))
            context = None
        moved = moved or bool(judged.looked_at) or bool(judged.needs)
    return moved


async def _load_context(desk: Desk) -> tuple[JudgeContext, Looks]:
    """What judging knows, and how freshly Xero has been looked at."""

    async def look(session: Session) -> tuple[Mapping[str, RowMapping], Reference | None, str | None]:
        reads = await ledger_reads.list_reads(session, desk.partition)
        organisation = await references.find_run_of(session, desk.partition, ReferencePart.ORGANISATION.value)
        reference = await load_reference(session, desk.partition)
        if reference is not None and desk.mapping.policies.currency_rate is CurrencyRate.CRM:
            reference = replace(reference, rates=await ledger.list_rates(session, desk.partition))
        return reads, reference, organisation

    reads, reference, organisation = await desk.look(look)
    lanes = {module: choose_lane(module, desk.mapping) for module in MODULE_ORDER}
    looks = Looks(
        read=frozenset(lane for lane in Lane if is_read(reads, lane)),
        fresh=frozenset(lane for lane in Lane if is_fresh(reads, lane, desk.run_id)),
        swept=frozenset(lane for lane in Lane if is_fresh(reads, lane, desk.run_id, with_lines=lane in DOCUMENT_LANES)),
        lock_dates=organisation == desk.run_id,
    )
    settings = desk.request["settings"]
    context = JudgeContext(
        mapping=desk.mapping,
        settings=RunSettings(date.fromisoformat(settings["books_start_date"]), Sending(settings["sending"])),
        digest_key=desk.digest_key,
        reference=reference,
        ledger_read=frozenset(module for module, lane in lanes.items() if lane in looks.read),
        swept=frozenset(module for module, lane in lanes.items() if lane in looks.swept),
        crm_web_url=_find_crm_url(desk),
    )
    return context, looks


def _list_wanted_lanes(desk: Desk, progress: Progress) -> list[Lane]:
    """Lanes of documents that are to be judged in this run: they are read together where that is cheaper."""
    waiting = [
        module
        for module in progress.requested
        if module in DOCUMENTS and progress.count([module], State.STAGED, State.WAITING)
    ]
    return [choose_lane(module, desk.mapping) for module in waiting]


def _find_crm_url(desk: Desk) -> str | None:
    try:
        return get_connection(desk.tenant, Vendor.ZOHO).web_url
    except NeedsReauthorisationError:
        return None


async def _fetch(desk: Desk, module: Module, judged: Judged, wanted: Sequence[Lane]) -> None:
    """Read from Xero what the judge asked for."""
    lane = choose_lane(module, desk.mapping)
    if Need.REFERENCE in judged.needs:
        await read_parts(desk, await desk.look(lambda session: list_unread(session, desk.partition)))
    if Need.LEDGER in judged.needs:
        await read_ledger(desk, lane, wanted)
    if Need.SWEEP not in judged.needs:
        return
    if not judged.to_sweep:
        await sweep_changes(desk, lane, wanted)
    for other, xero_ids in sorted(judged.to_sweep.items()):
        # A sweep of bills also shows a second one with our link, which nothing in Xero would refuse.
        sweeps = other is Lane.BILLS and await has_read(desk, other)
        if other in DOCUMENT_LANES and is_cheaper_by_id(other, len(xero_ids)) and not sweeps:
            await read_documents_by_id(desk, other, xero_ids)
        else:
            await sweep_changes(desk, other, wanted)


async def _refresh_organisation(desk: Desk) -> bool:
    """Once per run that writes: lock dates may have moved. True when they did and what is ready is judged again."""
    part = ReferencePart.ORGANISATION
    if await desk.look(lambda session: references.find_run_of(session, desk.partition, part.value)) == desk.run_id:
        return False
    if not await read_parts(desk, [part]):
        return False
    await desk.write(lambda session: staging.restage_state(session, desk.partition, MODULE_ORDER, State.READY))
    return True


def _find_growing(desk: Desk, progress: Progress) -> dict[Lane, bool]:
    """By lane: whether more records could join a request that is not full."""
    if not progress.patient:
        return {}
    growing = {}
    sends_all = _sends_all(desk)
    for lane in Lane:
        modules = list_feeders(lane, desk.mapping)
        open_modules = any(not progress.is_closed(module) for module in modules)
        if lane in DOCUMENT_LANES:
            growing[lane] = open_modules or bool(progress.count(modules, State.STAGED, State.WAITING))
        else:
            to_judge = bool(progress.count(modules, State.STAGED)) and (sends_all or not progress.documents_judged)
            growing[lane] = open_modules or to_judge or not (sends_all or progress.documents_judged)
    return growing
