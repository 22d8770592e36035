"""Accounts and people as Xero contacts."""

from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import codes, make_account, make_contact, make_mapping, make_vendor

from xero_writer.domain.contact import NAME_LIMIT, add_suffix, list_people, map_account, map_contact, map_vendor

MAPPING = make_mapping()
MARKED = make_mapping(primary_person_field="Main")

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
    element = map_account(make_account(), MAPPING).element
    assert element == {"Name": "Customer 17850", "ContactNumber": "100"}


def test_nothing_blank_is_sent() -> None:
    record = make_account(Phone="", Billing_City=None, Fax="  ", Contacts=[{"id": "1", "Last_Name": "", "Email": None}])
    assert map_account(record, MAPPING).element == {"Name": "Customer 17850", "ContactNumber": "100"}


def test_the_oldest_person_with_an_email_address_stands_for_the_account() -> None:
    people = [person("Old", Email=None), person("Middle"), person("Young")]
    element = map_account(make_account(Contacts=people), MAPPING).element
    assert (element["LastName"], element["EmailAddress"]) == ("Middle", "middle@x.example")
    assert [one["LastName"] for one in element["ContactPersons"]] == ["Old", "Young"]


def test_the_marked_person_stands_for_the_account() -> None:
    people = [person("First"), person("Marked", Main=True)]
    mapped = map_account(make_account(Contacts=people), MARKED)
    assert mapped.element["LastName"] == "Marked"
    assert mapped.warnings == ()


@pytest.mark.parametrize("marks", [(False, False), (True, True)])
def test_unclear_marks_are_told(marks: tuple[bool, bool]) -> None:
    people = [person(f"P{number}", Main=mark) for number, mark in enumerate(marks)]
    assert codes(map_account(make_account(Contacts=people), MARKED).warnings) == ["primary_person_unclear"]


def test_at_most_five_contact_persons_go_along() -> None:
    people = [person(f"P{number}") for number in range(9)]
    assert len(map_account(make_account(Contacts=people), MAPPING).element["ContactPersons"]) == 5


def test_addresses_and_phones_take_xeros_places() -> None:
    record = make_account(**ADDRESS, Phone="0113 1", Fax="0113 2", Shipping_City="York")
    element = map_account(record, MAPPING).element
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
    address = map_account(record, MAPPING).element["Addresses"][0]
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
    mapped = map_account(make_account(**changes), MAPPING)
    assert place not in mapped.element
    assert codes(mapped.warnings) == ["value_left_out"]
    assert mapped.faults == ()


@pytest.mark.parametrize("email", ["no-at-sign", "jürgen@x.example", "a@b", "a b@x.example", f"{'a' * 250}@x.example"])
def test_an_email_address_that_xero_refuses_does_not_hold_the_customer(email: str) -> None:
    mapped = map_contact(make_contact(Email=email), MAPPING)
    assert "EmailAddress" not in mapped.element
    assert codes(mapped.warnings) == ["value_left_out"]
    assert mapped.faults == ()


def test_a_name_that_is_too_long_blocks() -> None:
    assert codes(map_account(make_account(Account_Name="n" * 256), MAPPING).faults) == ["value_unusable"]
    assert map_account(make_account(Account_Name="n" * 255), MAPPING).faults == ()


def test_an_account_without_a_name_blocks() -> None:
    assert codes(map_account(make_account(Account_Name=" "), MAPPING).faults) == ["value_unusable"]


def test_a_person_is_named_by_first_and_last_name() -> None:
    element = map_contact(make_contact(Mobile="07", Mailing_City="Hull", Mailing_Zip="HU1"), MAPPING).element
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
    assert codes(map_contact(make_contact(Last_Name=None), MAPPING).faults) == ["person_name_missing"]


def test_values_that_just_fit_are_kept() -> None:
    mapped = map_account(make_account(Phone="1" * 50, Billing_Street="a\nb\nc\nd"), MAPPING)
    assert mapped.warnings == ()
    assert mapped.element["Addresses"][0]["AddressLine4"] == "d"


def test_contact_persons_are_not_put_on_e_mails() -> None:
    people = [person("Main"), person("Other")]
    assert map_account(make_account(Contacts=people), MAPPING).element["ContactPersons"] == [
        {"LastName": "Other", "EmailAddress": "other@x.example", "IncludeInEmails": False}
    ]


def test_a_vendor_takes_its_own_address_phone_and_e_mail() -> None:
    record = make_vendor(
        Email="post@lamps.example", Phone="0113 9", Street="2 Mill Lane", City="Hull", Zip_Code="HU1", Country="UK"
    )
    assert map_vendor(record, MAPPING).element == {
        "Name": "Lamps Ltd",
        "ContactNumber": "160",
        "EmailAddress": "post@lamps.example",
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "0113 9"}],
        "Addresses": [
            {
                "AddressType": "POBOX",
                "AddressLine1": "2 Mill Lane",
                "City": "Hull",
                "PostalCode": "HU1",
                "Country": "UK",
            }
        ],
    }


def test_a_vendor_without_a_name_blocks() -> None:
    assert codes(map_vendor(make_vendor(Vendor_Name=None), MAPPING).faults) == ["value_unusable"]


def test_a_vendors_own_e_mail_goes_before_its_peoples() -> None:
    record = make_vendor(Email="post@lamps.example", Contacts=[person("Clerk")])
    element = map_vendor(record, MAPPING).element
    assert (element["LastName"], element["EmailAddress"]) == ("Clerk", "post@lamps.example")


def test_mapped_fields_are_part_of_what_goes_and_of_what_is_compared() -> None:
    fields = {"vendors": {"TaxNumber": {"field": "VAT_No"}, "AccountNumber": {"value": "S-1"}}}
    mapped = map_vendor(make_vendor(VAT_No="GB1"), make_mapping(fields=fields))
    assert (mapped.element["TaxNumber"], mapped.element["AccountNumber"]) == ("GB1", "S-1")
    assert {"TaxNumber", "AccountNumber"} <= mapped.picked.keys()


def test_a_suffix_tells_two_of_one_name_apart_and_always_fits() -> None:
    assert add_suffix("Smith", "5000000000123456") == "Smith (123456)"
    assert len(add_suffix("n" * NAME_LIMIT, "5000000000123456")) == NAME_LIMIT


def test_people_are_unknown_where_the_account_was_read_without_them() -> None:
    assert list_people(make_account()) is None
    assert list_people(make_account(Contacts=[])) == ()
    assert list_people(make_account(Contacts=[person("A"), person("B")])) == ("A", "B")
