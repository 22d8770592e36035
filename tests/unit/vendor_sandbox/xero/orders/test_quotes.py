"""What only quotes do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, line, messages, quote

NOT_VALID = "Quote not of valid status for modification"
TEXTS = {"Title": "T", "Summary": "S", "Terms": "Z", "Reference": "R", "ExpiryDate": "2026-12-31"}


async def make(xero: XeroDriver, contact_id: str, **fields: object) -> dict[str, Any]:
    (made,) = await xero.put("Quotes", quote(contact_id, **fields))
    assert made["StatusAttributeString"] == "OK", made
    return dict(made)


async def edit(xero: XeroDriver, contact_id: str, made: dict[str, Any], **changes: object) -> dict[str, Any]:
    """An edit that says Contact and Date again, and nothing else but the changes."""
    whole = {"Contact": {"ContactID": contact_id}, "Date": "2026-11-20", "QuoteID": made["QuoteID"]}
    (changed,) = await xero.post("Quotes", {**whole, **changes})
    return dict(changed)


async def test_amount_types_are_spelt_in_capitals(xero: XeroDriver, contact_id: str) -> None:
    assert (await make(xero, contact_id))["LineAmountTypes"] == "EXCLUSIVE"
    inclusive = await make(xero, contact_id, LineAmountTypes="INCLUSIVE")
    assert (inclusive["LineAmountTypes"], inclusive["Total"]) == ("INCLUSIVE", Decimal("20.00"))
    answer = await xero.call("PUT", "/Quotes", {"Quotes": [quote(contact_id, LineAmountTypes="Exclusive")]})
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)


async def test_unit_amounts_have_four_places_without_being_asked(xero: XeroDriver, contact_id: str) -> None:
    made = await make(xero, contact_id, LineItems=[line(UnitAmount=Decimal("1.2345"))])
    assert made["LineItems"][0]["UnitAmount"] == Decimal("1.2345")
    read = (await xero.get(f"/Quotes/{made['QuoteID']}"))["Quotes"][0]
    assert read["LineItems"][0]["UnitAmount"] == Decimal("1.2345")


async def test_discounts_are_taken(xero: XeroDriver, contact_id: str) -> None:
    made = await make(xero, contact_id, LineItems=[line(DiscountRate=10), line(DiscountAmount=5)])
    assert (made["SubTotal"], made["TotalDiscount"]) == (Decimal("33.00"), Decimal("7.00"))


async def test_texts_have_lengths(xero: XeroDriver, contact_id: str) -> None:
    fields = {"Title": "x" * 101, "Summary": "x" * 3001, "Terms": "x" * 4001, "Reference": "x" * 4001}
    (refused,) = await xero.put("Quotes", quote(contact_id, **fields))
    assert messages(refused) == [
        f"The {name} field must not be longer than {limit} characters"
        for name, limit in (("Title", 100), ("Summary", 3000), ("Terms", 4000), ("Reference", 4000))
    ]


async def test_an_update_clears_what_it_leaves_out_but_the_lines(xero: XeroDriver, contact_id: str) -> None:
    made = await make(xero, contact_id, LineAmountTypes="INCLUSIVE", **TEXTS)
    changed = await edit(xero, contact_id, made, Terms="New")
    assert (changed["Terms"], changed["Reference"]) == ("New", "")
    assert not {"Title", "Summary", "ExpiryDate"} & set(changed)
    assert (changed["LineAmountTypes"], changed["Total"]) == ("EXCLUSIVE", Decimal("24.00"))
    assert len(changed["LineItems"]) == 1


async def test_the_switch_makes_updates_sparse(xero: XeroDriver, contact_id: str) -> None:
    xero.sandbox.change_switches(quote_update="sparse", quote_update_needs="nothing")
    made = await make(xero, contact_id, LineAmountTypes="INCLUSIVE", **TEXTS)
    (changed,) = await xero.post("Quotes", {"QuoteID": made["QuoteID"], "Terms": "New"})
    assert (changed["Title"], changed["Terms"], changed["LineAmountTypes"]) == ("T", "New", "INCLUSIVE")
    assert changed["ExpiryDate"] == made["ExpiryDate"]


async def test_an_update_must_say_contact_and_date_again(xero: XeroDriver, contact_id: str) -> None:
    made = await make(xero, contact_id)
    (refused,) = await xero.post("Quotes", {"QuoteID": made["QuoteID"], "Reference": "R"})
    assert messages(refused) == [
        "The Date field is mandatory",
        "An existing contact must be named by its ContactID or ContactNumber",
    ]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (("DRAFT", "SENT"), True),
        (("DRAFT", "DECLINED"), False),
        (("DRAFT", "ACCEPTED"), False),
        (("DRAFT", "DELETED"), True),
        (("SENT", "DRAFT"), True),
        (("SENT", "DECLINED", "SENT"), True),
        (("SENT", "ACCEPTED", "INVOICED"), True),
        (("SENT", "ACCEPTED", "DECLINED"), False),
        (("SENT", "ACCEPTED", "ACCEPTED"), False),
        (("SENT", "INVOICED"), False),
        (("DRAFT", "DELETED", "DRAFT"), False),
    ],
)
async def test_the_status_takes_the_steps_of_the_page(
    xero: XeroDriver, contact_id: str, path: tuple[str, ...], allowed: bool
) -> None:
    made = await make(xero, contact_id, Status=path[0])
    *between, last = path[1:]
    for status in between:
        assert messages(await edit(xero, contact_id, made, Status=status)) == []
    changed = await edit(xero, contact_id, made, Status=last)
    assert messages(changed) == ([] if allowed else [NOT_VALID])


async def test_an_accepted_quote_keeps_its_words_when_its_status_moves(xero: XeroDriver, contact_id: str) -> None:
    made = await make(xero, contact_id, Status="SENT", Title="T")
    await edit(xero, contact_id, made, Status="ACCEPTED", Title="T")
    invoiced = await edit(xero, contact_id, made, Status="INVOICED", Title="Other")
    assert (invoiced["Status"], invoiced["Title"]) == ("INVOICED", "T")


async def test_the_loose_switch_refuses_only_what_was_seen_to_fail(xero: XeroDriver, contact_id: str) -> None:
    xero.sandbox.change_switches(quote_statuses="loose")
    accepted = await make(xero, contact_id, Status="ACCEPTED")
    assert messages(await edit(xero, contact_id, accepted, Status="DECLINED")) == [NOT_VALID]
    draft = await make(xero, contact_id)
    assert messages(await edit(xero, contact_id, draft, Status="DECLINED")) == [NOT_VALID]
    assert messages(await edit(xero, contact_id, draft, Status="INVOICED")) == []


async def test_sending_needs_accounts_by_switch(xero: XeroDriver, contact_id: str) -> None:
    bare = [{"Description": "x", "Quantity": 1, "UnitAmount": 2}]
    (refused,) = await xero.put("Quotes", quote(contact_id, Status="SENT", LineItems=bare))
    assert messages(refused) == ["Account code must be specified"]
    xero.sandbox.change_switches(order_line_accounts="optional")
    await make(xero, contact_id, Status="SENT", LineItems=bare)
