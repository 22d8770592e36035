"""Find the ledger's rows that share a key with staged records, and who is linked to them already."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from xero_writer.domain.keys import number_key
from xero_writer.domain.rows import (
    LedgerHits,
    ParentView,
)
from xero_writer.domain.verdicts import ParentRef
from xero_writer.store import ledger, links
from xero_writer.usecases.ledger_rows import to_ledger_contact, to_ledger_invoice, to_ledger_item

CONTACT_MODULES = frozenset({Module.ACCOUNTS, Module.CONTACTS})


async def find_hits(
    session: Session,
    tenant_id: str,
    module: Module,
    rows: Sequence[RowMapping],
    linked: Mapping[str, RowMapping],
    digest_key: bytes,
) -> dict[str, LedgerHits]:
    """By record id: the rows that share a key with it, and the one that it is linked to."""
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


async def add_customers(
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
