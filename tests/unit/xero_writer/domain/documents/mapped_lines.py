"""Lines mapped as the lines of one document of any kind."""

from decimal import Decimal
from typing import Any

from tests.unit.xero_writer.domain.made_rows import (
    linked_parents,
    make_context,
    make_invoice,
    make_order,
    make_quote,
    make_reference,
)

from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.documents.element import map_document
from xero_writer.domain.documents.header import label_document
from xero_writer.domain.mapped import MappedDocument

VAT = [{"name": "VAT", "percentage": Decimal(20)}]
_MAKERS = {
    XeroKind.SALES_INVOICE: make_invoice,
    XeroKind.BILL: make_order,
    XeroKind.PURCHASE_ORDER: make_order,
    XeroKind.QUOTE: make_quote,
}


def map_lines(
    *lines: dict[str, Any],
    total: str | None = None,
    mapping: Any = None,
    parents: Any = None,
    reference: Any = None,
    status: str = "DRAFT",
    kind: XeroKind = XeroKind.SALES_INVOICE,
    context: dict[str, Any] | None = None,
    **header: Any,
) -> MappedDocument:
    record = _MAKERS[kind](lines=list(lines), **header, Grand_Total=Decimal(total) if total is not None else None)
    made = make_context(mapping, **(context or {}))
    views = linked_parents() if parents is None else parents
    known = reference or make_reference()
    label = label_document(record, made.mapping, known.organisation.base_currency, kind)
    return map_document(record, made, known, views, kind, status, label)
