"""Updating documents: sparse edits, lines, statuses, payments, lock dates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, invoice, line, messages

NOT_VALID = "Invoice not of valid status for modification"
ALLOCATED = "This document cannot be edited as it has a payment or credit note allocated to it."


async def make(xero: XeroDriver, document: dict[str, object]) -> dict[str, Any]:
    """A document that is accepted."""
    (made,) = await xero.put("Invoices", document)
    assert made["StatusAttributeString"] == "OK", made
    return dict(made)


async def edit(xero: XeroDriver, made: dict[str, Any], **changes: object) -> dict[str, Any]:
    """The element of the answer to an edit by id."""
    (changed,) = await xero.post("Invoices", {"InvoiceID": made["InvoiceID"], **changes})
    return dict(changed)


async def pay(xero: XeroDriver, made: dict[str, Any], amount: object) -> dict[str, Any]:
    body = {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Account": {"Code": "090"}, "Date": "2026-11-21"}
    return dict(await xero.person("Payments", {**body, "Amount": amount}))


async def test_an_edit_without_lines_leaves_the_lines(xero: XeroDriver) -> None:
    made = await make(xero, invoice())
    changed = await edit(xero, made, Reference="new")
    assert changed["LineItems"] == made["LineItems"]
    assert (changed["Reference"], changed["Total"]) == ("new", made["Total"])


async def test_lines_are_updated_added_and_deleted_by_their_ids(xero: XeroDriver) -> None:
    made = await make(xero, invoice(LineItems=[line(Description="a"), line(Description="b")]))
    kept = made["LineItems"][1]["LineItemID"]
    changed = await edit(xero, made, LineItems=[{"LineItemID": kept, "Quantity": 5}, line(Description="c")])
    assert [entry["Description"] for entry in changed["LineItems"]] == ["b", "c"]
    assert changed["LineItems"][0]["LineItemID"] == kept
    assert changed["SubTotal"] == Decimal("70.00")
    foreign = await edit(xero, made, LineItems=[{"LineItemID": made["LineItems"][0]["LineItemID"]}])
    assert "does not belong to this document" in messages(foreign)[0]


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("DRAFT", "SUBMITTED", True),
        ("DRAFT", "AUTHORISED", True),
        ("DRAFT", "DELETED", True),
        ("DRAFT", "VOIDED", False),
        ("DRAFT", "PAID", False),
        ("SUBMITTED", "DRAFT", True),
        ("SUBMITTED", "AUTHORISED", True),
        ("SUBMITTED", "DELETED", True),
        ("SUBMITTED", "VOIDED", False),
        ("AUTHORISED", "VOIDED", True),
        ("AUTHORISED", "DRAFT", False),
        ("AUTHORISED", "SUBMITTED", False),
        ("AUTHORISED", "DELETED", False),
        ("AUTHORISED", "PAID", False),
    ],
)
async def test_the_documented_transitions_and_no_others(
    xero: XeroDriver, before: str, after: str, allowed: bool
) -> None:
    made = await make(xero, invoice(Status=before))
    changed = await edit(xero, made, Status=after)
    assert (changed["StatusAttributeString"] == "OK") is allowed
    if allowed:
        assert changed["Status"] == after
    else:
        assert messages(changed) == [NOT_VALID]


@pytest.mark.parametrize("end", ["VOIDED", "DELETED"])
async def test_an_ended_document_takes_no_edit_and_owes_nothing(xero: XeroDriver, end: str) -> None:
    made = await make(xero, invoice(Status="AUTHORISED" if end == "VOIDED" else "DRAFT"))
    ended = await edit(xero, made, Status=end)
    assert (ended["AmountDue"], ended["Total"]) == (Decimal("0.00"), Decimal("24.00"))
    assert messages(await edit(xero, made, Reference="x")) == [NOT_VALID]


async def test_a_draft_that_is_incomplete_cannot_be_approved_by_an_edit(xero: XeroDriver) -> None:
    made = await make(xero, {"Type": "ACCREC", "Contact": {"Name": "Bob"}, "LineItems": [{"Description": "x"}]})
    assert messages(await edit(xero, made, Status="AUTHORISED")) == ["The DueDate field is mandatory"]


async def test_a_paid_bill_takes_no_edit_at_all(xero: XeroDriver) -> None:
    made = await make(xero, bill(Status="AUTHORISED"))
    await pay(xero, made, 1)
    assert messages(await edit(xero, made, DueDate="2027-01-01")) == [ALLOCATED]


async def test_a_paid_sales_invoice_takes_only_the_listed_fields(xero: XeroDriver) -> None:
    made = await make(xero, invoice(Status="AUTHORISED"))
    await pay(xero, made, 1)
    changed = await edit(xero, made, Reference="R", DueDate="2027-01-01", InvoiceNumber="Z-1")
    assert (changed["StatusAttributeString"], changed["InvoiceNumber"]) == ("OK", "Z-1")
    line_id = made["LineItems"][0]["LineItemID"]
    described = await edit(xero, made, LineItems=[{"LineItemID": line_id, "Description": "D", "AccountCode": "260"}])
    assert (described["StatusAttributeString"], described["LineItems"][0]["AccountCode"]) == ("OK", "260")
    assert messages(await edit(xero, made, Date="2026-11-19")) == [ALLOCATED]
    assert messages(await edit(xero, made, LineItems=[{"LineItemID": line_id, "Quantity": 9}])) == [ALLOCATED]
    assert messages(await edit(xero, made, LineItems=[line()])) == [ALLOCATED]
    assert ALLOCATED in messages(await edit(xero, made, LineItems=[]))
    assert messages(await edit(xero, made, LineItems=[{"LineItemID": line_id}, line()])) == [ALLOCATED]
    same_amount = [{"LineItemID": line_id, "Quantity": 4, "UnitAmount": 5}]
    assert messages(await edit(xero, made, LineItems=same_amount)) == [ALLOCATED]


async def test_a_document_can_be_voided_when_its_account_was_archived_since(xero: XeroDriver) -> None:
    made = await make(xero, invoice(Status="AUTHORISED"))
    draft = await make(xero, invoice())
    path = f"/{xero.tenant_id}/Accounts/{made['LineItems'][0]['AccountID']}"
    await xero.control("PATCH", path, {"Status": "ARCHIVED"})
    voided = await edit(xero, made, Status="VOIDED")
    assert (voided["StatusAttributeString"], voided["Status"]) == ("OK", "VOIDED")
    assert "has been archived" in messages(await edit(xero, draft, Status="AUTHORISED"))[0]


async def test_a_document_with_a_payment_cannot_be_voided(xero: XeroDriver) -> None:
    made = await make(xero, invoice(Status="AUTHORISED"))
    await pay(xero, made, 24)
    assert messages(await edit(xero, made, Status="VOIDED"))[0].startswith("The status VOIDED cannot be applied")


async def test_the_blind_spots_of_updated_date_on_part_paid_documents(xero: XeroDriver) -> None:
    made = await make(xero, invoice(Status="AUTHORISED"))
    await pay(xero, made, 1)
    before = (await xero.get(f"/Invoices/{made['InvoiceID']}"))["Invoices"][0]["UpdatedDateUTC"]
    xero.advance(60)
    blind = await edit(xero, made, DueDate="2027-01-01")
    assert blind["StatusAttributeString"] == "OK"
    assert (blind["UpdatedDateUTC"], blind["DueDateString"]) == (before, "2027-01-01T00:00:00")
    seen = await edit(xero, made, Reference="R")
    assert seen["UpdatedDateUTC"] != before


async def test_a_locked_period_takes_drafts_but_no_postings_and_no_edits(xero: XeroDriver) -> None:
    open_draft = await make(xero, invoice(Date="2026-11-21"))
    authorised = await make(xero, invoice(Status="AUTHORISED"))
    await xero.settings(period_lock_date="2026-11-20", end_of_year_lock_date="2026-11-20")
    (posted,) = await xero.put("Invoices", invoice(Status="AUTHORISED"))
    assert messages(posted) == [
        "The document date cannot be before the period lock date, currently set at 20-Nov-2026",
        "The document date cannot be before the end of year lock date, currently set at 20-Nov-2026",
    ]
    draft = await make(xero, invoice())
    for refused in (
        await edit(xero, draft, Reference="x"),
        await edit(xero, authorised, Status="VOIDED"),
        await edit(xero, open_draft, Date="2026-11-20"),
    ):
        assert messages(refused)[0].startswith("The document date cannot be before the period lock date")
    assert (await edit(xero, open_draft, Reference="x"))["StatusAttributeString"] == "OK"


async def test_changing_the_tax_basis_computes_the_kept_lines_anew(xero: XeroDriver) -> None:
    made = await make(xero, invoice())
    changed = await edit(xero, made, LineAmountTypes="Inclusive")
    assert (changed["Total"], changed["TotalTax"]) == (Decimal("20.00"), Decimal("3.33"))


async def test_post_by_id_in_the_path_edits_and_an_unknown_id_is_404(xero: XeroDriver) -> None:
    made = await make(xero, invoice())
    answer = await xero.call("POST", f"/Invoices/{made['InvoiceID']}", {"Reference": "by path"})
    assert answer.json()["Invoices"][0]["Reference"] == "by path"
    missing = await xero.call("POST", "/Invoices/00000000-0000-0000-0000-000000000009", {"Reference": "x"})
    assert (missing.status_code, missing.text) == (404, "The resource you're looking for cannot be found")
    failed = await xero.call("POST", f"/Invoices/{made['InvoiceID']}", {"Status": "VOIDED"})
    assert failed.status_code == 400
    assert failed.json()["Elements"][0]["InvoiceID"] == made["InvoiceID"]
