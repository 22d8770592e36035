"""Creating invoices and bills."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, invoice, line, messages, parse


async def test_a_created_invoice_carries_totals_lines_and_a_zero_free_id(xero: XeroDriver) -> None:
    (made,) = await xero.put("Invoices", invoice(InvoiceNumber="A-1", Status="AUTHORISED"))
    assert made["StatusAttributeString"] == "OK"
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (Decimal("20.00"), Decimal("4.00"), Decimal("24.00"))
    assert made["AmountDue"] == Decimal("24.00")
    assert made["Date"] == "/Date(1795132800000+0000)/"
    assert made["DateString"] == "2026-11-20T00:00:00"
    assert made["LineItems"][0]["LineItemID"]
    assert made["Contact"]["ContactStatus"] == "ACTIVE"
    assert "Payments" not in made


async def test_a_missing_date_is_today_in_the_organisations_zone(xero: XeroDriver) -> None:
    await xero.settings(time_zone="Pacific/Auckland")
    xero.advance(4 * 3600)  # 14:00 UTC is already tomorrow in Auckland
    await xero.connect()
    (made,) = await xero.put("Invoices", {"Type": "ACCREC", "Contact": {"Name": "Bob"}})
    assert made["DateString"] == "2026-11-23T00:00:00"
    assert (made["Status"], made["LineAmountTypes"]) == ("DRAFT", "Exclusive")


async def test_a_sales_number_is_unique_and_put_refuses_it_in_any_case(xero: XeroDriver) -> None:
    await xero.put("Invoices", invoice(InvoiceNumber="A-1"))
    (again,) = await xero.put("Invoices", invoice(InvoiceNumber="a-1"))
    assert messages(again) == ["Invoice # must be unique."]
    assert again["InvoiceID"] == "00000000-0000-0000-0000-000000000000"
    assert (again["HasErrors"], again["StatusAttributeString"]) == (True, "ERROR")


async def test_a_bill_number_is_not_unique(xero: XeroDriver) -> None:
    first, second = await xero.put("Invoices", bill(InvoiceNumber="S-9"), bill(InvoiceNumber="S-9"))
    assert first["InvoiceID"] != second["InvoiceID"]
    (third,) = await xero.post("Invoices", bill(InvoiceNumber="S-9"))
    assert third["InvoiceID"] not in {first["InvoiceID"], second["InvoiceID"]}
    assert (await xero.call("GET", "/Invoices/S-9")).status_code == 404
    (sale,) = await xero.put("Invoices", invoice(InvoiceNumber="S-9"))
    assert sale["StatusAttributeString"] == "OK"


async def test_post_by_number_silently_overwrites_the_sales_invoice(xero: XeroDriver) -> None:
    (made,) = await xero.put("Invoices", invoice(InvoiceNumber="A-1"))
    changed = invoice(InvoiceNumber="A-1", Contact={"Name": "Somebody Else"})
    (over,) = await xero.post("Invoices", changed)
    assert over["InvoiceID"] == made["InvoiceID"]
    assert over["Contact"]["Name"] == "Somebody Else"


async def test_a_number_is_made_when_none_is_sent_and_not_spent_on_a_refusal(xero: XeroDriver) -> None:
    (refused,) = await xero.put("Invoices", invoice(CurrencyCode="USD"))
    assert messages(refused) == ["Organisation is not subscribed to currency USD"]
    (made,) = await xero.put("Invoices", invoice())
    assert made["InvoiceNumber"] == "INV-0001"


async def test_a_voided_number_can_be_used_again_by_put_but_post_hits_the_voided_one(xero: XeroDriver) -> None:
    (made,) = await xero.put("Invoices", invoice(InvoiceNumber="A-1", Status="AUTHORISED"))
    await xero.post("Invoices", {"InvoiceID": made["InvoiceID"], "Status": "VOIDED"})
    (over,) = await xero.post("Invoices", invoice(InvoiceNumber="A-1"))
    assert messages(over) == ["Invoice not of valid status for modification"]
    (second,) = await xero.put("Invoices", invoice(InvoiceNumber="A-1"))
    assert second["InvoiceID"] != made["InvoiceID"]
    found = await xero.get("/Invoices/A-1")
    assert found["Invoices"][0]["InvoiceID"] == second["InvoiceID"]


async def test_the_switch_keeps_the_number_of_a_voided_invoice(xero: XeroDriver) -> None:
    xero.sandbox.change_switches(void_number_reusable=False)
    (made,) = await xero.put("Invoices", invoice(InvoiceNumber="A-1"))
    await xero.post("Invoices", {"InvoiceID": made["InvoiceID"], "Status": "DELETED"})
    (again,) = await xero.put("Invoices", invoice(InvoiceNumber="A-1"))
    assert messages(again) == ["Invoice # must be unique."]


@pytest.mark.parametrize("status", ["PAID", "VOIDED", "DELETED"])
async def test_no_document_is_born_paid_or_ended(xero: XeroDriver, status: str) -> None:
    (refused,) = await xero.put("Invoices", invoice(Status=status))
    assert messages(refused) == ["Invoice not of valid status for modification"]


async def test_a_draft_may_be_incomplete_and_approval_names_everything_that_is_missing(xero: XeroDriver) -> None:
    bare = {"Type": "ACCREC", "Contact": {"Name": "Bob"}, "LineItems": [{"Quantity": 1}]}
    (draft,) = await xero.put("Invoices", bare)
    assert draft["StatusAttributeString"] == "OK"
    (refused,) = await xero.put("Invoices", {**bare, "Status": "AUTHORISED"})
    assert messages(refused) == [
        "The DueDate field is mandatory",
        "The description field is mandatory for each line item.",
        "Unit amount must be specified",
        "Account code must be specified",
    ]
    assert messages(refused["LineItems"][0])[0] == "The description field is mandatory for each line item."
    (no_lines,) = await xero.put("Invoices", invoice(LineItems=[], Status="SUBMITTED"))
    assert messages(no_lines) == ["One or more line items must be specified"]


async def test_a_contact_is_found_by_id_number_then_name_and_made_when_unknown(xero: XeroDriver) -> None:
    (bob,) = await xero.put("Contacts", {"Name": "Bob", "ContactNumber": "77"})
    by_number, by_name, new = await xero.put(
        "Invoices",
        invoice(Contact={"ContactNumber": "77", "Name": "Other"}),
        invoice(Contact={"Name": "BOB"}),
        invoice(Contact={"Name": "New Co", "EmailAddress": "new@example.com"}),
    )
    assert by_number["Contact"]["ContactID"] == by_name["Contact"]["ContactID"] == bob["ContactID"]
    assert new["Contact"]["EmailAddress"] == "new@example.com"
    assert new["Contact"]["IsCustomer"] is True
    (none,) = await xero.put("Invoices", invoice(Contact={}))
    assert messages(none)[0].startswith("The Contact must contain at least 1 of the following elements")
    assert none["Contact"]["HasValidationErrors"] is True


async def test_a_refused_invoice_leaves_no_contact_behind(xero: XeroDriver) -> None:
    await xero.put("Invoices", invoice(Contact={"Name": "Ghost"}, CurrencyCode="USD"))
    assert (await xero.get("/Contacts"))["Contacts"] == []


async def test_an_archived_contact_is_refused(xero: XeroDriver) -> None:
    (bob,) = await xero.put("Contacts", {"Name": "Bob"})
    await xero.post("Contacts", {"ContactID": bob["ContactID"], "ContactStatus": "ARCHIVED"})
    by_id, by_name = await xero.put(
        "Invoices", invoice(Contact={"ContactID": bob["ContactID"]}), invoice(Contact={"Name": "Bob"})
    )
    assert "has been archived" in messages(by_id)[0]
    assert "has been archived" in messages(by_name)[0]


async def test_a_name_beside_a_contact_id_renames_the_contact(xero: XeroDriver) -> None:
    (bob,) = await xero.put("Contacts", {"Name": "Bob"})
    await xero.put("Invoices", bill(Contact={"ContactID": bob["ContactID"], "Name": "Robert"}))
    assert (await xero.get(f"/Contacts/{bob['ContactID']}"))["Contacts"][0]["Name"] == "Robert"


async def test_reference_is_for_sales_alone_and_url_must_be_absolute(xero: XeroDriver) -> None:
    paid, sold = await xero.put("Invoices", bill(Reference="PO 7"), invoice(Reference="PO 7", Url="crm/7"))
    assert paid["Reference"] == ""
    assert messages(sold) == ["Url must be a valid absolute URL"]


async def test_only_approved_documents_can_be_marked_as_sent(xero: XeroDriver) -> None:
    draft, approved = await xero.put(
        "Invoices", invoice(SentToContact=True), invoice(SentToContact=True, Status="AUTHORISED")
    )
    assert messages(draft) == ["Only AUTHORISED and PAID invoices may have SentToContact updated."]
    assert approved["SentToContact"] is True


async def test_a_negative_total_is_refused(xero: XeroDriver) -> None:
    (refused,) = await xero.put("Invoices", invoice(LineItems=[line(UnitAmount=-1)]))
    assert messages(refused) == ["The document total must be greater than or equal to zero"]


async def test_the_day_rate_is_used_for_a_foreign_currency_unless_one_is_sent(xero: XeroDriver) -> None:
    await xero.settings(currencies=["USD"])
    own, sent = await xero.put(
        "Invoices", invoice(CurrencyCode="USD"), invoice(CurrencyCode="USD", CurrencyRate=Decimal("1.5"))
    )
    assert own["CurrencyRate"] == Decimal("1.270000")
    assert sent["CurrencyRate"] == Decimal("1.500000")


async def test_a_plan_with_few_approvals_refuses_the_next_one_of_the_month(xero: XeroDriver) -> None:
    await xero.settings(approvals_a_month=1)
    first, second, draft = await xero.put("Invoices", bill(Status="AUTHORISED"), bill(Status="AUTHORISED"), bill())
    assert first["StatusAttributeString"] == draft["StatusAttributeString"] == "OK"
    assert messages(second) == ["You have reached the limit of invoices you can approve."]


async def test_a_single_object_is_as_good_as_a_list(xero: XeroDriver) -> None:
    answer = await xero.call("PUT", "/Invoices", invoice())
    assert answer.status_code == 200
    assert len(parse(answer)["Invoices"]) == 1


async def test_every_version_of_a_document_is_in_the_history(xero: XeroDriver) -> None:
    (made,) = await xero.put("Invoices", invoice(Status="AUTHORISED"))
    await xero.post("Invoices", {"InvoiceID": made["InvoiceID"], "Reference": "R"})
    await xero.post("Invoices", {"InvoiceID": made["InvoiceID"], "Status": "VOIDED"})
    versions = xero.sandbox.ledger.list_versions(vendor="xero", kind="Invoices", id=made["InvoiceID"])
    assert [version.action for version in versions] == ["created", "updated", "voided"]
    assert versions[0].snapshot["Reference"] == ""
    assert all(version.call_seq for version in versions)
