"""Work for the open run: judge what may be judged, send what may go, and tell when everything has its outcome.

Parents go before the documents that refer to them, and a parent goes when a document that goes needs it (or all do).
A request that is not full waits while more could join it, but not for long.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, MODULE_ORDER, Module, Sending, Vendor
from sync_kit.errors import NeedsReauthorisationError
from sync_kit.tenants import get_connection
from xero_writer.domain.document_kinds import CRM_WORDS
from xero_writer.domain.lanes import DOCUMENT_LANES, Lane, choose_lane, list_feeders
from xero_writer.domain.mapping_model import CurrencyRate
from xero_writer.domain.reference import ReferencePart
from xero_writer.domain.rows import JudgeContext, RunSettings
from xero_writer.domain.verdicts import Need
from xero_writer.errors import SliceOverError
from xero_writer.store import ledger, ledger_reads, owed, references, runs, staging
from xero_writer.store.owed import ModuleCount
from xero_writer.store.staging import State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.finish_run import finish_run
from xero_writer.usecases.judge_records import Judged, Looks, judge_page
from xero_writer.usecases.read_by_id import is_cheaper_by_id, read_documents_by_id
from xero_writer.usecases.read_ledger import has_read, is_fresh, is_read, read_ledger, sweep_changes
from xero_writer.usecases.read_reference import list_unread, load_reference, read_parts
from xero_writer.usecases.rehearse import settle_would_be
from xero_writer.usecases.send_batches import send_wave

PATIENCE: Final = timedelta(seconds=30)
"""How long a request that is not full waits while nothing moves."""
DOCUMENTS: Final = tuple(module for module in MODULE_ORDER if module in DOCUMENT_MODULES)
PARENTS: Final = tuple(module for module in MODULE_ORDER if module not in DOCUMENT_MODULES)


@dataclass(frozen=True)
class Progress:
    """Where the run stands, as rows say."""

    announced: Mapping[Module, RowMapping]
    counts: Mapping[Module, ModuleCount]
    states: Mapping[tuple[Module, State], int]
    requested: tuple[Module, ...]
    moved_at: datetime
    now: datetime

    def is_closed(self, module: Module) -> bool:
        """All that the reader emitted of the module has been taken in; true for one that it was not asked for."""
        if module not in self.requested:
            return True
        row = self.announced.get(module)
        if row is None or row["emitted"] is None:
            return False
        count = self.counts.get(module)
        return (count.emitted if count is not None else 0) >= int(row["emitted"])

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
    while True:
        if desk.tools.clock.monotonic() >= desk.ends_at:
            raise SliceOverError("this slice has had its time")
        progress = await look_at_run(desk)
        # Where everything goes, documents are judged once: when their parents have gone. Else a document that goes
        # tells which parents must go.
        parents_first = _sends_all(desk)
        if await _judge(desk, progress, MODULE_ORDER if not parents_first else PARENTS):
            continue
        if progress.count(MODULE_ORDER, State.READY) and await _refresh_organisation(desk):
            continue
        if await _go(desk, progress):
            continue
        if parents_first and await _judge(desk, progress, DOCUMENTS):
            continue
        break
    await desk.save()
    finished_at = await finish_run(
        desk, progress.requested, {each: progress.is_closed(each) for each in progress.requested}
    )
    if progress.count(MODULE_ORDER, State.READY):
        patience_ends_at = progress.moved_at + PATIENCE
        return min(finished_at, patience_ends_at) if finished_at is not None else patience_ends_at
    return finished_at


async def _go(desk: Desk, progress: Progress) -> int:
    """Send what is ready; a rehearsal only tells what it would send.

    While documents are on their way the next ones are judged. Nothing waits for a document, so that no answer can
    change what the judge has just read.
    """
    if desk.rehearses:
        return await settle_would_be(desk)
    sending = send_wave(desk, _find_growing(desk, progress))
    only_documents = progress.count(DOCUMENTS, State.READY) and not progress.count(PARENTS, State.READY)
    if not (_sends_all(desk) and only_documents and progress.count(DOCUMENTS, State.STAGED)):
        return await sending
    judging = _judge(desk, progress, DOCUMENTS, fetches=False)
    done = 0
    for result in await asyncio.gather(sending, judging, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
        done += result
    return done


async def look_at_run(desk: Desk) -> Progress:
    """Read where the run stands."""
    run_id = desk.run_id or ""
    async with desk.tools.store.reading() as session:
        moved_at = await runs.find_moved_at(session, desk.tenant_id, run_id)
        now = await session.now()
        return Progress(
            announced=await runs.list_modules(session, desk.tenant_id, run_id),
            counts=await owed.count_owed(session, desk.partition, run_id),
            states=await staging.count_by_state(session, desk.partition),
            requested=desk.modules,
            moved_at=moved_at or now,
            now=now,
        )


def _sends_all(desk: Desk) -> bool:
    return bool(desk.request["settings"]["sending"] == Sending.ALL)


async def _judge(desk: Desk, progress: Progress, modules: Iterable[Module], *, fetches: bool = True) -> bool:
    """Judge a page of each of these modules that may be judged; True when anything moved. `fetches`: what the judge
    asks for is read at once, else those records wait."""
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
        judged = await judge_page(desk, module, context, unneeded_too=unneeded_too, looks=looks)
        if judged.needs and fetches:
            await _fetch(desk, module, judged, _list_wanted_lanes(desk, progress))
            context = None
        moved = moved or bool(judged.looked_at) or bool(judged.needs and fetches)
    return moved


async def _load_context(desk: Desk) -> tuple[JudgeContext, Looks]:
    """What judging knows, and how freshly Xero has been looked at."""
    async with desk.tools.store.reading() as session:
        reads = await ledger_reads.list_reads(session, desk.partition)
        reference = await load_reference(session, desk.partition)
        if reference is not None and desk.mapping.policies.currency_rate is CurrencyRate.CRM:
            reference = replace(reference, rates=await ledger.list_rates(session, desk.partition))
    lanes = {module: choose_lane(module, desk.mapping) for module in MODULE_ORDER}
    looks = Looks(
        read=frozenset(lane for lane in Lane if is_read(reads, lane)),
        fresh=frozenset(lane for lane in Lane if is_fresh(reads, lane, desk.run_id)),
        swept=frozenset(lane for lane in Lane if is_fresh(reads, lane, desk.run_id, with_lines=lane in DOCUMENT_LANES)),
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
        async with desk.tools.store.reading() as session:
            unread = await list_unread(session, desk.partition)
        await read_parts(desk, unread)
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
    async with desk.tools.store.reading() as session:
        known = await references.find_part(session, desk.partition, ReferencePart.ORGANISATION.value)
    if known is not None and known["run_id"] == desk.run_id:
        return False
    if not await read_parts(desk, [ReferencePart.ORGANISATION]):
        return False
    async with desk.writing() as session:
        await staging.restage_state(session, desk.partition, list(MODULE_ORDER), State.READY)
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
