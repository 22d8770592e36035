"""Which fields of a Xero contact hold nothing."""

from typing import Any

import pytest

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.contact_blanks import find_blanks, pick_blank
from xero_writer.domain.mappable_fields import list_only_when_blank

EMPTY: dict[str, Any] = {
    "Name": "Smith",
    "EmailAddress": "",
    "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}],
    "Addresses": [{"AddressType": "POBOX", "City": "", "Region": "", "PostalCode": "", "Country": ""}],
    "ContactPersons": [],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EmailAddress", "a@x.example"),
        ("TaxNumber", "GB1"),
        ("Phones", [{"PhoneType": "FAX", "PhoneNumber": "1"}]),
        ("Addresses", [{"AddressType": "STREET", "City": "Leeds"}]),
        ("ContactPersons", [{"LastName": "Lee"}]),
    ],
)
def test_a_field_with_a_value_is_not_blank(name: str, value: object) -> None:
    assert name in find_blanks(EMPTY)
    assert name not in find_blanks({**EMPTY, name: value})


def test_everything_that_is_filled_only_when_blank_can_be_seen_to_be_blank() -> None:
    assert set(list_only_when_blank(Module.ACCOUNTS)) <= find_blanks(EMPTY)


def test_terms_of_one_side_keep_both_sides() -> None:
    terms = {"Sales": {"Day": 30, "Type": "DAYSAFTERBILLDATE"}}
    element = {"PaymentTerms": {"Bills": {"Day": 20, "Type": "OFFOLLOWINGMONTH"}}}
    assert pick_blank(element, find_blanks({**EMPTY, "PaymentTerms": terms})) == {}
    assert pick_blank(element, find_blanks(EMPTY)) == element
    assert pick_blank(element, find_blanks({**EMPTY, "PaymentTerms": []})) == element


def test_a_name_and_a_number_are_never_filled() -> None:
    assert pick_blank({"Name": "Smith", "ContactNumber": "100", "FirstName": "A"}, find_blanks(EMPTY)) == {
        "FirstName": "A"
    }
