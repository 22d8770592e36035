"""Xero's rows as they are kept for matching."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import KEY

from sync_kit.errors import BadAnswerError
from xero_writer.domain import keys
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.lanes import Lane
from xero_writer.domain.ledger import read_contact, read_document, read_item

CONTACT: dict[str, Any] = {
    "ContactID": "c",
    "ContactNumber": "100",
    "Name": "Secret Ltd",
    "EmailAddress": "Secret@x.example",
    "ContactStatus": "ARCHIVED",
    "Addresses": [{"AddressType": "STREET"}, {"AddressType": "POBOX", "City": "Leeds"}],
}


def test_a_contact_is_kept_as_keys_and_nothing_personal() -> None:
    row = read_contact(CONTACT, KEY)
    assert row.name_key == keys.name_key("secret  LTD", KEY)
    assert row.email_key == keys.email_key("secret@X.example", KEY)
    assert row.town_key == keys.town_key("leeds", KEY)
    assert (row.number_key, row.status) == (keys.number_key("100", KEY), "ARCHIVED")
    kept = " ".join(str(getattr(row, field.name)) for field in fields(row)).casefold()
    assert not any(word in kept for word in ("secret", "leeds", "example"))


def test_keys_of_different_kinds_and_tenants_differ() -> None:
    made = {keys.name_key("a", KEY), keys.code_key("a", KEY), keys.email_key("a", KEY), keys.name_key("a", b"other")}
    assert len(made) == 4


def test_an_item_is_kept_with_its_code() -> None:
    row = read_item({"ItemID": "i", "Code": "aB", "SalesDetails": {"AccountCode": "200"}}, KEY)
    assert (row.code, row.code_key, row.account_code, row.tracked) == ("aB", keys.code_key("Ab", KEY), "200", False)


def test_an_invoice_without_lines_has_no_field_digests() -> None:
    row = read_document(
        Lane.SALES_INVOICES,
        {
            "InvoiceID": "i",
            "InvoiceNumber": "7",
            "Status": "AUTHORISED",
            "Contact": {"ContactID": "c"},
            "Date": "/Date(1291161600000+0000)/",
            "Total": Decimal("1.20"),
            "AmountPaid": Decimal("0.20"),
            "LineItems": [],
        },
        KEY,
    )
    assert (row.field_digests, row.lines) == (None, None)
    assert (row.dated, row.total, row.amount_paid) == (date(2010, 12, 1), Decimal("1.20"), Decimal("0.20"))


@pytest.mark.parametrize("row", [{}, {"InvoiceID": "i", "Status": "DRAFT", "Total": "1.20"}, {"InvoiceID": []}])
def test_a_row_of_another_shape_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(BadAnswerError):
        read_document(Lane.SALES_INVOICES, row, KEY)


@pytest.mark.parametrize("name", ["ContactID", "Name"])
def test_a_contact_needs_id_and_name(name: str) -> None:
    with pytest.raises(BadAnswerError):
        read_contact({**CONTACT, name: None}, KEY)


def test_a_bill_is_kept_by_its_link_and_by_contact_and_total() -> None:
    row = read_document(
        Lane.BILLS,
        {
            "InvoiceID": "i",
            "InvoiceNumber": "7",
            "Status": "DRAFT",
            "Contact": {"ContactID": "c"},
            "Total": Decimal("1.2"),
            "Url": "https://crm/tab/Purchase_Orders/400",
        },
        KEY,
    )
    assert row.kind is XeroKind.BILL
    assert row.url_key == keys.url_key("https://crm/tab/Purchase_Orders/400", KEY)
    assert row.sale_key == keys.sale_key("c", Decimal("1.20"))


def test_lines_are_kept_with_their_tracking() -> None:
    option = {"Name": "Region", "Option": "North", "TrackingCategoryID": "t", "TrackingOptionID": "o"}
    line = {"LineItemID": "l", "AccountCode": "200", "TaxType": "NONE", "Tracking": [option]}
    row = read_document(Lane.QUOTES, {"QuoteID": "q", "Status": "DRAFT", "LineItems": [line]}, KEY)
    assert row.lines is not None
    assert row.lines[0].tracking == (("t", "o"),)
