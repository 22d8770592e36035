"""Accounts and people as Xero contacts."""

from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import codes, make_account, make_contact

from xero_writer.domain.contact import map_account, map_contact

ADDRESS: dict[str, Any] = {
    "Billing_Street": "1 High Street\nFloor 2",
    "Billing_City": "Leeds",
    "Billing_State": "Yorkshire",
    "Billing_Code": "LS1 1AA",
    "Billing_Country": "United Kingdom",
}


def person(name: str, **changes: Any) -> dict[str, Any]:
    return {"id": name, "Last_Name": name, "Email": f"{name.lower()}@x.example", **changes}


def test_an_account_is_keyed_by_its_crm_id() -> None:
    element = map_account(make_account()).element
    assert element == {"Name": "Customer 17850", "ContactNumber": "100"}


def test_nothing_blank_is_sent() -> None:
    record = make_account(Phone="", Billing_City=None, Fax="  ", Contacts=[{"id": "1", "Last_Name": "", "Email": None}])
    assert map_account(record).element == {"Name": "Customer 17850", "ContactNumber": "100"}


def test_the_oldest_person_with_an_email_address_stands_for_the_account() -> None:
    people = [person("Old", Email=None), person("Middle"), person("Young")]
    element = map_account(make_account(Contacts=people)).element
    assert (element["LastName"], element["EmailAddress"]) == ("Middle", "middle@x.example")
    assert [one["LastName"] for one in element["ContactPersons"]] == ["Old", "Young"]


def test_the_marked_person_stands_for_the_account() -> None:
    people = [person("First"), person("Marked", Main=True)]
    mapped = map_account(make_account(Contacts=people), "Main")
    assert mapped.element["LastName"] == "Marked"
    assert mapped.warnings == ()


@pytest.mark.parametrize("marks", [(False, False), (True, True)])
def test_unclear_marks_are_told(marks: tuple[bool, bool]) -> None:
    people = [person(f"P{number}", Main=mark) for number, mark in enumerate(marks)]
    assert codes(map_account(make_account(Contacts=people), "Main").warnings) == ["primary_person_unclear"]


def test_at_most_five_contact_persons_go_along() -> None:
    people = [person(f"P{number}") for number in range(9)]
    assert len(map_account(make_account(Contacts=people)).element["ContactPersons"]) == 5


def test_addresses_and_phones_take_xeros_places() -> None:
    record = make_account(**ADDRESS, Phone="0113 1", Fax="0113 2", Shipping_City="York")
    element = map_account(record).element
    assert element["Addresses"] == [
        {
            "AddressType": "POBOX",
            "AddressLine1": "1 High Street",
            "AddressLine2": "Floor 2",
            "City": "Leeds",
            "Region": "Yorkshire",
            "PostalCode": "LS1 1AA",
            "Country": "United Kingdom",
        },
        {"AddressType": "STREET", "City": "York"},
    ]
    assert element["Phones"] == [
        {"PhoneType": "DEFAULT", "PhoneNumber": "0113 1"},
        {"PhoneType": "FAX", "PhoneNumber": "0113 2"},
    ]


def test_a_street_of_many_lines_keeps_all_its_words_in_four() -> None:
    record = make_account(Billing_Street="a\nb\nc\nd\ne")
    address = map_account(record).element["Addresses"][0]
    assert [address[f"AddressLine{number}"] for number in range(1, 5)] == ["a", "b", "c", "d, e"]


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("Phone", "1" * 51, "Phones"),
        ("Billing_Code", "1" * 51, "Addresses"),
        ("Billing_Country", "Côte d'Ivoire", "Addresses"),
    ],
)
def test_a_side_field_that_xero_refuses_is_left_out_with_a_warning(field: str, value: str, place: str) -> None:
    changes: dict[str, Any] = {field: value}
    mapped = map_account(make_account(**changes))
    assert place not in mapped.element
    assert codes(mapped.warnings) == ["value_left_out"]
    assert mapped.faults == ()


@pytest.mark.parametrize("email", ["no-at-sign", "jürgen@x.example", "a@b", "a b@x.example", f"{'a' * 250}@x.example"])
def test_an_email_address_that_xero_refuses_does_not_hold_the_customer(email: str) -> None:
    mapped = map_contact(make_contact(Email=email))
    assert "EmailAddress" not in mapped.element
    assert codes(mapped.warnings) == ["value_left_out"]
    assert mapped.faults == ()


def test_a_name_that_is_too_long_blocks() -> None:
    assert codes(map_account(make_account(Account_Name="n" * 256)).faults) == ["value_unusable"]
    assert map_account(make_account(Account_Name="n" * 255)).faults == ()


def test_an_account_without_a_name_blocks() -> None:
    assert codes(map_account(make_account(Account_Name=" ")).faults) == ["value_unusable"]


def test_a_person_is_named_by_first_and_last_name() -> None:
    element = map_contact(make_contact(Mobile="07", Mailing_City="Hull", Mailing_Zip="HU1")).element
    assert element == {
        "Name": "Ann Lee",
        "ContactNumber": "150",
        "FirstName": "Ann",
        "LastName": "Lee",
        "EmailAddress": "ann@lee.example",
        "Phones": [{"PhoneType": "MOBILE", "PhoneNumber": "07"}],
        "Addresses": [{"AddressType": "POBOX", "City": "Hull", "PostalCode": "HU1"}],
    }


def test_a_person_without_a_last_name_blocks() -> None:
    assert codes(map_contact(make_contact(Last_Name=None)).faults) == ["person_name_missing"]


def test_values_that_just_fit_are_kept() -> None:
    mapped = map_account(make_account(Phone="1" * 50, Billing_Street="a\nb\nc\nd"))
    assert mapped.warnings == ()
    assert mapped.element["Addresses"][0]["AddressLine4"] == "d"


def test_contact_persons_are_not_put_on_e_mails() -> None:
    people = [person("Main"), person("Other")]
    assert map_account(make_account(Contacts=people)).element["ContactPersons"] == [
        {"LastName": "Other", "EmailAddress": "other@x.example", "IncludeInEmails": False}
    ]
