"""Gather all rows that judging a page of records needs, in a few questions a page instead of a few a record."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import RowMapping

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import HELD, Module, Outcome
from sync_kit.store import Session
from xero_writer.domain.judge import list_parents
from xero_writer.domain.link_facts import link_facts_from_json
from xero_writer.domain.rows import (
    JudgeInput,
    Link,
    ParentState,
    ParentView,
    Sibling,
    StagedRecord,
)
from xero_writer.domain.text import describe_record
from xero_writer.domain.verdicts import ParentRef
from xero_writer.store import links, staging
from xero_writer.store.staging import State
from xero_writer.usecases.find_hits import CONTACT_MODULES, add_customers, find_hits


async def gather_inputs(
    session: Session, tenant_id: str, module: Module, rows: Sequence[RowMapping], digest_key: bytes
) -> list[JudgeInput]:
    """The judge's input for each staged row, in their order."""
    ids = [row["record_id"] for row in rows]
    records = {row["record_id"]: _to_record(module, row) for row in rows}
    linked = await links.list_links(session, tenant_id, module, ids)
    refs = {record_id: list_parents(record) for record_id, record in records.items()}
    parents = await view_parents(session, tenant_id, {ref for found in refs.values() for ref in found})
    hits = await find_hits(session, tenant_id, module, rows, linked, digest_key)
    if module is Module.INVOICES:
        hits = await add_customers(session, tenant_id, hits, refs, parents)
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
