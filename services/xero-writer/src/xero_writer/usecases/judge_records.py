"""Judge what is staged, page by page: rows are gathered, the domain decides, and its verdicts are applied at once.

What the domain asks for first (reference data, the ledger, what Xero changed) is returned to the caller; those
records stay staged and are judged again when it is there.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module, WantedCause
from sync_kit.store import Session
from xero_writer.domain.documents.currency_rates import list_usual_rates
from xero_writer.domain.judge import judge, list_missing_fields
from xero_writer.domain.lanes import CONTACT_MODULES, Lane, lane_of
from xero_writer.domain.rows import JudgeContext, JudgeInput, StagedRecord
from xero_writer.domain.verdicts import Action, Need, Needs, Ready, Verdict
from xero_writer.store import ledger, links, owed, staging, wanted
from xero_writer.store.staging import State
from xero_writer.usecases.apply_verdicts import Page, apply_verdicts, want_records
from xero_writer.usecases.describe_candidates import describe_candidates
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.gather_rows import gather_inputs
from xero_writer.usecases.settle_records import name_would_be

PAGE_SIZE: Final = 300
_TYPED_IN_BY_PEOPLE: Final = frozenset({Lane.SALES_INVOICES, Lane.BILLS})
"""What somebody may have entered by hand since the last look, under a number of its own: looked at before creating."""


@dataclass
class Judged:
    """What judging one page came to."""

    looked_at: int = 0
    settled: int = 0
    needs: set[Need] = field(default_factory=set)
    to_sweep: dict[Lane, list[str]] = field(default_factory=dict)
    """Xero ids of linked records that Xero must be asked about first."""


@dataclass(frozen=True)
class Looks:
    """How freshly Xero has been looked at, by lane."""

    read: frozenset[Lane]
    """Read whole at some time."""
    fresh: frozenset[Lane]
    """All that Xero changed was read in this run, so that a new one may be created."""
    swept: frozenset[Lane]
    """The same, with the lines of documents, so that a linked one may be updated."""


async def judge_page(desk: Desk, module: Module, context: JudgeContext, *, unneeded_too: bool, looks: Looks) -> Judged:
    """Judge up to a page of the module's staged records. `unneeded_too`: also parents that no document needs."""
    run_id = desk.run_id
    if run_id is None:
        return Judged()
    if desk.rehearses:
        await _forget_imagined(desk, module)
    async with desk.tools.store.reading() as session:
        rows = await staging.list_to_judge(
            session,
            desk.partition,
            module,
            only_used=not unneeded_too,
            limit=PAGE_SIZE,
        )
        if not rows:
            return Judged()
        asked_before = await wanted.list_asked(
            session, desk.partition, run_id, module, [row["record_id"] for row in rows]
        )
        incomplete = [row for row in rows if _is_incomplete(desk, module, row, asked_before)]
        whole = [row for row in rows if row not in incomplete]
        given = await gather_inputs(
            session, desk.partition, module, whole, desk.digest_key, crm_web_url=context.crm_web_url
        )
        seen = await _list_seen(session, desk, module, given)
    stale = looks.read - looks.fresh
    if module in CONTACT_MODULES and Lane.CONTACTS in stale and any(_is_new(each) for each in given):
        return Judged(needs={Need.SWEEP})
    if module in DOCUMENT_MODULES:
        context = replace(context, usual_rates=list_usual_rates([each.record for each in given]))
    verdicts = [judge(each, _sharpen(context, module, each, seen, looks.swept)) for each in given]
    if _creates(module, verdicts, stale & _TYPED_IN_BY_PEOPLE):
        return Judged(needs={Need.SWEEP})
    verdicts = await describe_candidates(desk, whole, verdicts)
    page = Page(module, whole, given, verdicts)
    async with desk.writing() as session:
        await owed.owe(session, desk.partition, run_id, module, [row["record_id"] for row in rows])
        asked = await _want_payloads(desk, session, run_id, module, incomplete)
        settled = await apply_verdicts(desk, session, run_id, page)
    judged = Judged(looked_at=len(whole) + asked, settled=settled)
    for each, verdict in zip(given, verdicts, strict=True):
        if isinstance(verdict, Needs):
            judged.needs |= verdict.what
            if Need.SWEEP in verdict.what and each.link is not None:
                judged.to_sweep.setdefault(lane_of(module, each.link.facts.kind), []).append(each.link.xero_id)
    judged.looked_at -= sum(isinstance(verdict, Needs) for verdict in verdicts)
    return judged


def _creates(module: Module, verdicts: Sequence[Verdict], lanes: Set[Lane]) -> bool:
    """Whether a new document would go to one of these lanes."""
    return module in DOCUMENT_MODULES and any(
        isinstance(verdict, Ready) and verdict.action is Action.CREATE and lane_of(module, verdict.facts.kind) in lanes
        for verdict in verdicts
    )


def _is_new(given: JudgeInput) -> bool:
    return given.link is None and not given.record.deleted


def _is_incomplete(desk: Desk, module: Module, row: RowMapping, asked_before: frozenset[str]) -> bool:
    """Its payload is gone, or was read before the reader knew of a field that the mapping uses."""
    if row["deleted"]:
        return False
    if row["payload"] is None:
        return True
    if row["record_id"] in asked_before:
        return False
    record = StagedRecord(module=module, record_id=row["record_id"], fields=row["payload"])
    return bool(list_missing_fields(record, desk.mapping))


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
