"""Discounts on lines and on whole documents, for each kind and policy."""

from decimal import Decimal

import pytest
from tests.unit.xero_writer.domain.documents.mapped_lines import VAT, map_lines
from tests.unit.xero_writer.domain.made_rows import codes, make_line, make_mapping

from xero_writer.domain.document_kinds import XeroKind

AFTER = make_mapping(policies={"header_discount": "after_tax"})
HUNDRED = make_line(List_Price=Decimal(100), Quantity=Decimal(1), Line_Tax=VAT)


@pytest.mark.parametrize(
    ("kind", "on_line"),
    [
        (XeroKind.SALES_INVOICE, True),
        (XeroKind.QUOTE, True),
        (XeroKind.BILL, False),
        (XeroKind.PURCHASE_ORDER, False),
    ],
)
def test_a_line_discount_stands_on_the_line_only_where_xero_takes_it(kind: XeroKind, on_line: bool) -> None:
    line = {**HUNDRED, "Discount": Decimal(10)}
    mapping = make_mapping(policies={"purchase_orders_as": "purchase_order"})
    mapped = map_lines(line, total="108.00", kind=kind, mapping=mapping)
    sent = mapped.element["LineItems"]
    assert mapped.faults == ()
    assert mapped.expected_total == Decimal("108.00")
    assert ("DiscountAmount" in sent[0]) is on_line
    if not on_line:
        assert (sent[1]["UnitAmount"], sent[1]["TaxType"]) == (Decimal(-10), "INPUT2")
        assert "ItemCode" not in sent[1]
        assert mapped.line_keys == ("1", "1:discount")


def test_a_discount_after_tax_lowers_no_tax() -> None:
    mapped = map_lines(HUNDRED, total="110.00", mapping=AFTER, Discount=Decimal(10))
    line = mapped.element["LineItems"][-1]
    assert (line["UnitAmount"], line["TaxType"]) == (Decimal(-10), "NONE")
    assert mapped.faults == ()
    assert mapped.expected_total == Decimal("110.00")


def test_a_discount_after_tax_within_inclusive_amounts_leaves_the_tax_within_the_lines() -> None:
    mapping = make_mapping(amounts="inclusive", policies={"header_discount": "after_tax"})
    mapped = map_lines(HUNDRED, total="90.00", mapping=mapping, Discount=Decimal(10))
    assert [line["TaxType"] for line in mapped.element["LineItems"]] == ["OUTPUT2", "NONE"]
    assert mapped.faults == ()


def test_a_discount_that_the_crm_took_before_tax_does_not_fit_the_other_policy() -> None:
    mapped = map_lines(HUNDRED, total="108.00", mapping=AFTER, Discount=Decimal(10))
    assert codes(mapped.faults) == ["total_differs"]


def test_a_discount_in_percent_on_the_whole_is_taken_of_the_lines() -> None:
    mapped = map_lines(HUNDRED, total="108.00", Discount="10%")
    assert mapped.element["LineItems"][-1]["UnitAmount"] == Decimal("-10.00")


def test_where_amounts_know_no_tax_the_policy_makes_no_difference() -> None:
    mapping = make_mapping(amounts="none", policies={"header_discount": "after_tax"})
    line = {**HUNDRED, "Line_Tax": []}
    mapped = map_lines(line, total="90.00", mapping=mapping, Discount=Decimal(10))
    assert mapped.faults == ()
    assert [sent["TaxType"] for sent in mapped.element["LineItems"]] == ["NONE", "NONE"]


def test_a_bills_header_discount_is_shared_out_over_purchase_rates() -> None:
    lines = [HUNDRED, {**HUNDRED, "id": "2", "Line_Tax": [{"name": "Reduced", "percentage": Decimal(5)}]}]
    mapped = map_lines(*lines, total="213.75", kind=XeroKind.BILL, Discount=Decimal(10))
    shares = {line["TaxType"]: line["UnitAmount"] for line in mapped.element["LineItems"][2:]}
    assert shares == {"INPUT2": Decimal("-5.00"), "RRINPUT": Decimal("-5.00")}
    assert codes(mapped.faults) == []
