"""Products as Xero items."""

from decimal import Decimal

import pytest
from tests.unit.xero_writer.domain.made_rows import codes, make_mapping, make_product, make_reference

from xero_writer.domain.item import find_line_text, map_product


def test_a_product_is_an_untracked_item_with_a_sales_price() -> None:
    element = map_product(make_product(), make_mapping(), make_reference()).element
    assert element == {
        "Code": "71053",
        "Name": "WHITE METAL LANTERN",
        "SalesDetails": {"UnitPrice": Decimal("3.39"), "AccountCode": "200"},
        "PurchaseDetails": {"AccountCode": "310"},
    }


def test_a_product_may_have_accounts_of_its_own() -> None:
    accounts = {"by_product": {"71053": {"sales": "205", "purchases": "311"}}}
    element = map_product(make_product(), make_mapping(accounts=accounts), make_reference()).element
    assert (element["SalesDetails"]["AccountCode"], element["PurchaseDetails"]["AccountCode"]) == ("205", "311")


def test_a_purchase_price_comes_from_its_own_field_alone() -> None:
    fields = {"products": {"PurchaseDetails.UnitPrice": {"field": "Cost"}}}
    mapped = map_product(make_product(Cost=Decimal("1.5")), make_mapping(fields=fields), make_reference())
    assert mapped.element["PurchaseDetails"]["UnitPrice"] == Decimal("1.5000")
    assert "PurchaseUnitPrice" in mapped.picked


def test_unit_price_is_never_a_purchase_price() -> None:
    element = map_product(make_product(), make_mapping(), make_reference()).element
    assert "UnitPrice" not in element["PurchaseDetails"]
    assert "InventoryAssetAccountCode" not in element


@pytest.mark.parametrize(("length", "whole"), [(50, True), (51, False)])
def test_a_long_name_is_cut_and_kept_whole_in_the_description(length: int, whole: bool) -> None:
    name = "N" * length
    element = map_product(make_product(Product_Name=name, Description="blue"), make_mapping(), None).element
    assert len(element["Name"]) == 50
    assert (element["Name"] == name) is whole
    assert element["Description"] == ("blue" if whole else f"{name}\nblue")


@pytest.mark.parametrize(("code", "faults"), [("c" * 30, []), ("c" * 31, ["value_unusable"])])
def test_a_code_of_more_than_30_characters_blocks(code: str, faults: list[str]) -> None:
    assert codes(map_product(make_product(Product_Code=code), make_mapping(), None).faults) == faults


def test_a_product_without_a_code_blocks() -> None:
    assert codes(map_product(make_product(Product_Code=" "), make_mapping(), None).faults) == ["product_code_missing"]


def test_a_product_without_a_name_is_named_by_its_code() -> None:
    assert map_product(make_product(Product_Name=None), make_mapping(), None).element["Name"] == "71053"


@pytest.mark.parametrize(
    ("tax", "tax_type"),
    [(["VAT"], "OUTPUT2"), ("VAT", "OUTPUT2"), (["VAT", "Reduced"], None), (["Unknown"], None), (None, None)],
)
def test_an_item_has_a_tax_type_where_the_product_leaves_no_choice(tax: object, tax_type: str | None) -> None:
    element = map_product(make_product(Tax=tax), make_mapping(), make_reference()).element
    assert element["SalesDetails"].get("TaxType") == tax_type


def test_prices_keep_four_places() -> None:
    element = map_product(make_product(Unit_Price=Decimal("0.12345")), make_mapping(), None).element
    assert element["SalesDetails"]["UnitPrice"] == Decimal("0.1235")


def test_a_price_that_is_no_number_blocks() -> None:
    assert codes(map_product(make_product(Unit_Price="cheap"), make_mapping(), None).faults) == ["value_unusable"]


def test_a_line_without_words_says_description_then_name_then_code() -> None:
    assert find_line_text(make_product(Description="of tin")) == "of tin"
    assert find_line_text(make_product()) == "WHITE METAL LANTERN"
    assert find_line_text(make_product(Product_Name=None)) == "71053"
