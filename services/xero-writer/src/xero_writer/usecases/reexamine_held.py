"""Look again at what is held because of something in Xero: exactly that is read again first, and only then.

Reference data is compared with what was known. The ledger's contacts and items show anything, so judging says what it
means. A document that is locked or in conflict is judged again when Xero shows it changed; one that Xero's other
documents stand in the way of, when any of its kind changed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.reason_catalogue import get_reason_entry
from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module, ReopenedBy
from sync_kit.store import Session
from xero_writer.domain.lanes import Lane, choose_lane, lane_of
from xero_writer.domain.link_facts import link_facts_from_json
from xero_writer.domain.reference import ReferencePart
from xero_writer.store import ledger, ledger_reads, links, runs, staging
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.open_run import reopen
from xero_writer.usecases.read_by_id import is_cheaper_by_id, read_documents_by_id
from xero_writer.usecases.read_ledger import has_read, name_read, sweep_changes
from xero_writer.usecases.read_reference import read_parts

_PARTS_OF: Final[Mapping[str, tuple[ReferencePart, ...]]] = {
    "account_unusable": (ReferencePart.ACCOUNTS,),
    "tax_percent_differs": (ReferencePart.TAX_RATES,),
    "tax_not_allowed_here": (ReferencePart.TAX_RATES, ReferencePart.ACCOUNTS),
    "tax_not_registered": (ReferencePart.ORGANISATION, ReferencePart.TAX_RATES),
    "currency_not_enabled": (ReferencePart.CURRENCIES,),
    "tracking_unknown": (ReferencePart.TRACKING,),
    "period_locked": (ReferencePart.ORGANISATION,),
    "due_date_missing": (ReferencePart.ORGANISATION,),
}
_LANES_OF: Final[Mapping[str, Lane]] = {
    "due_date_missing": Lane.CONTACTS,
    "contact_archived": Lane.CONTACTS,
    "contact_merged": Lane.CONTACTS,
    "name_taken": Lane.CONTACTS,
    "item_code_taken": Lane.ITEMS,
}
"""Where the ledger must be looked at for a reason; for others in the lane of the record itself."""
_ABOUT_OTHERS: Final = frozenset({"two_in_xero", "number_taken_in_xero"})
"""Reasons in which a document beside the record's own stands in its way."""


async def reexamine_held(desk: Desk) -> None:
    """Once per run: read again what records are held for in Xero, and re-open those whose cause may be gone."""
    run_id = desk.run_id
    if run_id is None:
        return
    async with desk.tools.store.reading() as session:
        held = await staging.list_held(session, desk.partition, desk.modules)
    by_reference = [row for row in held if ReopenedBy.XERO_REFERENCE in map(ReopenedBy, row["watches"])]
    reopened = await _by_reference(desk, by_reference)
    by_document = [
        row
        for row in held
        if ReopenedBy.XERO_DOCUMENT in map(ReopenedBy, row["watches"]) and Module(row["module"]) in DOCUMENT_MODULES
    ]
    reopened += await _by_document(desk, by_document)
    if not desk.rehearses:
        # Whoever asks why a record is held finds the words in the log of the last thirty days: they are told again.
        reopened += await desk.look(lambda session: staging.list_forgotten(session, desk.partition, desk.modules))
    async with desk.writing() as session:
        await reopen(desk, session, run_id, reopened)
        await runs.change_run(session, desk.tenant_id, run_id, reexamined=True)


async def _by_reference(desk: Desk, rows: Sequence[RowMapping]) -> list[RowMapping]:
    codes = {id(row): _list_codes(row) for row in rows}
    wanted = {part for found in codes.values() for code in found for part in _PARTS_OF.get(code, ())}
    changed = await read_parts(desk, sorted(wanted))
    lanes = {lane for row in rows for lane in _list_lanes(desk, row, codes[id(row)])}
    moved = {lane for lane in sorted(lanes) if await _sweep(desk, lane)}
    return [
        row
        for row in rows
        if any(set(_PARTS_OF.get(code, ())) & changed for code in codes[id(row)])
        or moved & _list_lanes(desk, row, codes[id(row)])
    ]


def _list_codes(row: RowMapping) -> list[str]:
    """The reasons of a held record that Xero's data can mend."""
    codes = [reason["code"] for reason in row["reasons"] or ()]
    return [code for code in codes if ReopenedBy.XERO_REFERENCE in get_reason_entry(code).reopened_by]


def _list_all_codes(row: RowMapping) -> list[str]:
    return [reason["code"] for reason in row["reasons"] or ()]


def _list_lanes(desk: Desk, row: RowMapping, codes: Sequence[str]) -> set[Lane]:
    own = choose_lane(Module(row["module"]), desk.mapping)
    return {_LANES_OF.get(code, own) for code in codes if code in _LANES_OF or code not in _PARTS_OF}


async def _sweep(desk: Desk, lane: Lane) -> bool:
    """Read what Xero changed in the lane; True when it showed anything (items are read whole and always do)."""
    if not await has_read(desk, lane):
        return True
    await sweep_changes(desk, lane)
    async with desk.tools.store.reading() as session:
        read = (await ledger_reads.list_reads(session, desk.partition)).get(name_read(lane, changes=lane != Lane.ITEMS))
    return read is None or read["rows"] > 0


async def _by_document(desk: Desk, rows: Sequence[RowMapping]) -> list[RowMapping]:
    linked: dict[int, RowMapping] = {}
    async with desk.tools.store.reading() as session:
        for module in {Module(row["module"]) for row in rows}:
            mine = [row for row in rows if row["module"] == module]
            found = await links.list_links(session, desk.partition, module, [row["record_id"] for row in mine])
            linked |= {id(row): found[row["record_id"]] for row in mine if row["record_id"] in found}
    others = {id(row) for row in rows if id(row) not in linked or not _ABOUT_OTHERS.isdisjoint(_list_all_codes(row))}
    moved = await _look_at_linked(desk, [row for row in rows if id(row) not in others], linked)
    return moved + await _look_at_others(desk, [row for row in rows if id(row) in others])


async def _look_at_linked(desk: Desk, rows: Sequence[RowMapping], linked: Mapping[int, RowMapping]) -> list[RowMapping]:
    by_lane: dict[Lane, list[str]] = defaultdict(list)
    for row in rows:
        link = linked[id(row)]
        by_lane[lane_of(Module(row["module"]), link_facts_from_json(link["facts"]).kind)].append(link["xero_id"])
    xero_ids = [xero_id for found in by_lane.values() for xero_id in found]
    async with desk.tools.store.reading() as session:
        before = await _list_states(session, desk, xero_ids)
    for lane, found in sorted(by_lane.items()):
        if is_cheaper_by_id(lane, len(found)):
            await read_documents_by_id(desk, lane, found)
        else:
            await sweep_changes(desk, lane)
    async with desk.tools.store.reading() as session:
        after = await _list_states(session, desk, xero_ids)
    return [row for row in rows if before.get(_id(linked, row)) != after.get(_id(linked, row))]


def _id(linked: Mapping[int, RowMapping], row: RowMapping) -> str:
    return str(linked[id(row)]["xero_id"])


async def _look_at_others(desk: Desk, rows: Sequence[RowMapping]) -> list[RowMapping]:
    """Held by a document that is not their own counterpart."""
    lanes = {id(row): choose_lane(Module(row["module"]), desk.mapping) for row in rows}
    moved = {lane for lane in sorted(set(lanes.values())) if await _sweep(desk, lane)}
    return [row for row in rows if lanes[id(row)] in moved]


async def _list_states(session: Session, desk: Desk, xero_ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    rows = await ledger.list_documents(session, desk.partition, xero_ids=xero_ids)
    return {
        row["xero_id"]: (row["status"], row["updated_at"], row["amount_paid"], row["amount_credited"]) for row in rows
    }
