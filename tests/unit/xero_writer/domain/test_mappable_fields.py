"""Fields of the tenant's choice: what may be mapped, what never, and what becomes of every value."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import make_reference

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.mappable_fields import (
    REFUSED,
    apply_fields,
    drop_only_when_blank,
    explain_refused,
    list_mappable,
    list_mappable_of,
    read_fields,
)
from xero_writer.domain.mapped import Faults
from xero_writer.domain.mapping_model import PurchaseOrdersAs, TenantMapping
from xero_writer.domain.reference import Reference

EVERY = [*Module]


def choose(module: Module, **sources: Any) -> TenantMapping:
    """Keywords with __ for the point of a dotted name."""
    chosen = {name.replace("__", "."): source for name, source in sources.items()}
    return TenantMapping.model_validate({"fields": {module: chosen}})


def apply(
    module: Module,
    record: dict[str, Any],
    *,
    element: dict[str, Any] | None = None,
    reference: Reference | None = None,
    kind: XeroKind | None = None,
    **sources: Any,
) -> tuple[dict[str, Any], Faults]:
    made: dict[str, Any] = dict(element or {})
    faults = Faults("Record 1")
    apply_fields(module, choose(module, **sources), record, made, faults, reference=reference, kind=kind)
    return made, faults


@pytest.mark.parametrize(
    "name",
    [
        "BankAccountDetails",
        "BatchPayments.BankAccountNumber",
        "ContactID",
        "InvoiceID",
        "LineItems.LineItemID",
        "ContactStatus",
        "Payments",
        "SentToContact",
        "InventoryAssetAccountCode",
        "PurchaseDetails.COGSAccountCode",
        "CreditLimit",
        "ContactNumber",
        "Url",
        "BrandingThemeID",
    ],
)
def test_what_endangers_money_or_identity_is_in_no_list_and_is_refused_with_a_reason(name: str) -> None:
    lists = [list_mappable(module, kind) for module in EVERY for kind in XeroKind]
    assert all(name != field.name for fields in lists for field in fields)
    assert not explain_refused(name, lists[0]).startswith("there is no such field")


def test_nothing_refused_is_mappable_by_another_name() -> None:
    for module in EVERY:
        for kind in XeroKind:
            for field in list_mappable(module, kind):
                assert field.name.split(".")[0] not in REFUSED


def test_an_unknown_field_is_answered_with_what_there_is() -> None:
    said = explain_refused("Referense", list_mappable(Module.INVOICES, XeroKind.SALES_INVOICE))
    assert said == "there is no such field to map; there are: Date, DueDate, Reference"


def test_purchase_orders_have_the_fields_of_what_they_become() -> None:
    as_order = TenantMapping.model_validate({"policies": {"purchase_orders_as": PurchaseOrdersAs.PURCHASE_ORDER}})
    names = {field.name for field in list_mappable_of(Module.PURCHASE_ORDERS, as_order)}
    assert "DeliveryInstructions" in names
    assert "DeliveryInstructions" not in {
        field.name for field in list_mappable_of(Module.PURCHASE_ORDERS, TenantMapping())
    }


def test_a_bill_has_no_use_for_fields_of_purchase_orders() -> None:
    mapped: dict[str, Any] = {"Telephone": {"field": "Phone"}}
    made, _ = apply(Module.PURCHASE_ORDERS, {"Phone": "1"}, kind=XeroKind.PURCHASE_ORDER, **mapped)
    assert made == {"Telephone": "1"}
    assert apply(Module.PURCHASE_ORDERS, {"Phone": "1"}, kind=XeroKind.BILL, **mapped)[0] == {}


def test_a_mapped_value_stands_over_the_default_and_leaves_the_rest() -> None:
    before: dict[str, Any] = {
        "Reference": "PO 1",
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "1"}, {"PhoneType": "MOBILE", "PhoneNumber": "2"}],
    }
    phones = before["Phones"]
    made, faults = apply(
        Module.ACCOUNTS,
        {"Cell": "3", "Town": "Leeds", "VAT_No": "GB1"},
        element=before,
        Phones__MOBILE={"field": "Cell"},
        Addresses__STREET__City={"field": "Town"},
        TaxNumber={"field": "VAT_No"},
    )
    assert made == {
        "Reference": "PO 1",
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "1"}, {"PhoneType": "MOBILE", "PhoneNumber": "3"}],
        "Addresses": [{"AddressType": "STREET", "City": "Leeds"}],
        "TaxNumber": "GB1",
    }
    assert (faults.found, faults.warned) == ([], [])
    assert phones[1]["PhoneNumber"] == "2"  # what was given is not written into


@pytest.mark.parametrize("blank", [None, "", "   ", []])
def test_a_blank_value_erases_nothing(blank: object) -> None:
    made, faults = apply(
        Module.INVOICES, {"Order_No": blank}, element={"Reference": "kept"}, Reference={"field": "Order_No"}
    )
    assert made == {"Reference": "kept"}
    assert faults.found == []


def test_the_default_serves_where_the_field_is_blank() -> None:
    source: dict[str, Any] = {"field": "Order_No", "value": "none"}
    assert apply(Module.INVOICES, {"Order_No": None}, Reference=source)[0] == {"Reference": "none"}
    assert apply(Module.INVOICES, {"Order_No": "77"}, Reference=source)[0] == {"Reference": "77"}
    assert apply(Module.INVOICES, {}, Reference={"value": "always"})[0] == {"Reference": "always"}


def test_a_field_that_the_record_does_not_carry_breaks_the_mapping() -> None:
    made, faults = apply(Module.INVOICES, {"Other": 1}, Reference={"field": "Order_No", "value": "none"})
    assert made == {}
    [reason] = faults.found
    assert (reason.code, reason.facts["field"]) == ("mapping_broken", "Order_No")


def test_a_standard_field_that_is_not_there_is_only_blank() -> None:
    made, faults = apply(Module.INVOICES, {}, Reference={"field": "Subject", "value": "none"})
    assert (made, faults.found) == ({"Reference": "none"}, [])


def test_a_text_that_is_too_long_is_shortened_and_said() -> None:
    made, faults = apply(Module.INVOICES, {"Note": "x" * 300}, Reference={"field": "Note"})
    assert len(made["Reference"]) == 255
    assert [reason.code for reason in faults.warned] == ["value_left_out"]
    assert faults.found == []


def test_a_number_that_is_too_long_is_left_out_of_a_contact_never_cut() -> None:
    made, faults = apply(Module.VENDORS, {"Reg": "9" * 51}, CompanyNumber={"field": "Reg"})
    assert made == {}
    [warning] = faults.warned
    assert (warning.code, warning.facts["field"]) == ("value_left_out", "Reg")
    assert faults.found == []


@pytest.mark.parametrize(
    ("module", "record", "name", "code"),
    [
        (Module.PRODUCTS, {"F": "many"}, "SalesDetails__UnitPrice", "value_unusable"),
        (Module.PRODUCTS, {"F": Decimal(-1)}, "PurchaseDetails__UnitPrice", "value_unusable"),
        (Module.PRODUCTS, {"F": "090"}, "SalesDetails__AccountCode", "value_unusable"),
        (Module.PRODUCTS, {"F": "OUTPUT2X"}, "SalesDetails__TaxType", "value_unusable"),
        (Module.INVOICES, {"F": "soon"}, "DueDate", "value_unusable"),
        (Module.ACCOUNTS, {"F": "jürgen@x.example"}, "EmailAddress", "value_left_out"),
        (Module.ACCOUNTS, {"F": "U.K."}, "Addresses__POBOX__Country", "value_left_out"),
        (Module.ACCOUNTS, {"F": "CHF"}, "DefaultCurrency", "value_left_out"),
        (Module.ACCOUNTS, {"F": True}, "AccountNumber", "value_left_out"),
    ],
)
def test_an_unusable_value_is_said_and_never_sent(module: Module, record: dict[str, Any], name: str, code: str) -> None:
    source: dict[str, Any] = {name: {"field": "F", "value": "5"}}
    made, faults = apply(module, record, reference=make_reference(), **source)
    assert made == {}
    assert [reason.code for reason in (*faults.found, *faults.warned)] == [code]


def test_values_get_the_form_that_xero_wants() -> None:
    made, faults = apply(
        Module.PRODUCTS,
        {"Cost": Decimal("3.14159"), "Text": "two\nlines", "Group": {"id": "1", "name": "Lamps"}, "Acc": "200"},
        reference=make_reference(),
        PurchaseDetails__UnitPrice={"field": "Cost"},
        Description={"field": "Text"},
        PurchaseDescription={"field": "Group"},
        SalesDetails__AccountCode={"field": "Acc"},
    )
    assert made == {
        "PurchaseDetails": {"UnitPrice": Decimal("3.1416")},
        "Description": "two\nlines",
        "PurchaseDescription": "Lamps",
        "SalesDetails": {"AccountCode": "200"},
    }
    assert faults.found == []
    made, _ = apply(
        Module.QUOTES,
        {"When": "2026-03-01T23:30:00-08:00", "Kinds": ["A", "B"], "T": "one\ntwo"},
        Date={"field": "When"},
        Title={"field": "Kinds"},
        Reference={"field": "T"},
    )
    assert made == {"Date": "2026-03-01", "Title": "A, B", "Reference": "one two"}


def test_payment_terms_go_as_a_pair_or_not_at_all() -> None:
    terms: dict[str, Any] = {
        "PaymentTerms__Sales__Day": {"field": "Days"},
        "PaymentTerms__Sales__Type": {"value": "DAYSAFTERBILLDATE"},
    }
    made, _ = apply(Module.ACCOUNTS, {"Days": Decimal(30)}, **terms)
    assert made == {"PaymentTerms": {"Sales": {"Day": 30, "Type": "DAYSAFTERBILLDATE"}}}
    assert apply(Module.ACCOUNTS, {"Days": None}, **terms)[0] == {}


def test_what_xero_has_already_is_not_overwritten_by_an_update() -> None:
    element = {
        "Name": "A",
        "TaxNumber": "GB1",
        "SalesDefaultAccountCode": "200",
        "PaymentTerms": {"Sales": {"Day": 30, "Type": "OFFOLLOWINGMONTH"}},
    }
    drop_only_when_blank(Module.ACCOUNTS, element, {"SalesDefaultAccountCode"})
    assert element == {"Name": "A", "SalesDefaultAccountCode": "200"}


def test_read_fields_lets_documents_see_their_dates_before_they_are_written() -> None:
    mapping = choose(Module.INVOICES, Date={"field": "Posted_On"})
    assert read_fields(Module.INVOICES, mapping, {"Posted_On": "2026-02-03"}, Faults("Invoice 1")) == {
        "Date": "2026-02-03"
    }
