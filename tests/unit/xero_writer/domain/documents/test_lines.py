"""CRM lines as Xero lines, seen through the invoice that carries them."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.documents.mapped_lines import VAT, map_lines
from tests.unit.xero_writer.domain.made_rows import (
    PRODUCT,
    codes,
    linked_parents,
    make_line,
    make_mapping,
)

from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.rows import ParentState, ParentView


def test_a_line_carries_code_account_and_tax_and_no_line_amount() -> None:
    assert map_lines(make_line()).element["LineItems"] == [
        {
            "Quantity": Decimal(6),
            "UnitAmount": Decimal("3.39"),
            "Description": "WHITE METAL LANTERN",
            "ItemCode": "71053",
            "AccountCode": "200",
            "TaxType": "NONE",
        }
    ]


def test_a_negative_quantity_goes_as_a_positive_one_with_a_negative_price() -> None:
    line = map_lines(make_line(Quantity=Decimal(-2)), make_line(id="2")).element["LineItems"][0]
    assert (line["Quantity"], line["UnitAmount"]) == (Decimal(2), Decimal("-3.39"))


def test_two_negatives_are_a_positive_line() -> None:
    line = map_lines(make_line(Quantity=Decimal(-2), List_Price=Decimal(-3))).element["LineItems"][0]
    assert (line["Quantity"], line["UnitAmount"]) == (Decimal(2), Decimal(3))


@pytest.mark.parametrize("price", [Decimal(0), Decimal("0.0012")])
def test_zero_and_tiny_prices_are_kept(price: Decimal) -> None:
    assert map_lines(make_line(List_Price=price)).element["LineItems"][0]["UnitAmount"] == price


def test_quantities_of_five_digits_are_exact() -> None:
    mapped = map_lines(make_line(Quantity=Decimal(74215), List_Price=Decimal("1.04")), total="77183.60")
    assert mapped.faults == ()
    assert mapped.expected_total == Decimal("77183.60")


def test_an_invoice_of_593_lines_maps() -> None:
    lines = [make_line(id=str(number), Quantity=Decimal(1), List_Price=Decimal("0.01")) for number in range(593)]
    mapped = map_lines(*lines, total="5.93")
    assert len(mapped.line_keys) == len(set(mapped.line_keys)) == 593
    assert (mapped.faults, mapped.warnings) == ((), ())


@pytest.mark.parametrize(
    ("text", "line_text", "name", "expected"),
    [
        ("said", "item text", "LANTERN", "said"),
        ("", "item text", "LANTERN", "item text"),
        (None, None, "LANTERN", "LANTERN"),
        (None, None, None, "71053"),
    ],
)
def test_an_empty_description_says_what_the_product_says(
    text: str | None, line_text: str | None, name: str | None, expected: str
) -> None:
    line = make_line(Description=text, Product_Name={"id": "200", "name": name})
    mapped = map_lines(line, parents=linked_parents(line_text=line_text))
    assert mapped.element["LineItems"][0]["Description"] == expected


def test_a_line_without_a_product_goes_as_text_and_account() -> None:
    line = map_lines(make_line(Product_Name=None)).element["LineItems"][0]
    assert "ItemCode" not in line
    assert line["AccountCode"] == "200"


def test_lines_of_a_product_without_an_item_go_as_text() -> None:
    as_text = ParentView(ParentState.AS_TEXT, facts=LinkFacts(line_text="OTHER LANTERN"))
    mapped = map_lines(make_line(Description=None), parents={**linked_parents(), PRODUCT: as_text})
    line = mapped.element["LineItems"][0]
    assert (line["Description"], "ItemCode" in line) == ("OTHER LANTERN", False)


def test_the_items_own_account_goes_before_the_default() -> None:
    assert map_lines(make_line(), parents=linked_parents(account_code="201")).element["LineItems"][0][
        "AccountCode"
    ] == ("201")


@pytest.mark.parametrize("account", ["260", "999", None])
def test_an_items_account_that_cannot_be_used_falls_back_to_the_default(account: str | None) -> None:
    mapped = map_lines(make_line(), parents=linked_parents(account_code=account))
    assert mapped.element["LineItems"][0]["AccountCode"] == "200"


def test_a_missing_account_is_said_once() -> None:
    mapped = map_lines(
        make_line(Product_Name=None), make_line(id="2", Product_Name=None), mapping=make_mapping(accounts={})
    )
    assert codes(mapped.faults) == ["account_missing"]


@pytest.mark.parametrize(("code", "problem"), [("260", "archived"), ("090", "bank"), ("610", "system"), ("1", "chart")])
def test_an_unusable_account_is_named(code: str, problem: str) -> None:
    mapped = map_lines(make_line(Product_Name=None), mapping=make_mapping(accounts={"sales": code}))
    assert codes(mapped.faults) == ["account_unusable"]
    assert problem in mapped.faults[0].facts["problem"]


def test_a_line_discount_goes_as_discount_amount() -> None:
    mapped = map_lines(make_line(Discount=Decimal("1.34")), total="19.00")
    assert mapped.element["LineItems"][0]["DiscountAmount"] == Decimal("1.34")
    assert mapped.faults == ()


def test_a_discount_in_percent_is_taken_of_the_line() -> None:
    mapped = map_lines(make_line(Quantity=Decimal(10), List_Price=Decimal(10), Discount="5%"), total="95.00")
    assert mapped.element["LineItems"][0]["DiscountAmount"] == Decimal("5.00")


@pytest.mark.parametrize(("quantity", "discount", "total"), [("-6", "1.00", "-21.34"), ("6", "-1.00", "21.34")])
def test_a_discount_that_xero_cannot_take_off_the_line_is_a_line_of_its_own(
    quantity: str, discount: str, total: str
) -> None:
    mapped = map_lines(make_line(Quantity=Decimal(quantity), Discount=Decimal(discount)), total=total)
    assert mapped.line_keys == ("1", "1:discount")
    assert mapped.element["LineItems"][1]["UnitAmount"] == -Decimal(discount)
    assert mapped.expected_total == Decimal(total)


def test_the_header_discount_is_one_negative_line_for_each_tax_type() -> None:
    lines = [
        make_line(List_Price=Decimal(10), Quantity=Decimal(3), Line_Tax=VAT),
        make_line(id="2", List_Price=Decimal(10), Quantity=Decimal(1)),
    ]
    mapped = map_lines(*lines, Discount=Decimal(10), total="34.50")
    discounts = {line["TaxType"]: line["UnitAmount"] for line in mapped.element["LineItems"][2:]}
    assert discounts == {"OUTPUT2": Decimal("-7.50"), "NONE": Decimal("-2.50")}
    assert mapped.faults == ()


def test_a_header_discount_taken_after_tax_is_named_as_such() -> None:
    line = make_line(List_Price=Decimal(100), Quantity=Decimal(1), Line_Tax=VAT)
    mapped = map_lines(line, Discount=Decimal(10), total="110.00")
    assert codes(mapped.faults) == ["discount_alters_tax"]
    assert mapped.faults[0].facts["tax"] == "2.00"


def test_the_adjustment_is_a_line_of_its_own_without_tax() -> None:
    mapped = map_lines(make_line(Line_Tax=VAT), Adjustment=Decimal("-0.41"), total="24.00")
    line = mapped.element["LineItems"][-1]
    assert (line["UnitAmount"], line["TaxType"]) == (Decimal("-0.41"), "NONE")
    assert mapped.faults == ()


def test_lines_keep_the_crms_order() -> None:
    lines = [make_line(id="b", Sequence_Number=2), make_line(id="a", Sequence_Number=1)]
    assert map_lines(*lines).line_keys == ("a", "b")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"Quantity": None}, "Quantity"),
        ({"List_Price": "dear"}, "List_Price"),
        ({"Quantity": Decimal(10) ** 8}, "Quantity"),
        ({"Quantity": Decimal(99999999), "List_Price": Decimal(1000)}, "Amount"),
        ({"Discount": "some"}, "Discount"),
    ],
)
def test_a_figure_that_cannot_be_used_is_a_fault_of_that_line(change: dict[str, Any], field: str) -> None:
    mapped = map_lines(make_line(**change))
    assert codes(mapped.faults)[0] == "value_unusable"
    assert mapped.faults[0].facts["field"].startswith(field)


def test_a_long_description_is_shortened_with_a_warning() -> None:
    mapped = map_lines(make_line(Description="x" * 4001))
    assert len(mapped.element["LineItems"][0]["Description"]) == 4000
    assert codes(mapped.warnings) == ["value_left_out"]


def test_approved_lines_and_lines_of_quotes_need_a_text() -> None:
    line = make_line(Description=None, Product_Name=None)
    assert map_lines(line).faults == ()
    assert codes(map_lines(line, kind=XeroKind.QUOTE).faults) == ["value_unusable"]
    mapped = map_lines(line, status="AUTHORISED", Due_Date="2010-12-31")
    assert codes(mapped.faults) == ["value_unusable"]


def test_a_price_of_more_than_four_places_is_rounded_as_xero_would() -> None:
    line = map_lines(make_line(List_Price=Decimal("1.23455"))).element["LineItems"][0]
    assert line["UnitAmount"] == Decimal("1.2346")


def test_a_header_discount_over_lines_that_add_up_to_nothing_is_one_line() -> None:
    lines = [make_line(Line_Tax=VAT), make_line(id="2", Quantity=Decimal(-6))]
    mapped = map_lines(*lines, Discount=Decimal(1))
    assert [line["UnitAmount"] for line in mapped.element["LineItems"][2:]] == [Decimal(-1)]


def test_every_unmapped_tax_is_named_and_untaxed_lines_once() -> None:
    lines = [make_line(id=str(number)) for number in range(2)]
    lines += [make_line(id=name, Line_Tax=[{"name": name, "percentage": Decimal(1)}]) for name in ("A", "B")]
    mapped = map_lines(*lines, mapping=make_mapping(taxes={"untaxed_sales": None}))
    assert codes(mapped.faults) == ["tax_not_said", "tax_unmapped", "tax_unmapped"]


def test_a_line_given_away_keeps_its_price_and_discount() -> None:
    mapped = map_lines(make_line(Discount=Decimal("20.34")), total="0.00")
    assert mapped.line_keys == ("1",)
    assert mapped.element["LineItems"][0]["DiscountAmount"] == Decimal("20.34")


def test_a_quantity_of_zero_keeps_the_price() -> None:
    assert map_lines(make_line(Quantity=Decimal(0))).element["LineItems"][0]["UnitAmount"] == Decimal("3.39")


def test_an_unusable_account_is_said_once() -> None:
    lines = [make_line(Product_Name=None), make_line(id="2", Product_Name=None)]
    assert codes(map_lines(*lines, mapping=make_mapping(accounts={"sales": "260"})).faults) == ["account_unusable"]
