"""Every fault of a mapping, by itself and against both sides, named with its path."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from tests.unit.xero_writer.domain.made_rows import make_reference

from sync_kit.clock import SystemClock
from sync_kit.contracts.events import CrmDescribed
from sync_kit.contracts.parts import CrmField, CrmTax
from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import Fault
from xero_writer.domain.mapping_check import CheckedMapping, check_mapping, excuse_standing
from xero_writer.domain.mapping_model import TenantMapping, default_mapping, list_crm_fields


def read(**body: Any) -> TenantMapping:
    return TenantMapping.model_validate(body)


def form(**body: Any) -> list[tuple[str, str]]:
    return [(fault.where, fault.what) for fault in check_mapping(read(**body), None, None).faults]


def against_xero(**body: Any) -> list[tuple[str, str]]:
    return [(fault.where, fault.what) for fault in check_mapping(read(**body), make_reference(), None).faults]


def describe(fields: dict[Module, list[CrmField]], **taxes: str) -> CrmDescribed:
    return CrmDescribed(
        tenant_id="t",
        version=1,
        described_at=SystemClock().now(),
        fields={module: tuple(listed) for module, listed in fields.items()},
        taxes=tuple(CrmTax(name=name.replace("_", " "), percent=Decimal(percent)) for name, percent in taxes.items()),
    )


def field(name: str, data_type: str = "text", *values: str) -> CrmField:
    return CrmField(api_name=name, label=name.replace("_", " "), data_type=data_type, values=values)


def against_crm(crm: CrmDescribed, **body: Any) -> CheckedMapping:
    return check_mapping(read(**body), None, crm)


# --- the model ---


def test_the_defaults_post_nothing_by_surprise() -> None:
    mapping = default_mapping()
    assert dict(mapping.statuses.invoices) == {
        "Created": "wait",
        "Approved": "DRAFT",
        "Delivered": "DRAFT",
        "Canceled": "not_created",
    }
    assert {mapping.statuses.purchase_orders[name] for name in ("Created", "Approved")} == {"wait"}
    assert (mapping.taxes.untaxed_sales, mapping.accounts.sales, mapping.policies.bills_beyond_draft) == (
        None,
        None,
        False,
    )
    assert check_mapping(mapping, make_reference(), None).faults == ()


def test_a_mapping_survives_json() -> None:
    mapping = read(policies={"due_days": 30}, fields={"accounts": {"Phones.MOBILE": {"field": "Cell"}}})
    assert TenantMapping.model_validate_json(mapping.model_dump_json()) == mapping


@pytest.mark.parametrize(
    "body",
    [
        {"statuses": {"invoices": {"Approved": "PAID"}}},
        {"number_fields": {"invoices": "Name; drop"}},
        {"policies": {"due_days": -1}},
        {"unknown": 1},
        {"untaxed_sales": "NONE"},
        {"accounts": {"sales": "12345678901"}},
        {"taxes": {"sales": {"": "OUTPUT2"}}},
        {"tracking": {"invoices": [{"category": "A"}, {"category": "B"}, {"category": "C"}]}},
    ],
)
def test_a_mapping_of_another_form_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TenantMapping.model_validate(body)


def test_the_reader_is_asked_for_custom_fields_only() -> None:
    assert list_crm_fields(default_mapping()) == {}
    mapping = read(
        number_fields={"invoices": "Sales_Number"},
        primary_person_field="Main",
        fields={"vendors": {"TaxNumber": {"field": "VAT_No"}}, "products": {"Description": {"value": "x"}}},
        gates={"invoices": "Add_to_Xero"},
        tracking={"quotes": [{"category": "Region", "field": "Area"}]},
    )
    assert list_crm_fields(mapping) == {
        Module.INVOICES: ("Add_to_Xero", "Sales_Number"),
        Module.CONTACTS: ("Main",),
        Module.VENDORS: ("VAT_No",),
        Module.QUOTES: ("Area",),
    }


# --- by itself ---


@pytest.mark.parametrize(
    ("module", "choice", "allowed"),
    [
        ("invoices", "AUTHORISED", True),
        ("invoices", "SENT", False),
        ("quotes", "SENT", True),
        ("quotes", "SUBMITTED", False),
        ("quotes", "AUTHORISED", False),
        ("sales_orders", "DRAFT", True),
        ("sales_orders", "SUBMITTED", False),
        ("sales_orders", "SENT", False),
        ("purchase_orders", "DRAFT", True),
        ("purchase_orders", "SUBMITTED", False),
        ("purchase_orders", "SENT", False),
    ],
)
def test_each_kind_of_document_has_its_statuses(module: str, choice: str, allowed: bool) -> None:
    places = [where for where, _ in form(statuses={module: {"Approved": choice}})]
    assert places == ([] if allowed else [f"body.statuses.{module}['Approved']"])


def test_bills_beyond_draft_need_a_consent_of_their_own() -> None:
    statuses = {"purchase_orders": {"Delivered": "AUTHORISED"}}
    [(where, what)] = form(statuses=statuses)
    assert where == "body.statuses.purchase_orders['Delivered']"
    assert "bills_beyond_draft" in what
    assert form(statuses=statuses, policies={"bills_beyond_draft": True}) == []


def test_names_of_several_taxes_stand_in_order() -> None:
    assert form(taxes={"sales": {"b + a": "OUTPUT2"}, "purchases": {"a + b": "INPUT2"}}) == [
        ("body.taxes.sales['b + a']", 'write the names in order and joined by " + ": "a + b"')
    ]


def test_a_field_that_may_never_be_mapped_is_refused_with_the_reason() -> None:
    [(where, what)] = form(fields={"vendors": {"BankAccountDetails": {"field": "IBAN"}}})
    assert where == "body.fields.vendors['BankAccountDetails']"
    assert what.endswith("bank details are entered by people in Xero alone, never copied")


def test_every_fault_of_the_fields_is_named_at_once() -> None:
    found = form(
        fields={
            "products": {
                "PurchaseDetails.UnitPrice": {"field": "Unit_Price"},
                "SalesDetails.UnitPrice": {"value": "cheap"},
            },
            "accounts": {
                "AccountNumber": {},
                "PaymentTerms.Sales.Day": {"field": "Days"},
                "EmailAddress": {"value": "nobody"},
            },
        }
    )
    assert [where for where, _ in found] == [
        "body.fields.products['PurchaseDetails.UnitPrice'].field",
        "body.fields.products['SalesDetails.UnitPrice'].value",
        "body.fields.accounts['AccountNumber']",
        "body.fields.accounts['PaymentTerms.Sales.Day']",
        "body.fields.accounts['EmailAddress'].value",
    ]


def test_tracking_categories_are_distinct_and_have_a_source() -> None:
    two = [
        {"category": "Region", "field": "Area"},
        {"category": "Region"},
    ]
    assert [where for where, _ in form(tracking={"invoices": two})] == [
        "body.tracking.invoices[1].category",
        "body.tracking.invoices[1]",
    ]
    assert [
        where for where, _ in form(tracking={"quotes": [{"category": "R", "default": "N", "values": {"a": "b"}}]})
    ] == ["body.tracking.quotes[0].values"]


def test_amounts_by_field_need_both_the_field_and_its_values() -> None:
    assert [where for where, _ in form(amounts_field="Basis")] == ["body.amounts_field"]
    assert [where for where, _ in form(amounts_values={"Net": "exclusive"})] == ["body.amounts_values"]
    assert form(amounts_field="Basis", amounts_values={"Net": "exclusive"}) == []


def test_a_product_without_an_account_is_a_slip() -> None:
    assert [where for where, _ in form(accounts={"by_product": {"CARR": {}}})] == ["body.accounts.by_product['CARR']"]


# --- against Xero ---


def test_a_good_mapping_has_no_faults() -> None:
    assert (
        against_xero(
            taxes={
                "sales": {"VAT": "OUTPUT2"},
                "purchases": {"VAT": "INPUT2"},
                "untaxed_sales": "ZERORATEDOUTPUT",
                "untaxed_purchases": "NONE",
            },
            accounts={
                "sales": "200",
                "purchases": "310",
                "rounding": "860",
                "by_product": {"CARR": {"sales": "310", "purchases": "200"}},
            },
            tracking={"invoices": [{"category": "Region", "field": "Area", "values": {"N": "North"}}]},
            fields={"accounts": {"SalesDefaultAccountCode": {"value": "200"}, "DefaultCurrency": {"value": "USD"}}},
        )
        == []
    )


def test_every_fault_is_named_at_once() -> None:
    found = against_xero(
        taxes={
            "sales": {"VAT": "INPUT2", "b + a": "OUTPUT2", "Lost": "NOPE", "Was": "OLD"},
            "purchases": {"VAT": "OUTPUT2"},
            "untaxed_sales": "OUTPUT2",
            "untaxed_purchases": "NOPE",
        },
        accounts={
            "sales": "260",
            "purchases": "090",
            "rounding": "610",
            "by_product": {"CARR": {"sales": "999", "purchases": "310"}},
        },
        tracking={
            "invoices": [{"category": "Region", "field": "A", "values": {"E": "East"}, "default": "West"}],
            "quotes": [{"category": "Old", "default": "North"}, {"category": "Nowhere", "default": "North"}],
        },
        fields={
            "products": {"SalesDetails.AccountCode": {"value": "090"}},
            "accounts": {"DefaultCurrency": {"value": "CHF"}, "AccountsPayableTaxType": {"value": "OUTPUT2"}},
        },
    )
    assert [where for where, _ in found] == [
        "body.taxes.sales['b + a']",
        "body.taxes.sales['VAT']",
        "body.taxes.sales['Lost']",
        "body.taxes.sales['Was']",
        "body.taxes.untaxed_sales",
        "body.taxes.purchases['VAT']",
        "body.taxes.untaxed_purchases",
        "body.accounts.sales",
        "body.accounts.purchases",
        "body.accounts.rounding",
        "body.accounts.by_product['CARR'].sales",
        "body.tracking.invoices[0].values['E']",
        "body.tracking.invoices[0].default",
        "body.tracking.quotes[0].category",
        "body.tracking.quotes[1].category",
        "body.fields.products['SalesDetails.AccountCode'].value",
        "body.fields.accounts['DefaultCurrency'].value",
        "body.fields.accounts['AccountsPayableTaxType'].value",
    ]


def test_default_accounts_are_of_their_own_side() -> None:
    found = dict(against_xero(accounts={"sales": "310", "purchases": "200"}))
    assert found == {
        "body.accounts.sales": "Xero account 310 is an expense account (DIRECTCOSTS), not one for sales",
        "body.accounts.purchases": "Xero account 200 is an income account (REVENUE), not one for purchases",
    }


def test_the_rounding_account_of_xero_is_for_rounding_alone() -> None:
    assert [where for where, _ in against_xero(accounts={"sales": "860", "rounding": "860"})] == ["body.accounts.sales"]


def test_a_rate_must_be_the_percentage_that_the_crm_charges() -> None:
    crm = describe({}, Standard_Rate="20", Local="5")
    body = {
        "taxes": {"sales": {"Standard Rate": "RROUTPUT", "Local": "RROUTPUT"}, "purchases": {"Standard Rate": "INPUT2"}}
    }
    [fault] = check_mapping(read(**body), make_reference(), crm).faults
    assert (fault.where, fault.what) == (
        "body.taxes.sales['Standard Rate']",
        "the CRM charges 20%, the rate 5% (VAT on Income) (RROUTPUT) is 5%",
    )
    both = {"taxes": {"sales": {"Local + Standard Rate": "OUTPUT2"}}}
    [fault] = check_mapping(read(**both), make_reference(), crm).faults
    assert fault.what == "the CRM charges 25%, the rate 20% (VAT on Income) (OUTPUT2) is 20%"


# --- against the CRM ---


def test_fields_that_the_crm_does_not_have_are_faults() -> None:
    crm = describe({Module.INVOICES: [field("Sales_Number")], Module.CONTACTS: [field("Email")]})
    checked = against_crm(
        crm,
        number_fields={"invoices": "Sales_Number"},
        primary_person_field="Main",
        fields={"invoices": {"Reference": {"field": "Order_No"}}, "vendors": {"TaxNumber": {"field": "VAT"}}},
    )
    assert [fault.where for fault in checked.faults] == [
        "body.fields.invoices['Reference'].field",
        "body.primary_person_field",
    ]  # vendors were not described, so nothing is said of them


def test_a_standard_field_that_is_hidden_is_a_warning() -> None:
    checked = against_crm(describe({Module.INVOICES: [field("Subject")]}))
    assert checked.faults == ()
    assert [warning.where for warning in checked.warnings] == ["body.number_fields.invoices"]


@pytest.mark.parametrize(
    ("body", "data_type", "fits"),
    [
        ({"gates": {"invoices": "F"}}, "boolean", True),
        ({"gates": {"invoices": "F"}}, "picklist", False),
        ({"number_fields": {"invoices": "F"}}, "autonumber", True),
        ({"number_fields": {"invoices": "F"}}, "lookup", False),
        ({"fields": {"invoices": {"DueDate": {"field": "F"}}}}, "date", True),
        ({"fields": {"invoices": {"DueDate": {"field": "F"}}}}, "text", False),
        ({"fields": {"invoices": {"Reference": {"field": "F"}}}}, "lookup", True),
        ({"fields": {"invoices": {"Reference": {"field": "F"}}}}, "boolean", False),
        ({"tracking": {"invoices": [{"category": "Region", "field": "F"}]}}, "subform", False),
    ],
)
def test_the_type_of_a_crm_field_must_fit(body: dict[str, Any], data_type: str, fits: bool) -> None:
    crm = describe({Module.INVOICES: [field("Invoice_Number"), field("F", data_type)]})
    assert (against_crm(crm, **body).faults == ()) is fits


def test_a_tax_that_the_crm_has_no_more_may_be_mapped_with_a_warning() -> None:
    """It still stands on older documents; a typing error shows all the same."""
    crm = describe({}, Standard_Rate="20")
    checked = against_crm(crm, taxes={"sales": {"Standard Rate": "OUTPUT2"}, "purchases": {"Standrad Rate": "INPUT2"}})
    assert checked.faults == ()
    [warning] = checked.warnings
    assert (warning.where, warning.what) == (
        "body.taxes.purchases['Standrad Rate']",
        'the CRM has no tax "Standrad Rate" now; its taxes are: "Standard Rate"',
    )


def test_what_a_vendor_changed_since_does_not_stand_in_the_way_of_another_change() -> None:
    mapping = TenantMapping.model_validate({"accounts": {"sales": "999"}})
    fault = Fault("body.accounts.sales", "Xero account 999 is archived")
    checked = CheckedMapping(faults=(fault,))
    assert excuse_standing(checked, mapping, {"statuses.invoices['Shipped']"}) == CheckedMapping(warnings=(fault,))
    assert excuse_standing(checked, mapping, {"accounts.sales"}) == checked


def test_a_fault_of_the_mapping_by_itself_is_never_excused() -> None:
    mapping = TenantMapping.model_validate({"statuses": {"quotes": {"Draft": "AUTHORISED"}}})
    checked = check_mapping(mapping, None, None)
    assert checked.faults
    assert excuse_standing(checked, mapping, set()).faults == checked.faults


def test_statuses_that_only_one_side_knows_are_warnings() -> None:
    crm = describe(
        {Module.INVOICES: [field("Invoice_Number"), field("Status", "picklist", "Created", "Approved", "On hold")]}
    )
    checked = against_crm(crm, statuses={"invoices": {"Created": "wait", "Approved": "DRAFT", "Aproved": "DRAFT"}})
    assert checked.faults == ()
    assert [(warning.where, warning.what) for warning in checked.warnings] == [
        ("body.statuses.invoices['Aproved']", 'the CRM has no status "Aproved" for invoices'),
        ("body.statuses.invoices", 'the CRM status "On hold" of invoices is not mapped; they will be held back'),
    ]


def test_translated_values_that_no_list_has_are_warnings() -> None:
    crm = describe({Module.INVOICES: [field("Invoice_Number"), field("Area", "picklist", "N", "S")]})
    tracking = {"invoices": [{"category": "Region", "field": "Area", "values": {"N": "North", "X": "South"}}]}
    assert [warning.where for warning in against_crm(crm, tracking=tracking).warnings] == [
        "body.tracking.invoices[0].values['X']"
    ]


def test_what_was_never_fetched_is_not_looked_at_and_said() -> None:
    checked = check_mapping(read(accounts={"sales": "260"}), None, None)
    assert (checked.faults, checked.unchecked) == ((), ("xero", "crm"))
    assert check_mapping(read(), make_reference(), describe({})).unchecked == ()
