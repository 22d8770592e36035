"""A verdict "ready" on its way to Xero: kept as JSON beside the staged record, then beside the intent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.link_facts import link_facts_from_json
from xero_writer.domain.verdicts import Action, Ready


def ready_to_json(verdict: Ready, *, with_element: bool = True) -> dict[str, Any]:
    """Plain values; `element` is left out where the request's bytes hold it."""
    return {
        "action": verdict.action.value,
        "digest": verdict.digest,
        "facts": verdict.facts.to_json(),
        "label": verdict.label.model_dump(),
        "business_key": verdict.business_key,
        "xero_id": verdict.xero_id,
        "element": dict(verdict.element) if with_element and verdict.element is not None else None,
        "uniqueness_keys": list(verdict.uniqueness_keys),
        "warnings": [warning.model_dump() for warning in verdict.warnings],
        "expected_total": verdict.expected_total,
        "changed_fields": list(verdict.changed_fields),
        "kind": verdict.kind.value if verdict.kind is not None else None,
        "status": verdict.status,
    }


def ready_from_json(value: Mapping[str, Any]) -> Ready:
    """The verdict again."""
    total, kind = value["expected_total"], value.get("kind")
    return Ready(
        action=Action(value["action"]),
        digest=value["digest"],
        facts=link_facts_from_json(value["facts"]),
        label=RecordLabel.model_validate(value["label"]),
        business_key=value["business_key"],
        xero_id=value["xero_id"],
        element=value["element"],
        uniqueness_keys=tuple(value["uniqueness_keys"]),
        warnings=tuple(Reason.model_validate(warning) for warning in value["warnings"]),
        expected_total=Decimal(total) if total is not None else None,
        changed_fields=tuple(value.get("changed_fields", ())),
        kind=XeroKind(kind) if kind is not None else None,
        status=value.get("status"),
    )
