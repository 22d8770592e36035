"""The mapping's defaults, its form, and every fault of it."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.unit.xero_writer.domain.made_rows import make_mapping, make_reference

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.mapping_check import check_mapping
from xero_writer.domain.mapping_model import TenantMapping, default_mapping, list_crm_fields


def where(**changes: Any) -> list[str]:
    return [fault.where for fault in check_mapping(make_mapping(**changes), make_reference(), None)]


def test_the_defaults_post_nothing_by_surprise() -> None:
    mapping = default_mapping()
    assert dict(mapping.statuses.invoices) == {
        "Created": "wait",
        "Approved": "DRAFT",
        "Delivered": "DRAFT",
        "Canceled": "not_created",
    }
    assert (mapping.untaxed_sales, mapping.accounts.sales) == (None, None)
    assert (mapping.lock_policy, mapping.zero_total, mapping.amounts) == ("seed", "skip", "exclusive")


def test_a_mapping_survives_json() -> None:
    mapping = make_mapping(due_days=30)
    assert TenantMapping.model_validate_json(mapping.model_dump_json()) == mapping


@pytest.mark.parametrize(
    "body",
    [
        {"statuses": {"invoices": {"Approved": "PAID"}}},
        {"number_fields": {"invoices": "Name; drop"}},
        {"due_days": -1},
        {"unknown": 1},
        {"accounts": {"sales": "12345678901"}},
        {"taxes": {"sales": {"": "OUTPUT2"}}},
    ],
)
def test_a_mapping_of_another_form_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TenantMapping.model_validate(body)


def test_a_good_mapping_has_no_faults() -> None:
    assert where(rounding_account="860") == []


def test_every_fault_is_named_at_once() -> None:
    faults = where(
        taxes={"sales": {"VAT": "INPUT2", "b + a": "OUTPUT2"}},
        untaxed_sales="NOPE",
        accounts={"sales": "260"},
        rounding_account="610",
    )
    assert faults == [
        "body.taxes.sales['b + a']",
        "body.taxes.sales['VAT']",
        "body.untaxed_sales",
        "body.accounts.sales",
        "body.rounding_account",
    ]


def test_untaxed_must_not_charge_tax() -> None:
    assert where(untaxed_sales="OUTPUT2") == ["body.untaxed_sales"]


def test_the_rounding_account_of_xero_is_for_rounding_alone() -> None:
    assert where(accounts={"sales": "860"}) == ["body.accounts.sales"]


def test_without_reference_data_only_the_form_is_looked_at() -> None:
    assert check_mapping(make_mapping(accounts={"sales": "260"}), None, None) == []


def test_fields_that_the_crm_does_not_have_are_named() -> None:
    mapping = make_mapping(number_fields={"invoices": "Sales_Number"}, primary_person_field="Main")
    known = {Module.INVOICES: frozenset({"Sales_Number"}), Module.CONTACTS: frozenset({"Email"})}
    assert [fault.where for fault in check_mapping(mapping, None, known)] == ["body.primary_person_field"]


def test_the_reader_is_asked_for_custom_fields_only() -> None:
    assert list_crm_fields(default_mapping()) == {}
    mapping = make_mapping(number_fields={"invoices": "Sales_Number"}, primary_person_field="Main")
    assert list_crm_fields(mapping) == {Module.INVOICES: ("Sales_Number",), Module.CONTACTS: ("Main",)}
