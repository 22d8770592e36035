"""Open a run: carry over what earlier runs left, and re-open what was held for a cause that may be gone.

What is held is watched by its reasons. A change of the mapping or of the settings shows without asking anybody; for
what is held because of something in Xero, exactly that is read again first, and only then.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.reason_catalogue import get_reason_entry
from sync_kit.contracts.vocabulary import HELD, MODULE_ORDER, Module, Outcome, ReopenedBy
from sync_kit.store import Session
from xero_writer.domain.reference import ReferencePart
from xero_writer.store import ledger, links, runs, staging
from xero_writer.store.staging import State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.index_records import index_again
from xero_writer.usecases.read_ledger import (
    CONTACT_CHANGES,
    INVOICE_CHANGES,
    ITEMS,
    read_invoices_by_id,
    sweep_changes,
)
from xero_writer.usecases.read_reference import read_parts
from xero_writer.usecases.settle_records import digest_settings

MOST_BY_ID: Final = 150
"""Documents that are asked for by id (50 a call); for more, the sweep of what Xero changed is cheaper."""
_REFERENCE_OF: Final[Mapping[str, tuple[ReferencePart, ...]]] = {
    "account_unusable": (ReferencePart.ACCOUNTS,),
    "tax_percent_differs": (ReferencePart.TAX_RATES,),
    "tax_not_allowed_here": (ReferencePart.TAX_RATES, ReferencePart.ACCOUNTS),
    "currency_not_enabled": (ReferencePart.CURRENCIES,),
    "period_locked": (ReferencePart.ORGANISATION,),
    "plan_limit": (ReferencePart.ORGANISATION,),
}
_LEDGER_OF: Final[Mapping[Module, str]] = {
    Module.ACCOUNTS: CONTACT_CHANGES,
    Module.CONTACTS: CONTACT_CHANGES,
    Module.PRODUCTS: ITEMS,
    Module.INVOICES: INVOICE_CHANGES,
}
_LOCK_POLICY_CODES: Final = frozenset({"locked_in_xero"})
"""The lock policy is part of the mapping."""
_AT_ONCE: Final = frozenset({ReopenedBy.TIME, ReopenedBy.CONNECTION})


async def open_run(desk: Desk) -> None:
    """Once per run: owe it all that is staged, judge again what was waiting or ready, re-open what needs no asking."""
    run_id = desk.run_id
    if run_id is None:
        return
    while await _index_page(desk):
        pass
    async with desk.writing() as session:
        modules = list_modules(desk)
        for state in (State.WAITING, State.READY):
            await staging.restage_state(session, desk.tenant_id, MODULE_ORDER, state)
        for module in modules:
            left = await staging.list_unsettled(session, desk.tenant_id, module)
            await runs.owe(session, desk.tenant_id, run_id, module, left)
        held = await staging.list_held(session, desk.tenant_id, modules)
        await _reopen(desk, session, run_id, [row for row in held if _opens_by_itself(desk, row)])
        await runs.change_run(session, desk.tenant_id, run_id, opened=True)


async def _index_page(desk: Desk) -> int:
    async with desk.writing() as session:
        return await index_again(session, desk.tenant_id, desk.mapping, desk.mapping_version, desk.digest_key)


def list_modules(desk: Desk) -> list[Module]:
    """The modules that the run was asked for."""
    return [Module(name) for name in desk.request.get("modules", ())]


def _opens_by_itself(desk: Desk, row: RowMapping) -> bool:
    watches = {ReopenedBy(name) for name in row["watches"]}
    if desk.request.get("retry_of") is not None and Outcome(row["outcome"]) in HELD:
        return True
    if watches & _AT_ONCE and Outcome(row["outcome"]) in HELD:
        return True
    by_mapping = ReopenedBy.MAPPING in watches or any(
        reason["code"] in _LOCK_POLICY_CODES for reason in row["reasons"] or ()
    )
    if by_mapping and row["judged_mapping"] != desk.mapping_version:
        return True
    return ReopenedBy.SETTINGS in watches and row["judged_settings"] != digest_settings(desk.request)


async def _reopen(desk: Desk, session: Session, run_id: str, rows: Iterable[RowMapping]) -> None:
    by_module: dict[Module, list[str]] = defaultdict(list)
    for row in rows:
        by_module[Module(row["module"])].append(row["record_id"])
    for module, ids in by_module.items():
        await staging.restage_ids(session, desk.tenant_id, module, ids, State.SETTLED)
        await runs.owe(session, desk.tenant_id, run_id, module, ids)
        await runs.reopen_owed(session, desk.tenant_id, run_id, module, ids)


async def reexamine_held(desk: Desk) -> None:
    """Once per run: read again what records are held for in Xero, and re-open those whose cause may be gone."""
    run_id = desk.run_id
    if run_id is None:
        return
    async with desk.tools.store.reading() as session:
        held = await staging.list_held(session, desk.tenant_id, list_modules(desk))
    by_reference = [row for row in held if ReopenedBy.XERO_REFERENCE in map(ReopenedBy, row["watches"])]
    reopened = await _by_reference(desk, by_reference)
    by_document = [row for row in held if ReopenedBy.XERO_DOCUMENT in map(ReopenedBy, row["watches"])]
    reopened += await _by_document(desk, by_document)
    async with desk.writing() as session:
        await _reopen(desk, session, run_id, reopened)
        await runs.change_run(session, desk.tenant_id, run_id, reexamined=True)


async def _by_reference(desk: Desk, rows: Sequence[RowMapping]) -> list[RowMapping]:
    """Reference data is compared with what was known; the ledger shows anything else, so that judging says it."""
    wanted = {part for row in rows for code in _codes(row) for part in _REFERENCE_OF.get(code, ())}
    changed = await read_parts(desk, sorted(wanted))
    kinds = {
        _LEDGER_OF[Module(row["module"])] for row in rows if any(code not in _REFERENCE_OF for code in _codes(row))
    }
    for kind in sorted(kinds):
        await sweep_changes(desk, kind)
    return [
        row
        for row in rows
        if any(set(_REFERENCE_OF[code]) & changed if code in _REFERENCE_OF else True for code in _codes(row))
    ]


def _codes(row: RowMapping) -> list[str]:
    """The reasons of a held record that Xero's data can mend."""
    codes = [reason["code"] for reason in row["reasons"] or ()]
    return [code for code in codes if ReopenedBy.XERO_REFERENCE in get_reason_entry(code).reopened_by]


async def _by_document(desk: Desk, rows: Sequence[RowMapping]) -> list[RowMapping]:
    """Documents that are locked or in conflict are judged again when Xero shows them changed."""
    documents = [row for row in rows if row["module"] == Module.INVOICES]
    if not documents:
        return []
    async with desk.tools.store.reading() as session:
        linked = await links.list_links(
            session, desk.tenant_id, Module.INVOICES, [row["record_id"] for row in documents]
        )
        xero_ids = [link["xero_id"] for link in linked.values()]
        before = await _list_states(session, desk, xero_ids)
    if len(xero_ids) <= MOST_BY_ID:
        await read_invoices_by_id(desk, xero_ids)
    else:
        await sweep_changes(desk, INVOICE_CHANGES)
    async with desk.tools.store.reading() as session:
        after = await _list_states(session, desk, xero_ids)
    moved = {xero_id for xero_id in xero_ids if before.get(xero_id) != after.get(xero_id)}
    return [row for row in documents if row["record_id"] in linked and linked[row["record_id"]]["xero_id"] in moved]


async def _list_states(session: Session, desk: Desk, xero_ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    rows = await ledger.list_invoices(session, desk.tenant_id, numbers=(), xero_ids=xero_ids)
    return {
        row["xero_id"]: (row["status"], row["updated_at"], row["amount_paid"], row["amount_credited"]) for row in rows
    }
