"""Gather all rows that judging a page of records needs, in a few questions a page instead of a few a record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, HELD, Module, Outcome
from sync_kit.store import Session
from xero_writer.domain.crm_values import find_decimal
from xero_writer.domain.documents.element import find_crm_url
from xero_writer.domain.documents.header import peek
from xero_writer.domain.documents.parties import find_party, find_party_name, name_party
from xero_writer.domain.judge import list_parents
from xero_writer.domain.lanes import CONTACT_MODULES
from xero_writer.domain.link_facts import link_facts_from_json
from xero_writer.domain.matching import warn_of_merge
from xero_writer.domain.money import round_money
from xero_writer.domain.rows import (
    Decision,
    DecisionKind,
    JudgeInput,
    Link,
    ParentState,
    ParentView,
    Sibling,
    StagedRecord,
)
from xero_writer.domain.text import describe_record
from xero_writer.domain.verdicts import ParentRef
from xero_writer.store import decisions, links, staging
from xero_writer.store.staging import State
from xero_writer.usecases.find_hits import DocumentSearch, Parties, find_hits, find_parties


async def gather_inputs(
    session: Session,
    tenant_id: str,
    module: Module,
    rows: Sequence[RowMapping],
    digest_key: bytes,
    *,
    crm_web_url: str | None = None,
) -> list[JudgeInput]:
    """The judge's input for each staged row, in their order. `crm_web_url`: base of our links to CRM pages."""
    ids = [row["record_id"] for row in rows]
    records = {row["record_id"]: _to_record(module, row) for row in rows}
    linked = await links.list_links(session, tenant_id, module, ids)
    if module in DOCUMENT_MODULES:
        records = await _name_parties(session, tenant_id, records)
    refs = {record_id: list_parents(record) for record_id, record in records.items()}
    views = await view_parents(session, tenant_id, {ref for found in refs.values() for ref in found})
    parties = await find_parties(session, tenant_id, _list_party_ids(views))
    parents = await _follow_merges(session, tenant_id, views, parties)
    decided = await _list_decisions(session, tenant_id, module, rows)
    search = _plan_search(records.values(), parents, crm_web_url) if module in DOCUMENT_MODULES else DocumentSearch()
    hits = await find_hits(
        session,
        tenant_id,
        module,
        rows,
        linked,
        digest_key,
        chosen={record_id: each.xero_id for record_id, each in decided.items() if each.xero_id is not None},
        search=search,
    )
    siblings = await _find_siblings(session, tenant_id, module, rows, linked)
    holders = await _count_holders(session, tenant_id, module, rows)
    return [
        JudgeInput(
            record=records[row["record_id"]],
            link=_to_link(linked.get(row["record_id"])),
            hits=parties.add_to(hits[row["record_id"]], search.party_ids.get(row["record_id"])),
            parents={ref: parents[ref] for ref in refs[row["record_id"]]},
            siblings=tuple(
                sibling for sibling in siblings.get(row["business_key"], ()) if sibling.record_id != row["record_id"]
            ),
            email_holders=max(0, holders.get(row["email_key"], 1) - 1),
            needed=row["needed"],
            decision=decided.get(row["record_id"]),
        )
        for row in rows
    ]


async def _name_parties(
    session: Session, tenant_id: str, records: Mapping[str, StagedRecord]
) -> dict[str, StagedRecord]:
    """The documents with the names of their parties, as far as those were judged: Zoho's queries tell their ids alone,
    and people know a document by its customer."""
    nameless = {
        record_id: party
        for record_id, record in records.items()
        if (party := find_party(record)) is not None and find_party_name(record) is None
    }
    by_module: dict[Module, set[str]] = defaultdict(set)
    for party in nameless.values():
        by_module[party.module].add(party.record_id)
    names = {
        ParentRef(module, record_id): name
        for module, ids in by_module.items()
        for record_id, name in (await staging.list_names(session, tenant_id, module, ids)).items()
    }
    named = dict(records)
    for record_id, party in nameless.items():
        if party in names:
            record = records[record_id]
            named[record_id] = replace(record, fields=name_party(record, party, names[party]))
    return named


def _list_party_ids(views: Mapping[ParentRef, ParentView]) -> set[str]:
    return {view.xero_id for ref, view in views.items() if ref.module in CONTACT_MODULES and view.xero_id is not None}


async def _follow_merges(
    session: Session, tenant_id: str, views: Mapping[ParentRef, ParentView], parties: Parties
) -> Mapping[ParentRef, ParentView]:
    """The parents with the contacts that are left where Xero's were merged."""
    merged = [ref for ref, view in views.items() if view.xero_id in parties.left and ref.module in CONTACT_MODULES]
    followed = dict(views)
    for ref in merged:
        staged = await staging.list_by_ids(session, tenant_id, ref.module, [ref.record_id])
        label = RecordLabel.model_validate((staged[ref.record_id]["label"] or {}) if ref.record_id in staged else {})
        reason = warn_of_merge(describe_record(ref.module, label, ref.record_id))
        followed[ref] = parties.show(views[ref], reason)
    return followed


def _plan_search(
    records: Iterable[StagedRecord], parents: Mapping[ParentRef, ParentView], crm_web_url: str | None
) -> DocumentSearch:
    """By what documents are looked for beside their numbers."""
    party_ids: dict[str, str] = {}
    totals: dict[str, Decimal] = {}
    urls: dict[str, str] = {}
    for record in records:
        party = find_party(record)
        view = parents.get(party) if party is not None else None
        if view is not None and view.xero_id is not None:
            party_ids[record.record_id] = view.xero_id
        total = peek(find_decimal, record.fields, "Grand_Total")
        if total is not None:
            totals[record.record_id] = round_money(total)
        if crm_web_url is not None:
            urls[record.record_id] = find_crm_url(record, crm_web_url)
    return DocumentSearch(party_ids=party_ids, totals=totals, urls=urls)


async def _list_decisions(
    session: Session, tenant_id: str, module: Module, rows: Sequence[RowMapping]
) -> dict[str, Decision]:
    """What people decided about the very versions that are judged; a decision counts once."""
    found = await decisions.list_of_records(session, tenant_id, module, [row["record_id"] for row in rows])
    return {
        row["record_id"]: Decision(DecisionKind(decision["kind"]), decision["xero_id"])
        for row in rows
        if (decision := found.get(row["record_id"])) is not None
        and decision["used_at"] is None
        and decision["modified_at"] == row["modified_at"]
    }


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
        states = await staging.list_states(session, tenant_id, module, linked)
        staged = await staging.list_by_ids(session, tenant_id, module, set(ids) - linked.keys())
        for record_id in ids:
            link = linked.get(record_id)
            views[ParentRef(module, record_id)] = (
                _view_linked(link, states.get(record_id))
                if link is not None
                else _view_staged(module, record_id, staged.get(record_id))
            )
    return views


def _view_linked(link: RowMapping, state: RowMapping | None) -> ParentView:
    facts = link_facts_from_json(link["facts"])
    if state is not None and state["state"] != State.SETTLED and facts.people is not None:
        # Whose people its newer version names is not agreed yet: nobody is called a stranger meanwhile.
        facts = replace(facts, people=None)
    return ParentView(ParentState.LINKED, xero_id=link["xero_id"], facts=facts)


def _view_staged(module: Module, record_id: str, staged: RowMapping | None) -> ParentView:
    if staged is None:
        return ParentView(ParentState.MISSING)
    if staged["deleted"]:
        return ParentView(ParentState.GONE)
    if staged["state"] == State.SETTLED and staged["facts"] is not None:
        return ParentView(ParentState.AS_TEXT, facts=link_facts_from_json(staged["facts"]))
    reasons = tuple(Reason.model_validate(reason) for reason in staged["reasons"] or ())
    if staged["state"] == State.SETTLED and _is_held(Outcome(staged["outcome"]), reasons):
        label = RecordLabel.model_validate(staged["label"] or {})
        return ParentView(
            ParentState.HELD,
            reasons=reasons,
            text=describe_record(module, label, record_id),
        )
    return ParentView(ParentState.STAGED)


def _is_held(outcome: Outcome, reasons: Sequence[Reason]) -> bool:
    """Being needed brings on what was skipped only because nothing needed it; a closed gate holds its dependants."""
    return outcome in HELD or (outcome is Outcome.SKIPPED and any(each.code != "not_used_yet" for each in reasons))


async def _find_siblings(
    session: Session, tenant_id: str, module: Module, rows: Sequence[RowMapping], known: Mapping[str, RowMapping]
) -> dict[Any, tuple[Sibling, ...]]:
    """Records of the module with the same business key, by that key; the record itself among them. `known`: the links
    of `rows`."""
    keys = {row["business_key"] for row in rows if row["business_key"]}
    if not keys or module in CONTACT_MODULES:
        return {}
    same = await staging.list_same_key(session, tenant_id, module, keys)
    others = {row["record_id"] for row in same} - {row["record_id"] for row in rows}
    linked = {**known, **await links.list_links(session, tenant_id, module, others)}
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
