"""Judge what is staged, page by page: rows are gathered, the domain decides, and its verdicts are applied at once.

What the domain asks for first (reference data, the ledger, what Xero changed) is returned to the caller; those
records stay staged and are judged again when it is there.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module, WantedCause
from sync_kit.store import Session
from xero_writer.domain.documents.currency_rates import list_usual_rates
from xero_writer.domain.judge import judge, list_missing_fields
from xero_writer.domain.lanes import CONTACT_MODULES, Lane, lane_of
from xero_writer.domain.mapping_model import list_crm_fields
from xero_writer.domain.questions import find_candidate_kind
from xero_writer.domain.rows import JudgeContext, JudgeInput
from xero_writer.domain.verdicts import Action, Held, Need, Needs, Ready, Verdict
from xero_writer.store import ledger, links, owed, staging, wanted
from xero_writer.store.staging import State
from xero_writer.usecases.apply_verdicts import Page, apply_verdicts, want_records
from xero_writer.usecases.commit_intents import commit_intents
from xero_writer.usecases.describe_candidates import describe_candidates
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.gather_rows import gather_inputs
from xero_writer.usecases.send_at_once import Room, keep_unchanged, plan_at_once
from xero_writer.usecases.sendings import Sending
from xero_writer.usecases.settle_records import name_would_be

PAGE_SIZE: Final = 300
_FOR_ALL: Final = frozenset({Need.REFERENCE, Need.LEDGER})
"""What one record of a page asks for is read for all of them: the page is judged when it is there."""
_TYPED_IN_BY_PEOPLE: Final = frozenset({Lane.SALES_INVOICES, Lane.BILLS})
"""What somebody may have entered or ended by hand since the last look: looked at before creating, and before asking."""


@dataclass
class Judged:
    """What judging one page came to."""

    looked_at: int = 0
    settled: int = 0
    needs: set[Need] = field(default_factory=set)
    to_sweep: dict[Lane, list[str]] = field(default_factory=dict)
    """Xero ids of linked records that Xero must be asked about first."""
    sendings: Sequence[Sending] = ()
    """Committed intents of what may leave at once."""

    def note_needs(self, given: JudgeInput, verdict: Needs) -> None:
        """This record could not be judged yet."""
        self.looked_at -= 1
        self.needs |= verdict.what
        if Need.SWEEP in verdict.what and given.link is not None:
            lane = lane_of(given.record.module, given.link.facts.kind)
            self.to_sweep.setdefault(lane, []).append(given.link.xero_id)


@dataclass(frozen=True)
class Looks:
    """How freshly Xero has been looked at, by lane."""

    read: frozenset[Lane]
    """Read whole at some time."""
    fresh: frozenset[Lane]
    """All that Xero changed was read in this run, so that a new one may be created."""
    swept: frozenset[Lane]
    """The same, with the lines of documents, so that a linked one may be updated."""
    lock_dates: bool = False
    """The organisation was looked at in this run, as it must be before anything is written."""


async def judge_page(
    desk: Desk, module: Module, context: JudgeContext, *, unneeded_too: bool, looks: Looks, room: Room | None = None
) -> Judged:
    """Judge up to a page of the module's staged records. `unneeded_too`: also parents that no document needs. `room`:
    for what may leave at once."""
    run_id = desk.run_id
    if run_id is None:
        return Judged()
    if desk.rehearses:
        await _forget_imagined(desk, module)
    limit = PAGE_SIZE if room is None else room.page_size

    async def gather(session: Session) -> _Found:
        rows = await staging.list_to_judge(session, desk.partition, module, only_used=not unneeded_too, limit=limit)
        return await _gather(desk, session, run_id, module, rows, context.crm_web_url)

    found = await desk.look(gather)
    if not found.rows:
        return Judged()
    verdicts, needs = _judge_all(module, context, looks, found)
    if needs:
        return Judged(needs=needs)
    verdicts = await describe_candidates(desk, found.whole, verdicts)
    page = Page(module, found.whole, found.given, verdicts)
    batches = plan_at_once(page, room) if room is not None else ()

    async def apply(session: Session) -> Judged:
        await owed.owe(session, desk.partition, run_id, module, [row["record_id"] for row in found.rows])
        asked = await _want_payloads(desk, session, run_id, module, found.incomplete)
        going = await keep_unchanged(desk, session, module, batches)
        leaving = {each.record_id for batch in going for each in batch.candidates}
        settled = await apply_verdicts(desk, session, run_id, page, leaving)
        sendings = await commit_intents(desk, session, going) if going else ()
        return Judged(looked_at=len(page.rows) + asked, settled=settled, sendings=sendings)

    judged = await desk.write(apply)
    for each, verdict in zip(found.given, verdicts, strict=True):
        if isinstance(verdict, Needs):
            judged.note_needs(each, verdict)
    return judged


@dataclass(frozen=True)
class _Found:
    """A page of staged rows, and all that is known of those that are whole, in the order of `whole`."""

    rows: Sequence[RowMapping]
    incomplete: Sequence[RowMapping] = ()
    whole: Sequence[RowMapping] = ()
    given: Sequence[JudgeInput] = ()
    seen: frozenset[str] = frozenset()


async def _gather(
    desk: Desk, session: Session, run_id: str, module: Module, rows: Sequence[RowMapping], crm_web_url: str | None
) -> _Found:
    partition = desk.partition
    if not rows:
        return _Found(rows)
    ids = [row["record_id"] for row in rows]
    asked_before = await wanted.list_asked(session, partition, run_id, module, ids)
    asked = list_crm_fields(desk.mapping).get(module, ())
    incomplete: list[RowMapping] = []
    whole: list[RowMapping] = []
    for row in rows:
        (incomplete if _is_incomplete(row, asked, asked_before) else whole).append(row)
    given = await gather_inputs(session, partition, module, whole, desk.digest_key, crm_web_url=crm_web_url)
    return _Found(rows, incomplete, whole, given, await _list_seen(session, desk, module, given))


def _judge_all(module: Module, context: JudgeContext, looks: Looks, found: _Found) -> tuple[list[Verdict], set[Need]]:
    """A verdict for each, or what must be read before any of the page can be judged."""
    stale = looks.read - looks.fresh
    if module in CONTACT_MODULES and Lane.CONTACTS in stale and any(_is_new(each) for each in found.given):
        return [], {Need.SWEEP}
    if module in DOCUMENT_MODULES:
        context = replace(context, usual_rates=list_usual_rates([each.record for each in found.given]))
    verdicts: list[Verdict] = []
    for each in found.given:
        verdict = judge(each, _sharpen(context, module, each, found.seen, looks.swept))
        if isinstance(verdict, Needs) and verdict.what & _FOR_ALL:
            return [], set(verdict.what)
        verdicts.append(verdict)
    return verdicts, {Need.SWEEP} if _rests_on(module, verdicts, stale & _TYPED_IN_BY_PEOPLE) else set()


def _rests_on(module: Module, verdicts: Sequence[Verdict], lanes: Set[Lane]) -> bool:
    """Whether a new document would go to one of these lanes, or is held for what stands there."""
    return module in DOCUMENT_MODULES and any(
        (
            isinstance(verdict, Ready)
            and verdict.action is Action.CREATE
            and lane_of(module, verdict.facts.kind) in lanes
        )
        or (isinstance(verdict, Held) and find_candidate_kind(verdict.reasons) in lanes)
        for verdict in verdicts
    )


def _is_new(given: JudgeInput) -> bool:
    return given.link is None and not given.record.deleted


def _is_incomplete(row: RowMapping, asked: Iterable[str], asked_before: frozenset[str]) -> bool:
    """Its payload is gone, or was read before the reader knew of a field that the mapping uses."""
    if row["deleted"]:
        return False
    if row["payload"] is None:
        return True
    return row["record_id"] not in asked_before and bool(list_missing_fields(row["payload"], asked))


async def _forget_imagined(desk: Desk, module: Module) -> None:
    """Rehearsals: a newer version of what would have been created is judged as if nothing had been."""
    async with desk.tools.store.reading() as session:
        again = await links.list_imagined_again(session, desk.partition, module, name_would_be(module, ""))
    if not again:
        return
    async with desk.writing() as session:
        await links.forget_links(session, desk.partition, module, again)
        await ledger.forget_rows(session, desk.partition, [name_would_be(module, record_id) for record_id in again])


async def _list_seen(session: Session, desk: Desk, module: Module, given: Sequence[JudgeInput]) -> frozenset[str]:
    """Linked documents that Xero has shown in this run."""
    if module not in DOCUMENT_MODULES:
        return frozenset()
    xero_ids = [each.link.xero_id for each in given if each.link is not None]
    rows = await ledger.list_documents(session, desk.partition, xero_ids=xero_ids)
    return frozenset(row["xero_id"] for row in rows if row["seen_run"] == desk.run_id)


def _sharpen(
    context: JudgeContext, module: Module, given: JudgeInput, seen: frozenset[str], swept: Set[Lane]
) -> JudgeContext:
    """What was swept for this document: by its id, or with the lane of what it was made as."""
    if given.link is None or module not in DOCUMENT_MODULES:
        return context
    known = given.link.xero_id in seen or lane_of(module, given.link.facts.kind) in swept
    if known == (module in context.swept):
        return context
    return replace(context, swept=context.swept | {module} if known else context.swept - {module})


async def _want_payloads(desk: Desk, session: Session, run_id: str, module: Module, rows: Sequence[RowMapping]) -> int:
    """Ask the reader for records whose payload is gone; they wait until they come."""
    if not rows:
        return 0
    ids = [row["record_id"] for row in rows]
    await want_records(desk, session, run_id, module, ids, WantedCause.PAYLOAD_GONE)
    await staging.change_states(
        session,
        desk.partition,
        [
            {
                "module": module.value,
                "record_id": row["record_id"],
                "extraction_seq": row["extraction_seq"],
                "state": State.WAITING.value,
            }
            for row in rows
        ],
    )
    return len(rows)
