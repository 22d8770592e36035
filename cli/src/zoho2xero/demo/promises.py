"""What the demo holds a sync against: each planted fault has exactly its reason, and the VAT is right to the cent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from zoho2xero.demo.wholesaler import Planted

REASON_OF: Final[Mapping[str, str]] = {
    "status_unmapped": "status_unmapped",
    "status_blank": "status_blank",
    "no_due_date_on_approved": "due_date_missing",
    "no_customer": "customer_missing",
    "approval_pending": "crm_approval_pending",
    "zero_invoice": "zero_total",
    "negative_total": "negative_total",
    "discount_after_tax": "discount_alters_tax",
    "purchase_rate_on_sale": "tax_not_allowed_here",
    "no_code": "product_code_missing",
    "codes_differ_by_case": "product_code_clash",
    "no_main_person": "primary_person_unclear",
    "person_of_another_account": "person_not_of_account",
    "currency_not_enabled": "currency_not_enabled",
    "rate_upside_down": "rate_doubtful",
    "two_john_smiths": "name_taken",
    "same_sale_typed_twice": "looks_already_entered",
    "date_in_locked_quarter": "period_locked",
    "archived_customer": "contact_archived",
    "name_of_another_firm": "name_taken",
    "number_of_another_sale": "number_taken_in_xero",
    "stock_short": "stock_short",
}
"""By kind of fault: the one reason that the record must have. A kind that is not here has none at first."""

NOT_MEANT_TO_GO: Final = frozenset({"status_waits", "canceled_before_sync", "before_start_date", "not_used_yet"})
"""Reasons that records may have without any fault."""
HELD: Final = frozenset({"blocked", "locked", "failed", "skipped"})

Json = dict[str, Any]
Key = tuple[str, str]


def list_wrong_reasons(log: Iterable[Json], planted: Iterable[Planted]) -> list[str]:
    """A sentence for each fault without exactly its reason, and for each record that is held without a fault."""
    entries = {(entry["module"], entry["record_id"]): entry for entry in log}
    problems: list[str] = []
    expected: set[Key] = set()
    for fault in planted:
        code = REASON_OF.get(fault.kind)
        expected |= {(fault.module, fault.record_id), *fault.holds}
        found = _list_codes(entries.get((fault.module, fault.record_id)))
        if found != ([code] if code is not None else []):
            problems.append(f"{fault.kind}: {fault.module} {fault.record_id} has the reasons {found}, not {code}")
        for key in fault.holds:
            if _list_codes(entries.get(key)) != ["waits_for"]:
                problems.append(f"{fault.kind}: {key} has the reasons {_list_codes(entries.get(key))}, not waits_for")
    for key, entry in entries.items():
        unexplained = set(_list_codes(entry)) - NOT_MEANT_TO_GO
        if key not in expected and entry["outcome"] in HELD and unexplained:
            problems.append(f"{key} is held without a fault: {sorted(unexplained)}")
    return problems


def list_wrong_vat(story: Json, books: Json) -> list[str]:
    """A sentence for each rate whose net or tax in Xero is not what the CRM's documents and people's own add up to."""
    problems = []
    for side in ("sales", "purchases"):
        expected = _expect_vat(story, side)
        found = {rate: (Decimal(sums["net"]), Decimal(sums["tax"])) for rate, sums in books["vat"][side].items()}
        for rate in sorted({*expected, *found}):
            nothing = (Decimal(0), Decimal(0))
            if expected.get(rate, nothing) != found.get(rate, nothing):
                problems.append(
                    f"{side} at {rate}: {found.get(rate)} in Xero, {expected.get(rate)} expected (net, tax)"
                )
    return problems


def _expect_vat(story: Json, side: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Net and tax by Xero's rate: the CRM's documents through the bookkeeper's table, and what people typed."""
    taxes = story["bookkeeper"]["taxes"]
    untaxed = taxes[f"untaxed_{side}"]
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for by_tax in story["expected"][f"{side}_by_rate"].values():
        for name, amounts in by_tax.items():
            _add(sums[taxes[side].get(name, untaxed)], amounts)
    for by_rate in story["typed"]["only_in_xero"].get(f"{side}_by_rate", {}).values():
        for rate, amounts in by_rate.items():
            _add(sums[rate], amounts)
    return {rate: (net, tax) for rate, (net, tax) in sums.items()}


def _add(sums: list[Decimal], amounts: Json) -> None:
    sums[0] += Decimal(str(amounts["net"]))
    sums[1] += Decimal(str(amounts["tax"]))


def _list_codes(entry: Json | None) -> list[str]:
    return [reason["code"] for reason in entry["reasons"]] if entry is not None else []
