"""Gather all rows that judging a page of records needs, in a few questions a page instead of a few a record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import HELD, Module, Outcome
from sync_kit.store import Session
from xero_writer.domain.judge import list_parents
from xero_writer.domain.keys import number_key
from xero_writer.domain.link_facts import link_facts_from_json
from xero_writer.domain.rows import (
    JudgeInput,
    LedgerHits,
    Link,
    ParentState,
    ParentView,
    Sibling,
    StagedRecord,
)
from xero_writer.domain.text import describe_record
from xero_writer.domain.verdicts import ParentRef
from xero_writer.store import ledger, links, staging
from xero_writer.store.staging import State
from xero_writer.usecases.ledger_rows import to_ledger_contact, to_ledger_invoice, to_ledger_item

CONTACT_MODULES = frozenset({Module.ACCOUNTS, Module.CONTACTS})


async def gather_inputs(
    session: Session, tenant_id: str, module: Module, rows: Sequence[RowMapping], digest_key: bytes
) -> list[JudgeInput]:
    """The judge's input for each staged row, in their order."""
    ids = [row["record_id"] for row in rows]
    records = {row["record_id"]: _to_record(module, row) for row in rows}
    linked = await links.list_links(session, tenant_id, module, ids)
    refs = {record_id: list_parents(record) for record_id, record in records.items()}
    parents = await view_parents(session, tenant_id, {ref for found in refs.values() for ref in found})
    hits = await _find_hits(session, tenant_id, module, rows, linked, digest_key)
    if module is Module.INVOICES:
        hits = await _add_customers(session, tenant_id, hits, refs, parents)
    siblings = await _find_siblings(session, tenant_id, module, rows)
    holders = await _count_holders(session, tenant_id, module, rows)
    return [
        JudgeInput(
            record=records[row["record_id"]],
            link=_to_link(linked.get(row["record_id"])),
            hits=hits[row["record_id"]],
            parents={ref: parents[ref] for ref in refs[row["record_id"]]},
            siblings=tuple(
                sibling for sibling in siblings.get(row["business_key"], ()) if sibling.record_id != row["record_id"]
            ),
            email_holders=max(0, holders.get(row["email_key"], 1) - 1),
            needed=row["needed"],
        )
        for row in rows
    ]


def _to_record(module: Module, row: RowMapping) -> StagedRecord:
    return StagedRecord(
        module=module,
        record_id=row["record_id"],
        modified_at=row["modified_at"],
        deleted=row["deleted"],
        lines_complete=row["lines_complete"],
        fields=row["payload"] or {},
    )


def _to_link(row: RowMapping | None) -> Link | None:
    if row is None:
        return None
    return Link(
        xero_id=row["xero_id"],
        agreed_digest=row["agreed_digest"],
        status=row["status"],
        facts=link_facts_from_json(row["facts"]),
    )


async def view_parents(session: Session, tenant_id: str, refs: Iterable[ParentRef]) -> dict[ParentRef, ParentView]:
    """Where each of these records stands, as its dependants see it."""
    by_module: dict[Module, list[str]] = defaultdict(list)
    for ref in refs:
        by_module[ref.module].append(ref.record_id)
    views: dict[ParentRef, ParentView] = {}
    for module, ids in by_module.items():
        linked = await links.list_links(session, tenant_id, module, ids)
        staged = await staging.list_by_ids(session, tenant_id, module, ids)
        for record_id in ids:
            ref = ParentRef(module, record_id)
            views[ref] = _view(module, record_id, linked.get(record_id), staged.get(record_id))
    return views


def _view(module: Module, record_id: str, link: RowMapping | None, staged: RowMapping | None) -> ParentView:
    if link is not None:
        return ParentView(ParentState.LINKED, xero_id=link["xero_id"], facts=link_facts_from_json(link["facts"]))
    if staged is None:
        return ParentView(ParentState.MISSING)
    if staged["deleted"]:
        return ParentView(ParentState.GONE)
    if staged["state"] == State.SETTLED and staged["facts"] is not None:
        return ParentView(ParentState.AS_TEXT, facts=link_facts_from_json(staged["facts"]))
    if staged["state"] == State.SETTLED and Outcome(staged["outcome"]) in HELD:
        label = RecordLabel.model_validate(staged["label"] or {})
        return ParentView(
            ParentState.HELD,
            reasons=tuple(Reason.model_validate(reason) for reason in staged["reasons"] or ()),
            text=describe_record(module, label, record_id),
        )
    return ParentView(ParentState.STAGED)


async def _find_hits(
    session: Session,
    tenant_id: str,
    module: Module,
    rows: Sequence[RowMapping],
    linked: Mapping[str, RowMapping],
    digest_key: bytes,
) -> dict[str, LedgerHits]:
    xero_ids = {row["record_id"]: linked[row["record_id"]]["xero_id"] for row in rows if row["record_id"] in linked}
    if module in CONTACT_MODULES:
        return await _find_contacts(session, tenant_id, rows, xero_ids, digest_key)
    keys = {row["record_id"]: {row["business_key"]} - {None} for row in rows}
    wanted = {key for found in keys.values() for key in found}
    found_rows = await (
        ledger.list_items(session, tenant_id, codes=wanted, xero_ids=xero_ids.values())
        if module is Module.PRODUCTS
        else ledger.list_invoices(session, tenant_id, numbers=wanted, xero_ids=xero_ids.values())
    )
    index = _index(found_rows, ("code_key",) if module is Module.PRODUCTS else ("number_key",))
    owners = await _find_owners(session, tenant_id, found_rows)
    hits = {}
    for record_id, own in keys.items():
        mine = _pick(index, own, xero_ids.get(record_id))
        if module is Module.PRODUCTS:
            items = tuple(replace(to_ledger_item(row), linked_to=owners.get(row["xero_id"], ())) for row in mine)
            hits[record_id] = LedgerHits(items=items)
        else:
            invoices = tuple(replace(to_ledger_invoice(row), linked_to=owners.get(row["xero_id"], ())) for row in mine)
            hits[record_id] = LedgerHits(invoices=invoices)
    return hits


async def _find_contacts(
    session: Session,
    tenant_id: str,
    rows: Sequence[RowMapping],
    xero_ids: Mapping[str, str],
    digest_key: bytes,
) -> dict[str, LedgerHits]:
    numbers = {row["record_id"]: number_key(row["record_id"], digest_key) for row in rows}
    found = await ledger.list_contacts(
        session,
        tenant_id,
        numbers=numbers.values(),
        names={row["name_key"] for row in rows if row["name_key"]},
        emails={row["email_key"] for row in rows if row["email_key"]},
        xero_ids=xero_ids.values(),
    )
    index = _index(found, ("number_key", "name_key", "email_key"))
    owners = await _find_owners(session, tenant_id, found)
    hits = {}
    for row in rows:
        record_id = row["record_id"]
        keys = {numbers[record_id], row["name_key"], row["email_key"]} - {None}
        mine = _pick(index, keys, xero_ids.get(record_id))
        contacts = tuple(replace(to_ledger_contact(hit), linked_to=owners.get(hit["xero_id"], ())) for hit in mine)
        hits[record_id] = LedgerHits(contacts=contacts)
    return hits


async def _add_customers(
    session: Session,
    tenant_id: str,
    hits: Mapping[str, LedgerHits],
    refs: Mapping[str, tuple[ParentRef, ...]],
    parents: Mapping[ParentRef, ParentView],
) -> dict[str, LedgerHits]:
    """Documents also see the ledger's contact of their customer: it may be archived, and it may have terms."""
    ids = {
        record_id: {parents[ref].xero_id for ref in found if ref.module in CONTACT_MODULES} - {None}
        for record_id, found in refs.items()
    }
    rows = await ledger.list_contacts(
        session,
        tenant_id,
        numbers=(),
        names=(),
        emails=(),
        xero_ids={xero_id for found in ids.values() for xero_id in found if xero_id is not None},
    )
    contacts = {row["xero_id"]: to_ledger_contact(row) for row in rows}
    return {
        record_id: replace(
            found, contacts=tuple(contacts[xero_id] for xero_id in ids[record_id] if xero_id in contacts)
        )
        for record_id, found in hits.items()
    }


_Index = dict[str, dict[str, RowMapping]]


def _index(rows: Sequence[RowMapping], columns: tuple[str, ...]) -> _Index:
    """Rows by each of their keys and by id. Keys of different kinds never look alike, so one index holds them all."""
    index: _Index = defaultdict(dict)
    for row in rows:
        for column in (*columns, "xero_id"):
            if row[column] is not None:
                index[row[column]][row["xero_id"]] = row
    return index


def _pick(index: _Index, keys: Iterable[str], xero_id: str | None) -> list[RowMapping]:
    picked: dict[str, RowMapping] = {}
    for key in (*sorted(keys), *([xero_id] if xero_id else ())):
        picked.update(index.get(key, {}))
    return list(picked.values())


async def _find_owners(
    session: Session, tenant_id: str, rows: Sequence[RowMapping]
) -> dict[str, tuple[ParentRef, ...]]:
    owners: dict[str, list[ParentRef]] = defaultdict(list)
    if rows:
        for link in await links.list_owners(session, tenant_id, [row["xero_id"] for row in rows]):
            owners[link["xero_id"]].append(ParentRef(Module(link["module"]), link["record_id"]))
    return {xero_id: tuple(found) for xero_id, found in owners.items()}


async def _find_siblings(
    session: Session, tenant_id: str, module: Module, rows: Sequence[RowMapping]
) -> dict[Any, tuple[Sibling, ...]]:
    """Records of the module with the same business key, by that key; the record itself among them."""
    keys = {row["business_key"] for row in rows if row["business_key"]}
    if not keys or module in CONTACT_MODULES:
        return {}
    same = await staging.list_same_key(session, tenant_id, module, keys)
    linked = await links.list_links(session, tenant_id, module, [row["record_id"] for row in same])
    grouped: dict[Any, list[Sibling]] = defaultdict(list)
    for row in same:
        link = linked.get(row["record_id"])
        code = row["code"] or (link_facts_from_json(link["facts"]).code if link is not None else None)
        sibling = Sibling(
            record_id=row["record_id"],
            linked=link is not None,
            xero_id=link["xero_id"] if link is not None else None,
            code=code,
            name_key=row["name_key"],
        )
        grouped[row["business_key"]].append(sibling)
    return {key: tuple(found) for key, found in grouped.items()}


async def _count_holders(
    session: Session, tenant_id: str, module: Module, rows: Sequence[RowMapping]
) -> dict[Any, int]:
    emails = {row["email_key"] for row in rows if row["email_key"]}
    if not emails or module not in CONTACT_MODULES:
        return {}
    return dict(await staging.count_email_holders(session, tenant_id, emails))
