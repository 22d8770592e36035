"""Contacts: uniqueness, matching, sparse updates, archiving, reading."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, invoice, messages, parse, purchase_order, quote

TAKEN = (
    "The contact name {} is already assigned to another contact. "
    "The contact name must be unique across all active contacts."
)
NUMBER_TAKEN = "Another contact has this contact number. Please enter a different contact number."


async def test_put_refuses_a_taken_name_or_number(xero: XeroDriver) -> None:
    await xero.put("Contacts", {"Name": "Acme", "ContactNumber": "1"})
    name, number = await xero.put(
        "Contacts", {"Name": "ACME", "ContactNumber": "2"}, {"Name": "Other", "ContactNumber": "1"}
    )
    assert messages(name) == [TAKEN.format("ACME")]
    assert messages(number) == [NUMBER_TAKEN]
    assert name["HasValidationErrors"] is True
    assert name["ContactID"] == "00000000-0000-0000-0000-000000000000"


async def test_names_that_differ_in_case_may_be_two_contacts_by_switch(xero: XeroDriver) -> None:
    xero.sandbox.change_switches(contact_names="sensitive")
    first, second = await xero.put("Contacts", {"Name": "Acme"}, {"Name": "ACME"})
    assert first["ContactID"] != second["ContactID"]


async def test_post_without_an_id_updates_by_number_then_by_name(xero: XeroDriver) -> None:
    (made,) = await xero.put("Contacts", {"Name": "Acme", "ContactNumber": "1", "EmailAddress": "a@example.com"})
    (by_number,) = await xero.post("Contacts", {"ContactNumber": "1", "Name": "Acme Two"})
    (by_name,) = await xero.post("Contacts", {"Name": "acme two", "FirstName": "Ann"})
    assert made["ContactID"] == by_number["ContactID"] == by_name["ContactID"]
    assert (by_name["FirstName"], by_name["EmailAddress"]) == ("Ann", "a@example.com")
    (new,) = await xero.post("Contacts", {"Name": "New"})
    assert new["ContactID"] != made["ContactID"]


async def test_a_sent_sub_collection_replaces_what_was_there(xero: XeroDriver) -> None:
    (made,) = await xero.put(
        "Contacts",
        {
            "Name": "Acme",
            "Addresses": [{"AddressType": "POBOX", "City": "Leeds"}, {"AddressType": "STREET", "City": "York"}],
            "ContactPersons": [{"FirstName": "Ann"}],
        },
    )
    (same,) = await xero.post("Contacts", {"ContactID": made["ContactID"], "FirstName": "x"})
    assert [entry["City"] for entry in same["Addresses"]] == ["York", "Leeds"]
    (changed,) = await xero.post(
        "Contacts",
        {
            "ContactID": made["ContactID"],
            "Addresses": [{"AddressType": "POBOX", "City": "Hull"}],
            "ContactPersons": [],
        },
    )
    assert changed["StatusAttributeString"] == "OK"
    assert [entry["City"] for entry in changed["Addresses"]] == ["", "Hull"]
    assert changed["ContactPersons"] == []


async def test_archived_contacts_are_hidden_free_their_name_and_keep_their_number(xero: XeroDriver) -> None:
    (made,) = await xero.put("Contacts", {"Name": "Acme", "ContactNumber": "1"})
    await xero.post("Contacts", {"ContactID": made["ContactID"], "ContactStatus": "ARCHIVED"})
    assert (await xero.get("/Contacts"))["Contacts"] == []
    assert len((await xero.get("/Contacts", includeArchived="true"))["Contacts"]) == 1
    name, number = await xero.put("Contacts", {"Name": "Acme"}, {"Name": "Other", "ContactNumber": "1"})
    assert name["StatusAttributeString"] == "OK"
    assert messages(number) == [NUMBER_TAKEN]
    path = f"/{xero.tenant_id}/Contacts/{made['ContactID']}"
    assert (await xero.control("PATCH", path, {"FirstName": "x"}))["FirstName"] == "x"
    xero.sandbox.change_switches(archived_contact_number_unique=False)
    (free,) = await xero.put("Contacts", {"Name": "Other", "ContactNumber": "1"})
    assert free["StatusAttributeString"] == "OK"


async def test_the_api_revives_an_archived_contact_only_by_switch_but_a_person_may(xero: XeroDriver) -> None:
    (made,) = await xero.put("Contacts", {"Name": "Acme"})
    revive = {"ContactID": made["ContactID"], "ContactStatus": "ACTIVE"}
    await xero.post("Contacts", {"ContactID": made["ContactID"], "ContactStatus": "ARCHIVED"})
    (refused,) = await xero.post("Contacts", revive)
    assert "matches an archived contact" in messages(refused)[0]
    xero.sandbox.change_switches(xero_unarchive="allowed")
    (revived,) = await xero.post("Contacts", revive)
    assert (revived["StatusAttributeString"], revived["ContactStatus"]) == ("OK", "ACTIVE")
    await xero.post("Contacts", {"ContactID": made["ContactID"], "ContactStatus": "ARCHIVED"})
    xero.sandbox.change_switches(xero_unarchive="refused")
    path = f"/{xero.tenant_id}/Contacts/{made['ContactID']}"
    assert (await xero.control("PATCH", path, {"ContactStatus": "ACTIVE"}))["ContactStatus"] == "ACTIVE"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Name": "x" * 256}, "The Name field must not be longer than 255 characters"),
        ({"ContactNumber": "x" * 51}, "The ContactNumber field must not be longer than 50 characters"),
        ({"EmailAddress": "jürgen@example.com"}, "Email address must be valid."),
        ({"EmailAddress": "nobody"}, "Email address must be valid."),
        ({"ContactPersons": [{}] * 6}, "A contact can have at most 5 contact persons"),
        ({"Addresses": [{"AddressType": "POBOX", "Country": "U.K."}]}, "The address country may only contain letters"),
        ({"DefaultCurrency": "USD"}, "Organisation is not subscribed to currency USD"),
        ({"SalesDefaultAccountCode": "999"}, "Account code '999' is not a valid code for this contact."),
        (
            {"Phones": [{"PhoneType": "MOBILE", "PhoneAreaCode": "x" * 11}]},
            "The PhoneAreaCode field must not be longer than 10 characters",
        ),
    ],
)
async def test_lengths_and_references_are_checked(xero: XeroDriver, fields: dict[str, object], message: str) -> None:
    (refused,) = await xero.put("Contacts", {"Name": "Acme", **fields})
    assert messages(refused) == [message]


async def test_a_contact_needs_a_name(xero: XeroDriver) -> None:
    (refused,) = await xero.put("Contacts", {"EmailAddress": "a@example.com"})
    assert messages(refused)[0].startswith("The Contact must contain at least 1 of the following elements")


async def test_customer_flags_and_balances_do_not_move_the_updated_date(xero: XeroDriver) -> None:
    (made,) = await xero.put("Contacts", {"Name": "Bob"})
    xero.advance(60)
    await xero.put("Invoices", invoice(Status="AUTHORISED", DueDate="2026-11-21"))
    shown = (await xero.get(f"/Contacts/{made['ContactID']}"))["Contacts"][0]
    assert (shown["IsCustomer"], shown["IsSupplier"]) == (True, False)
    assert shown["UpdatedDateUTC"] == made["UpdatedDateUTC"]
    assert shown["Balances"]["AccountsReceivable"] == {"Outstanding": Decimal("24.00"), "Overdue": Decimal("24.00")}
    since = {"if-modified-since": "2026-11-22T10:00:30"}
    assert parse(await xero.call("GET", "/Contacts", headers=since))["Contacts"] == []


async def test_an_unpaged_list_shows_less_than_a_page_and_a_summary_less_still(xero: XeroDriver) -> None:
    terms = {"Sales": {"Day": 30, "Type": "DAYSAFTERBILLDATE"}}
    await xero.put("Contacts", {"Name": "Bob", "PaymentTerms": terms, "ContactPersons": [{"FirstName": "Ann"}]})
    plain = (await xero.get("/Contacts"))["Contacts"][0]
    assert not {"PaymentTerms", "ContactPersons", "ContactGroups", "Balances"} & set(plain)
    paged = await xero.get("/Contacts", page="1")
    assert paged["Contacts"][0]["PaymentTerms"] == terms
    assert paged["pagination"]["itemCount"] == 1
    summary = (await xero.get("/Contacts", summaryOnly="true"))["Contacts"][0]
    assert not {"Addresses", "IsCustomer", "ContactPersons"} & set(summary)


async def test_contacts_are_found_by_number_in_the_path_and_by_where(xero: XeroDriver) -> None:
    await xero.put("Contacts", {"Name": "Café Zoë", "ContactNumber": "5544"}, {"Name": "Bob"})
    assert (await xero.get("/Contacts/5544"))["Contacts"][0]["Name"] == "Café Zoë"
    found = await xero.get("/Contacts", where='Name=="CAFE ZOE"')
    assert len(found["Contacts"]) == 1
    assert len((await xero.get("/Contacts", searchTerm="bo"))["Contacts"]) == 1
    assert (await xero.call("GET", "/Contacts/unknown")).status_code == 404


async def test_a_merged_contact_is_archived_and_points_to_the_survivor(xero: XeroDriver) -> None:
    loser, survivor = await xero.put("Contacts", {"Name": "Bob"}, {"Name": "Robert"})
    (made,) = await xero.put("Invoices", invoice())
    path = f"/{xero.tenant_id}/Contacts/{loser['ContactID']}/merge"
    await xero.control("POST", path, {"into": survivor["ContactID"]})
    shown = (await xero.get(f"/Contacts/{loser['ContactID']}"))["Contacts"][0]
    assert (shown["ContactStatus"], shown["MergedToContactID"]) == ("ARCHIVED", survivor["ContactID"])
    document = (await xero.get(f"/Invoices/{made['InvoiceID']}"))["Invoices"][0]
    assert document["Contact"]["ContactID"] == survivor["ContactID"]
    assert [one["Name"] for one in (await xero.get("/Contacts"))["Contacts"]] == ["Robert"]


async def test_a_merge_moves_orders_and_quotes_and_closes_the_loser_to_new_ones(xero: XeroDriver) -> None:
    loser, survivor = await xero.put("Contacts", {"Name": "Bob"}, {"Name": "Robert"})
    gone, kept = loser["ContactID"], survivor["ContactID"]
    (order,) = await xero.put("PurchaseOrders", purchase_order(gone))
    (offer,) = await xero.put("Quotes", quote(gone))
    xero.advance(5)
    await xero.control("POST", f"/{xero.tenant_id}/Contacts/{gone}/merge", {"into": kept})
    moved = (await xero.get(f"/PurchaseOrders/{order['PurchaseOrderID']}"))["PurchaseOrders"][0]
    assert moved["Contact"]["ContactID"] == kept
    assert moved["UpdatedDateUTC"] != order["UpdatedDateUTC"]
    assert (await xero.get(f"/Quotes/{offer['QuoteID']}"))["Quotes"][0]["Contact"]["ContactID"] == kept
    (refused,) = await xero.put("PurchaseOrders", purchase_order(gone))
    assert "has been archived" in messages(refused)[0]
