"""Judge what is staged, page by page: rows are gathered, the domain decides, and its verdicts are applied at once.

What the domain asks for first (reference data, the ledger, what Xero changed) is returned to the caller; those
records stay staged and are judged again when it is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import Module, WantedCause
from sync_kit.store import Session
from xero_writer.domain.judge import judge, list_missing_fields
from xero_writer.domain.rows import JudgeContext, JudgeInput, StagedRecord
from xero_writer.domain.verdicts import (
    Need,
    Needs,
)
from xero_writer.store import ledger, runs, staging, wanted
from xero_writer.store.staging import State
from xero_writer.usecases.apply_verdicts import Page, apply_verdicts, want_records
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.find_hits import CONTACT_MODULES
from xero_writer.usecases.gather_rows import gather_inputs

PAGE_SIZE: Final = 300


@dataclass
class Judged:
    """What judging one page came to."""

    looked_at: int = 0
    settled: int = 0
    needs: set[Need] = field(default_factory=set)
    to_sweep: list[str] = field(default_factory=list)
    """Xero ids of linked records that Xero must be asked about first."""


async def judge_page(
    desk: Desk, module: Module, context: JudgeContext, *, unneeded_too: bool, contacts_fresh: bool
) -> Judged:
    """Judge up to a page of the module's staged records. `unneeded_too`: also parents that no document needs.

    `contacts_fresh`: the ledger's contacts were read in this run, so that a new one may be created.
    """
    run_id = desk.run_id
    if run_id is None:
        return Judged()
    async with desk.tools.store.reading() as session:
        rows = await staging.list_to_judge(
            session,
            desk.tenant_id,
            module,
            only_used=not unneeded_too,
            limit=PAGE_SIZE,
        )
        if not rows:
            return Judged()
        asked_before = await wanted.list_asked(
            session, desk.tenant_id, run_id, module, [row["record_id"] for row in rows]
        )
        incomplete = [row for row in rows if _is_incomplete(desk, module, row, asked_before)]
        whole = [row for row in rows if row not in incomplete]
        given = await gather_inputs(session, desk.tenant_id, module, whole, desk.digest_key)
        seen = await _list_seen(session, desk, module, given)
    if module in CONTACT_MODULES and not contacts_fresh and any(_is_new(each) for each in given):
        return Judged(needs={Need.SWEEP})
    verdicts = [judge(each, _sharpen(context, module, each, seen)) for each in given]
    page = Page(module, whole, given, verdicts)
    async with desk.writing() as session:
        await runs.owe(session, desk.tenant_id, run_id, module, [row["record_id"] for row in rows])
        asked = await _want_payloads(desk, session, run_id, module, incomplete)
        settled = await apply_verdicts(desk, session, run_id, page)
    judged = Judged(looked_at=len(whole) + asked, settled=settled)
    for each, verdict in zip(given, verdicts, strict=True):
        if isinstance(verdict, Needs):
            judged.needs |= verdict.what
            if Need.SWEEP in verdict.what and each.link is not None:
                judged.to_sweep.append(each.link.xero_id)
    judged.looked_at -= sum(isinstance(verdict, Needs) for verdict in verdicts)
    return judged


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


async def _list_seen(session: Session, desk: Desk, module: Module, given: Sequence[JudgeInput]) -> frozenset[str]:
    """Linked invoices that Xero has shown in this run."""
    if module is not Module.INVOICES:
        return frozenset()
    xero_ids = [each.link.xero_id for each in given if each.link is not None]
    rows = await ledger.list_invoices(session, desk.tenant_id, numbers=(), xero_ids=xero_ids)
    return frozenset(row["xero_id"] for row in rows if row["seen_run"] == desk.run_id)


def _sharpen(context: JudgeContext, module: Module, given: JudgeInput, seen: frozenset[str]) -> JudgeContext:
    """A document that was asked for by its id in this run counts as swept."""
    if given.link is None or given.link.xero_id not in seen or module in context.swept:
        return context
    return replace(context, swept=context.swept | {module})


async def _want_payloads(desk: Desk, session: Session, run_id: str, module: Module, rows: Sequence[RowMapping]) -> int:
    """Ask the reader for records whose payload is gone; they wait until they come."""
    if not rows:
        return 0
    ids = [row["record_id"] for row in rows]
    await want_records(desk, session, run_id, module, ids, WantedCause.PAYLOAD_GONE)
    await staging.change_states(
        session,
        desk.tenant_id,
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
