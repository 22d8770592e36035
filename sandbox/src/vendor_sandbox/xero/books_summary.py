"""Counts and sums of an organisation's books, for the control API: what a reconciliation compares.

Documents that are VOIDED or DELETED count nowhere. Sums are in the documents' own currencies, not converted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.records import ZERO, Document, Invoice

_ENDED = frozenset({"VOIDED", "DELETED"})


def summarise_books(organisation: Organisation) -> dict[str, Any]:
    """The summary; money as text with two places."""
    invoices = organisation.invoices.values()
    kinds: dict[str, list[Document]] = {
        "invoices": [one for one in invoices if one.is_sale],
        "bills": [one for one in invoices if not one.is_sale],
        "purchase_orders": list(organisation.purchase_orders.records.values()),
        "quotes": list(organisation.quotes.records.values()),
    }
    living = {kind: [one for one in documents if one.status not in _ENDED] for kind, documents in kinds.items()}
    return {
        "invoices": len(living["invoices"]),
        "total": _sum_totals(living["invoices"]),
        "contacts": sum(contact.status == "ACTIVE" for contact in organisation.contacts.values()),
        "items": len(organisation.items),
        "bills": len(living["bills"]),
        "bills_total": _sum_totals(living["bills"]),
        "purchase_orders": len(living["purchase_orders"]),
        "purchase_orders_total": _sum_totals(living["purchase_orders"]),
        "quotes": len(living["quotes"]),
        "quotes_total": _sum_totals(living["quotes"]),
        "statuses": {kind: dict(Counter(one.status for one in documents)) for kind, documents in kinds.items()},
        "vat": {
            "sales": _sum_taxes(one for one in invoices if one.is_sale and one.status not in _ENDED),
            "purchases": _sum_taxes(one for one in invoices if not one.is_sale and one.status not in _ENDED),
        },
    }


def _sum_totals(documents: Iterable[Document]) -> str:
    return str(sum((document.total for document in documents), ZERO))


def _sum_taxes(invoices: Iterable[Invoice]) -> dict[str, dict[str, str]]:
    """Net and tax of the lines by TaxType ("" where a draft's line has none)."""
    sums: dict[str, list[Decimal]] = {}
    for invoice in invoices:
        is_inclusive = invoice.line_amount_types == "Inclusive"
        for line in invoice.lines:
            if line.quantity is None and line.unit_amount is None:
                continue
            entry = sums.setdefault(line.tax_type, [ZERO, ZERO])
            entry[0] += line.line_amount - line.tax_amount if is_inclusive else line.line_amount
            entry[1] += line.tax_amount
    return {tax_type: {"net": str(net), "tax": str(tax)} for tax_type, (net, tax) in sorted(sums.items())}
