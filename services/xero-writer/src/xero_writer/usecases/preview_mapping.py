"""What a change of the mapping would bring about for this tenant, from what is stored; asks no vendor."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.reason_catalogue import CATALOGUE
from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module, ReopenedBy
from sync_kit.store import Session
from xero_writer.domain.mapping_change import (
    LINES_A_DOCUMENT,
    KnownRecords,
    MappingEffect,
    WaitingForMapping,
    estimate_effect,
)
from xero_writer.domain.mapping_model import TenantMapping, list_crm_fields
from xero_writer.store import mapping_effects

_MENDED: Final = frozenset(code for code, entry in CATALOGUE.items() if ReopenedBy.MAPPING in entry.reopened_by)
"""Reasons that a mapping can mend."""


async def preview_effect(
    session: Session, tenant_id: str, before: TenantMapping, after: TenantMapping
) -> MappingEffect:
    """The effect of replacing one mapping by the other."""
    if before == after:
        linked = await mapping_effects.count_linked(session, tenant_id)
        return MappingEffect(not_touched=linked)
    alone = await mapping_effects.count_staged_alone(session, tenant_id)
    linked = await mapping_effects.count_linked(session, tenant_id)
    known = {
        module: KnownRecords(records=alone.get(module, 0) + linked.get(module, 0), agreed=linked.get(module, 0))
        for module in {*alone, *linked}
    }
    watching = await mapping_effects.list_settled_watching(session, tenant_id)
    return estimate_effect(
        before,
        after,
        known=known,
        waiting=list(_list_waiting(watching)),
        read_already=await _list_read_fields(session, tenant_id, after),
        lines_a_document=await _find_lines_a_document(session, tenant_id),
    )


def _list_waiting(rows: Sequence[RowMapping]) -> Iterator[WaitingForMapping]:
    for row in rows:
        codes = tuple(dict.fromkeys(reason["code"] for reason in row["reasons"] or () if reason["code"] in _MENDED))
        if ReopenedBy.MAPPING not in row["watches"] and not codes:
            continue
        label: dict[str, Any] = dict(row["label"] or {})
        total = label.get("total")
        yield WaitingForMapping(
            module=Module(row["module"]),
            codes=codes,
            payload_gone=bool(row["payload_gone"]),
            total=Decimal(total) if isinstance(total, Decimal | int | str) else None,
            currency=label.get("currency"),
        )


async def _list_read_fields(session: Session, tenant_id: str, after: TenantMapping) -> dict[Module, frozenset[str]]:
    """Fields that the newest record of each module in question carries: the reader asks for them today."""
    read = {}
    for module in list_crm_fields(after):
        payload = await mapping_effects.find_payload(session, tenant_id, module)
        read[module] = frozenset(payload or ())
    return read


async def _find_lines_a_document(session: Session, tenant_id: str) -> Decimal:
    counts = [
        len(facts.get("lines", ()))
        for facts in await mapping_effects.list_link_facts(session, tenant_id, DOCUMENT_MODULES)
    ]
    return Decimal(sum(counts)) / len(counts) if counts else LINES_A_DOCUMENT
