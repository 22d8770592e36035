"""Find the ledger's rows that share a key with staged records, and who is linked to them already."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from sqlalchemy import RowMapping

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from xero_writer.domain.keys import number_key, sale_key, url_key
from xero_writer.domain.lanes import CONTACT_MODULES
from xero_writer.domain.rows import LedgerContact, LedgerHits, ParentView
from xero_writer.domain.verdicts import ParentRef
from xero_writer.store import ledger, links
from xero_writer.usecases.ledger_rows import to_ledger_contact, to_ledger_document, to_ledger_item

MOST_MERGES: Final = 5
"""How often a contact may have been merged on before nobody follows any more."""


@dataclass(frozen=True)
class DocumentSearch:
    """What documents are found by beside their numbers: by record id."""

    party_ids: Mapping[str, str] = field(default_factory=dict)
    """The Xero contact of the party, where it has one."""
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    """Our links to the CRM records."""


async def find_hits(
    session: Session,
    tenant_id: str,
    module: Module,
    rows: Sequence[RowMapping],
    linked: Mapping[str, RowMapping],
    digest_key: bytes,
    *,
    chosen: Mapping[str, str],
    search: DocumentSearch,
) -> dict[str, LedgerHits]:
    """By record id: the rows that share a key with it, the one that it is linked to, and the one a person chose."""
    ids: dict[str, set[str]] = {row["record_id"]: set() for row in rows}
    for record_id, found in ids.items():
        if record_id in linked:
            found.add(linked[record_id]["xero_id"])
        if record_id in chosen:
            found.add(chosen[record_id])
    if module in CONTACT_MODULES:
        return await _find_contacts(session, tenant_id, rows, ids, digest_key)
    if module is Module.PRODUCTS:
        return await _find_items(session, tenant_id, rows, ids)
    return await _find_documents(session, tenant_id, rows, ids, search, digest_key)


async def _find_contacts(
    session: Session,
    tenant_id: str,
    rows: Sequence[RowMapping],
    xero_ids: Mapping[str, set[str]],
    digest_key: bytes,
) -> dict[str, LedgerHits]:
    numbers = {row["record_id"]: number_key(row["record_id"], digest_key) for row in rows}
    names = ("name_key", "loose_key", "email_key")
    keys = {name: {row[name] for row in rows if row[name]} for name in names}
    found = await ledger.list_contacts(
        session,
        tenant_id,
        numbers=numbers.values(),
        names=keys["name_key"],
        emails=keys["email_key"],
        loose=keys["loose_key"],
        xero_ids=_join(xero_ids.values()),
    )
    found = await add_survivors(session, tenant_id, found)
    index = _index(found, ("number_key", *names))
    owners = await _find_owners(session, tenant_id, found)
    by_id = {row["xero_id"]: row for row in found}
    hits = {}
    for row in rows:
        record_id = row["record_id"]
        mine = _pick(index, {numbers[record_id], *(row[name] for name in names)} - {None}, xero_ids[record_id])
        mine = _add_merged(mine, by_id)
        contacts = tuple(replace(to_ledger_contact(hit), linked_to=owners.get(hit["xero_id"], ())) for hit in mine)
        hits[record_id] = LedgerHits(contacts=contacts)
    return hits


async def _find_items(
    session: Session, tenant_id: str, rows: Sequence[RowMapping], xero_ids: Mapping[str, set[str]]
) -> dict[str, LedgerHits]:
    keys = {row["record_id"]: {row["business_key"]} - {None} for row in rows}
    found = await ledger.list_items(session, tenant_id, codes=_join(keys.values()), xero_ids=_join(xero_ids.values()))
    index = _index(found, ("code_key",))
    owners = await _find_owners(session, tenant_id, found)
    return {
        record_id: LedgerHits(
            items=tuple(
                replace(to_ledger_item(row), linked_to=owners.get(row["xero_id"], ()))
                for row in _pick(index, own, xero_ids[record_id])
            )
        )
        for record_id, own in keys.items()
    }


async def _find_documents(
    session: Session,
    tenant_id: str,
    rows: Sequence[RowMapping],
    xero_ids: Mapping[str, set[str]],
    search: DocumentSearch,
    digest_key: bytes,
) -> dict[str, LedgerHits]:
    numbers = {row["record_id"]: row["business_key"] for row in rows if row["business_key"]}
    # Only a record that goes and has no counterpart yet may have been typed in by somebody.
    sales = {
        record_id: sale_key(search.party_ids[record_id], search.totals[record_id])
        for record_id in numbers
        if record_id in search.party_ids and search.totals.get(record_id) and not xero_ids[record_id]
    }
    urls = {record_id: url_key(url, digest_key) for record_id, url in search.urls.items()}
    found = await ledger.list_documents(
        session,
        tenant_id,
        numbers=set(numbers.values()),
        sales=set(sales.values()),
        urls=set(urls.values()),
        xero_ids=_join(xero_ids.values()),
    )
    index = _index(found, ("number_key", "sale_key", "url_key"))
    owners = await _find_owners(session, tenant_id, found)
    hits = {}
    for row in rows:
        record_id = row["record_id"]
        keys = {key for keys in (numbers, sales, urls) if (key := keys.get(record_id)) is not None}
        mine = _pick(index, keys, xero_ids[record_id])
        documents = tuple(replace(to_ledger_document(hit), linked_to=owners.get(hit["xero_id"], ())) for hit in mine)
        hits[record_id] = LedgerHits(documents=documents)
    return hits


@dataclass(frozen=True)
class Parties:
    """The ledger's contacts of linked parties, and which of them were merged into others."""

    contacts: Mapping[str, LedgerContact] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)
    """By the id of a contact that was merged: the id of the one that is left of it."""

    def show(self, view: ParentView, warning: Reason) -> ParentView:
        """A party as its documents see it: with the contact that is left, and a warning where that is another one."""
        if view.xero_id is None or view.xero_id not in self.left:
            return view
        return replace(view, xero_id=self.left[view.xero_id], reasons=(warning,))

    def add_to(self, hits: LedgerHits, xero_id: str | None) -> LedgerHits:
        """Documents also see the ledger's contact of their party: it may be archived, and it may have terms."""
        contact = self.contacts.get(xero_id) if xero_id is not None else None
        return hits if contact is None else replace(hits, contacts=(contact,))


async def find_parties(session: Session, tenant_id: str, xero_ids: Iterable[str]) -> Parties:
    """What the ledger knows of these contacts."""
    wanted = set(xero_ids)
    if not wanted:
        return Parties()
    rows = await add_survivors(session, tenant_id, await ledger.list_contacts(session, tenant_id, xero_ids=wanted))
    by_id = {row["xero_id"]: row for row in rows}
    last = {xero_id: _add_merged([by_id[xero_id]], by_id)[-1]["xero_id"] for xero_id in wanted & by_id.keys()}
    return Parties(
        contacts={xero_id: to_ledger_contact(row) for xero_id, row in by_id.items()},
        left={xero_id: left for xero_id, left in last.items() if left != xero_id},
    )


async def add_survivors(session: Session, tenant_id: str, rows: Sequence[RowMapping]) -> list[RowMapping]:
    """These contacts, and those that they were merged into."""
    found = {row["xero_id"]: row for row in rows}
    for _ in range(MOST_MERGES):
        missing = {row["merged_to"] for row in found.values() if row["merged_to"]} - found.keys()
        if not missing:
            break
        more = await ledger.list_contacts(session, tenant_id, xero_ids=missing)
        if not more:
            break
        found |= {row["xero_id"]: row for row in more}
    return list(found.values())


def _add_merged(rows: Sequence[RowMapping], by_id: Mapping[str, RowMapping]) -> list[RowMapping]:
    """The rows, each followed by what it was merged into; the last of one row's chain is what is left of it."""
    found: dict[str, RowMapping] = {}
    for row in rows:
        step: RowMapping | None = row
        while step is not None and step["xero_id"] not in found:
            found[step["xero_id"]] = step
            step = by_id.get(step["merged_to"]) if step["merged_to"] else None
    return list(found.values())


_Index = dict[str, dict[str, RowMapping]]


def _index(rows: Sequence[RowMapping], columns: tuple[str, ...]) -> _Index:
    """Rows by each of their keys and by id. Keys of different kinds never look alike, so one index holds them all."""
    index: _Index = defaultdict(dict)
    for row in rows:
        for column in (*columns, "xero_id"):
            if row[column] is not None:
                index[row[column]][row["xero_id"]] = row
    return index


def _pick(index: _Index, keys: Iterable[str], xero_ids: Iterable[str]) -> list[RowMapping]:
    picked: dict[str, RowMapping] = {}
    for key in (*sorted(keys), *sorted(xero_ids)):
        picked.update(index.get(key, {}))
    return list(picked.values())


def _join(groups: Iterable[Iterable[str]]) -> set[str]:
    return {item for group in groups for item in group}


async def _find_owners(
    session: Session, tenant_id: str, rows: Sequence[RowMapping]
) -> dict[str, tuple[ParentRef, ...]]:
    owners: dict[str, list[ParentRef]] = defaultdict(list)
    if rows:
        for link in await links.list_owners(session, tenant_id, [row["xero_id"] for row in rows]):
            owners[link["xero_id"]].append(ParentRef(Module(link["module"]), link["record_id"]))
    return {xero_id: tuple(found) for xero_id, found in owners.items()}
