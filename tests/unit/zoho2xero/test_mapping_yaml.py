"""A mapping as a commented text and back: nothing is lost, nothing changes its meaning."""

import pytest

from xero_writer.domain.mapping_model import TenantMapping, default_mapping
from zoho2xero.mapping_yaml import EXPLANATIONS, MappingTextError, find_version, read_mapping, write_mapping

CHOSEN = TenantMapping.model_validate(
    {
        "number_fields": {"invoices": "Sales_Number", "supplier_number": "Supplier_No"},
        "statuses": {"invoices": {"No": "wait", "On": "DRAFT", "null": "not_created", "1": "AUTHORISED"}},
        "taxes": {
            "sales": {"Standard Rate": "OUTPUT2", "a: b # c": "TAX001", "GST + PST": "TAX002"},
            "untaxed_sales": "NONE",
        },
        "accounts": {"sales": "0200", "by_product": {"0123": {"sales": "0420"}, "1e3": {"purchases": "300"}}},
        "fields": {
            "accounts": {"TaxNumber": {"field": "VAT_No"}, "Phones.MOBILE": {"value": "+44 20: 1"}},
            "invoices": {"Reference": {"field": "Order_No", "value": "true"}},
        },
        "tracking": {"invoices": [{"category": "Region", "field": "Area", "values": {"N": "North"}, "default": "off"}]},
        "gates": {"invoices": "Add_to_Xero"},
        "amounts": "inclusive",
        "amounts_field": "Basis",
        "amounts_values": {"Yes": "inclusive", "No": "exclusive"},
        "primary_person_field": "Main",
        "policies": {"due_days": 30, "bills_beyond_draft": True, "zero_total": "send"},
    }
)


@pytest.mark.parametrize("mapping", [CHOSEN, default_mapping()])
def test_what_is_written_is_read_as_the_same_mapping(mapping: TenantMapping) -> None:
    text = write_mapping("tenant-1", 3, mapping.model_dump(mode="json"))
    assert TenantMapping.model_validate(read_mapping(text)) == mapping


def test_every_choice_has_an_explanation_and_no_explanation_is_left_over() -> None:
    saved = CHOSEN.model_dump(mode="json")
    sections = {name for name, value in saved.items() if isinstance(value, dict) and value}
    in_tables = {"fields", "tracking", "gates", "amounts_values"}
    places = set(saved) | {f"{name}.{inner}" for name in sections - in_tables for inner in saved[name]}
    assert set(EXPLANATIONS) <= places
    assert {f"policies.{name}" for name in saved["policies"]} <= set(EXPLANATIONS)
    assert set(saved) <= set(EXPLANATIONS)
    text = write_mapping("tenant-1", 3, saved)
    for lines in EXPLANATIONS.values():
        for line in lines:
            assert f"# {line}" in text


def test_an_edit_by_hand_needs_no_quotation_marks() -> None:
    body = read_mapping("accounts:\n  sales: 0200\nstatuses:\n  invoices:\n    No: DRAFT\npolicies:\n  due_days: 30\n")
    mapping = TenantMapping.model_validate(body)
    assert mapping.accounts.sales == "0200"
    assert dict(mapping.statuses.invoices) == {"No": "DRAFT"}
    assert mapping.policies.due_days == 30


def test_what_is_left_empty_goes_back_to_its_default() -> None:
    text = "fields:\naccounts:\n  sales:\n  by_product:\npolicies:\n  lock:\ntaxes:\n  sales:\n"
    assert TenantMapping.model_validate(read_mapping(text)) == default_mapping()


def test_a_name_that_stands_twice_is_refused_with_its_line() -> None:
    with pytest.raises(MappingTextError, match='line 4: "VAT" stands twice'):
        read_mapping("taxes:\n  sales:\n    VAT: OUTPUT2\n    VAT: NONE\n")


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b", "taxes: {sales: [", "a: !!python/object:os.system x"])
def test_a_text_that_is_no_mapping_is_refused_in_words(text: str) -> None:
    with pytest.raises(MappingTextError):
        read_mapping(text)


def test_the_first_line_tells_the_version() -> None:
    saved = default_mapping().model_dump(mode="json")
    assert find_version(write_mapping("tenant-1", 12, saved)) == 12
    assert find_version(write_mapping("tenant-1", 0, saved)) == 0
    assert find_version("taxes: {}") is None
