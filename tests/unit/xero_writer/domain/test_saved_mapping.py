"""Mappings that earlier versions saved are read for ever."""

import pytest
from pydantic import ValidationError

from xero_writer.domain.mapping_model import (
    Amounts,
    CentPolicy,
    LockPolicy,
    StatusChoice,
    TenantMapping,
    ZeroTotal,
    default_mapping,
)
from xero_writer.domain.saved_mapping import read_saved_mapping

SAVED_BY_0_1 = {
    "number_fields": {"invoices": "Sales_Number"},
    "statuses": {
        "invoices": {
            "Created": "wait",
            "Approved": "AUTHORISED",
            "Delivered": "DRAFT",
            "Canceled": "not_created",
        }
    },
    "taxes": {"sales": {"Standard Rate": "OUTPUT2", "Export": "ZERORATEDOUTPUT"}},
    "untaxed_sales": "EXEMPTOUTPUT",
    "accounts": {"sales": "200"},
    "amounts": "inclusive",
    "due_days": 30,
    "lock_policy": "xero",
    "zero_total": "send",
    "cent_policy": "hold",
    "rounding_account": "860",
    "primary_person_field": "Main_Person",
}
"""As version 0.1 wrote it, every choice made."""


def test_a_mapping_of_version_0_1_means_what_it_meant() -> None:
    mapping = read_saved_mapping(SAVED_BY_0_1)
    assert mapping.number_fields.invoices == "Sales_Number"
    assert mapping.statuses.invoices["Approved"] is StatusChoice.AUTHORISED
    assert dict(mapping.taxes.sales) == {"Standard Rate": "OUTPUT2", "Export": "ZERORATEDOUTPUT"}
    assert mapping.taxes.untaxed_sales == "EXEMPTOUTPUT"
    assert (mapping.accounts.sales, mapping.accounts.rounding) == ("200", "860")
    assert mapping.amounts is Amounts.INCLUSIVE
    policies = mapping.policies
    assert (policies.lock, policies.zero_total, policies.cent, policies.due_days) == (
        LockPolicy.XERO,
        ZeroTotal.SEND,
        CentPolicy.HOLD,
        30,
    )
    assert mapping.primary_person_field == "Main_Person"


def test_what_version_0_1_had_not_chosen_stays_not_chosen() -> None:
    unset = {**SAVED_BY_0_1, "untaxed_sales": None, "rounding_account": None, "due_days": None}
    mapping = read_saved_mapping(unset)
    assert (mapping.taxes.untaxed_sales, mapping.accounts.rounding, mapping.policies.due_days) == (None, None, None)
    assert mapping.statuses.purchase_orders == default_mapping().statuses.purchase_orders


def test_a_mapping_of_today_is_read_as_it_is() -> None:
    mapping = TenantMapping.model_validate(
        {"policies": {"lock": "xero"}, "taxes": {"untaxed_purchases": "NONE"}, "gates": {"invoices": "Add_to_Xero"}}
    )
    assert read_saved_mapping(mapping.model_dump(mode="json")) == mapping


def test_what_was_never_a_mapping_is_refused() -> None:
    with pytest.raises(ValidationError):
        read_saved_mapping({"surprise": 1})
