"""Work for the open run: judge what may be judged, send what may go, and tell when everything has its outcome.

Parents go before the documents that refer to them, and a parent goes when a document that goes needs it (or all do).
A request that is not full waits while more could join it, but not for long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import MODULE_ORDER, Module, Sending, Vendor
from sync_kit.errors import NeedsReauthorisationError
from sync_kit.tenants import get_connection
from xero_writer.domain.reference import ReferencePart
from xero_writer.domain.rows import JudgeContext, RunSettings
from xero_writer.domain.verdicts import Need
from xero_writer.errors import SliceOverError
from xero_writer.store import ledger, references, runs, staging
from xero_writer.store.runs import ModuleCount
from xero_writer.store.staging import State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.finish_run import finish_run
from xero_writer.usecases.judge_records import Judged, judge_page
from xero_writer.usecases.open_run import MOST_BY_ID, list_modules
from xero_writer.usecases.read_ledger import (
    CHANGES,
    CONTACT_CHANGES,
    CONTACTS,
    INVOICE_CHANGES,
    ITEMS,
    KINDS,
    read_invoices_by_id,
    read_ledger,
    sweep_changes,
)
from xero_writer.usecases.read_reference import list_unread, load_reference, read_parts
from xero_writer.usecases.send_batches import list_paths, send_wave

PATIENCE: Final = timedelta(seconds=30)
"""How long a request that is not full waits while nothing moves."""
DOCUMENTS: Final = frozenset({Module.INVOICES})
PARENTS: Final = tuple(module for module in MODULE_ORDER if module not in DOCUMENTS)


@dataclass(frozen=True)
class Progress:
    """Where the run stands, as rows say."""

    announced: Mapping[Module, RowMapping]
    owed: Mapping[Module, ModuleCount]
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
        count = self.owed.get(module)
        return (count.emitted if count is not None else 0) >= int(row["emitted"])

    def count(self, modules: Any, *states: State) -> int:
        """Records of these modules in these states."""
        return sum(self.states.get((module, state), 0) for module in modules for state in states)

    @property
    def parents_closed(self) -> bool:
        """Documents may be judged: all that they could refer to is here, or will be asked for."""
        return all(self.is_closed(module) for module in PARENTS)

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
        if await _judge(desk, progress):
            continue
        progress = await look_at_run(desk)
        if progress.count(MODULE_ORDER, State.READY) and await _refresh_organisation(desk):
            continue
        if await send_wave(desk, _find_growing(desk, progress)):
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


async def look_at_run(desk: Desk) -> Progress:
    """Read where the run stands."""
    run_id = desk.run_id or ""
    async with desk.tools.store.reading() as session:
        moved_at = await runs.find_moved_at(session, desk.tenant_id, run_id)
        now = await session.now()
        return Progress(
            announced=await runs.list_modules(session, desk.tenant_id, run_id),
            owed=await runs.count_owed(session, desk.tenant_id, run_id),
            states=await staging.count_by_state(session, desk.tenant_id),
            requested=tuple(list_modules(desk)),
            moved_at=moved_at or now,
            now=now,
        )


async def _judge(desk: Desk, progress: Progress) -> bool:
    """Judge a page of each module that may be judged; True when anything moved."""
    moved = False
    context: JudgeContext | None = None
    sends_all = desk.request["settings"]["sending"] == Sending.ALL
    for module in MODULE_ORDER:
        if not progress.count([module], State.STAGED):
            continue
        if module in DOCUMENTS and (module not in progress.requested or not progress.parents_closed):
            continue
        if context is None:
            context, contacts_fresh = await _load_context(desk)
        unneeded_too = module in DOCUMENTS or (
            module in progress.requested and (sends_all or (progress.is_closed(module) and progress.documents_judged))
        )
        judged = await judge_page(desk, module, context, unneeded_too=unneeded_too, contacts_fresh=contacts_fresh)
        if judged.needs:
            await _fetch(desk, module, judged)
            context = None
        moved = moved or bool(judged.looked_at) or bool(judged.needs)
    return moved


async def _load_context(desk: Desk) -> tuple[JudgeContext, bool]:
    async with desk.tools.store.reading() as session:
        reads = await ledger.list_reads(session, desk.tenant_id)
        reference = await load_reference(session, desk.tenant_id)
    complete = {kind for kind, read in reads.items() if read["complete"]}
    fresh = {kind for kind in complete if reads[kind]["run_id"] == desk.run_id}
    swept = set()
    if INVOICE_CHANGES in fresh:
        swept.add(Module.INVOICES)
    if ITEMS in fresh:
        swept.add(Module.PRODUCTS)
    settings = desk.request["settings"]
    context = JudgeContext(
        mapping=desk.mapping,
        settings=RunSettings(date.fromisoformat(settings["books_start_date"]), Sending(settings["sending"])),
        digest_key=desk.digest_key,
        reference=reference,
        ledger_read=frozenset(module for module, kind in KINDS.items() if kind in complete),
        swept=frozenset(swept),
        crm_web_url=_find_crm_url(desk),
    )
    # Before the first reading the judge asks for the ledger by itself.
    return context, bool({CONTACTS, CONTACT_CHANGES} & fresh) or CONTACTS not in complete


def _find_crm_url(desk: Desk) -> str | None:
    try:
        return get_connection(desk.tenant, Vendor.ZOHO).web_url
    except NeedsReauthorisationError:
        return None


async def _fetch(desk: Desk, module: Module, judged: Judged) -> None:
    """Read from Xero what the judge asked for."""
    if Need.REFERENCE in judged.needs:
        async with desk.tools.store.reading() as session:
            unread = await list_unread(session, desk.tenant_id)
        await read_parts(desk, unread)
    if Need.LEDGER in judged.needs:
        await read_ledger(desk, KINDS[module])
    if Need.SWEEP in judged.needs:
        if module is Module.INVOICES and len(judged.to_sweep) <= MOST_BY_ID:
            await read_invoices_by_id(desk, judged.to_sweep)
        else:
            await sweep_changes(desk, CHANGES[KINDS[module]])


async def _refresh_organisation(desk: Desk) -> bool:
    """Once per run that writes: lock dates may have moved. True when they did and what is ready is judged again."""
    async with desk.tools.store.reading() as session:
        known = await references.find_part(session, desk.tenant_id, ReferencePart.ORGANISATION.value)
    if known is not None and known["run_id"] == desk.run_id:
        return False
    if not await read_parts(desk, [ReferencePart.ORGANISATION]):
        return False
    async with desk.writing() as session:
        await staging.restage_state(session, desk.tenant_id, list(MODULE_ORDER), State.READY)
    return True


def _find_growing(desk: Desk, progress: Progress) -> dict[str, bool]:
    """By path: whether more records could join a request that is not full."""
    if not progress.patient:
        return {}
    growing = {}
    sends_all = desk.request["settings"]["sending"] == Sending.ALL
    for path, modules in list_paths().items():
        open_modules = any(not progress.is_closed(module) for module in modules)
        if set(modules) & DOCUMENTS:
            growing[path] = open_modules or bool(progress.count(modules, State.STAGED, State.WAITING))
        else:
            to_judge = bool(progress.count(modules, State.STAGED)) and (sends_all or not progress.documents_judged)
            growing[path] = open_modules or to_judge or not (sends_all or progress.documents_judged)
    return growing
