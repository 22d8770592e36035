"""What purchase orders and quotes share when they are written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, line, messages, parse, purchase_order, quote

from vendor_sandbox.xero.records import NO_ID

BUILDERS = {"PurchaseOrders": purchase_order, "Quotes": quote}
ID_NAMES = {"PurchaseOrders": "PurchaseOrderID", "Quotes": "QuoteID"}
NUMBER_NAMES = {"PurchaseOrders": "PurchaseOrderNumber", "Quotes": "QuoteNumber"}
NOT_UNIQUE = {"PurchaseOrders": "Order number must be unique", "Quotes": "Quote number must be unique"}
both_kinds = pytest.mark.parametrize("kind", ["PurchaseOrders", "Quotes"])


def build(kind: str, contact_id: str, **fields: object) -> dict[str, object]:
    """A complete document of the kind; `number` under the kind's own name."""
    number = fields.pop("number", None)
    named = {} if number is None else {NUMBER_NAMES[kind]: number}
    return BUILDERS[kind](contact_id, **named, **fields)


async def make(xero: XeroDriver, kind: str, contact_id: str, **fields: object) -> dict[str, Any]:
    (made,) = await xero.put(kind, build(kind, contact_id, **fields))
    assert made["StatusAttributeString"] == "OK", made
    return dict(made)


@both_kinds
async def test_a_created_document_has_totals_a_number_and_its_lines(
    xero: XeroDriver, contact_id: str, kind: str
) -> None:
    made = await make(xero, kind, contact_id)
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (Decimal("20.00"), Decimal("4.00"), Decimal("24.00"))
    assert made[NUMBER_NAMES[kind]] == ("PO-0001" if kind == "PurchaseOrders" else "QU-0001")
    assert (made["Status"], made["DateString"]) == ("DRAFT", "2026-11-20T00:00:00")
    assert made["LineItems"][0]["LineItemID"]
    assert made["Contact"]["ContactID"] == contact_id


@both_kinds
async def test_tax_is_rounded_on_each_line_and_then_summed(xero: XeroDriver, contact_id: str, kind: str) -> None:
    rated = {"AccountCode": "400", "TaxType": "RRINPUT"} if kind == "PurchaseOrders" else {"TaxType": "RROUTPUT"}
    cents = [line(Quantity=1, UnitAmount=Decimal("0.30"), **rated) for _ in range(3)]
    made = await make(xero, kind, contact_id, LineItems=cents)
    assert made["TotalTax"] == Decimal("0.06")


@both_kinds
@pytest.mark.parametrize(
    ("contact", "message"),
    [
        ({}, "An existing contact must be named by its ContactID or ContactNumber"),
        ({"Name": "Bob"}, "An existing contact must be named by its ContactID or ContactNumber"),
        (
            {"ContactID": "3ff6d40c-af9a-40a3-89ce-3c1556a25591"},
            "The contact with the specified ContactID could not be found",
        ),
        ({"ContactNumber": "99"}, "The contact with the specified ContactNumber could not be found"),
    ],
)
async def test_only_an_existing_contact_will_do_and_none_is_made(
    xero: XeroDriver, contact_id: str, kind: str, contact: dict[str, str], message: str
) -> None:
    (refused,) = await xero.put(kind, build(kind, contact_id, Contact=contact))
    assert messages(refused) == [message]
    assert refused["Contact"]["HasValidationErrors"] is True
    by_number = await make(xero, kind, contact_id, Contact={"ContactNumber": "77"})
    assert by_number["Contact"]["ContactID"] == contact_id
    assert len((await xero.get("/Contacts"))["Contacts"]) == 1


@both_kinds
async def test_an_archived_contact_is_refused(xero: XeroDriver, contact_id: str, kind: str) -> None:
    await xero.post("Contacts", {"ContactID": contact_id, "ContactStatus": "ARCHIVED"})
    (refused,) = await xero.put(kind, build(kind, contact_id))
    assert "has been archived" in messages(refused)[0]


@both_kinds
async def test_lines_and_date_are_required_and_every_line_says_what_it_is(
    xero: XeroDriver, contact_id: str, kind: str
) -> None:
    bare = {"Contact": {"ContactID": contact_id}}
    silent = build(kind, contact_id, LineItems=[{"Quantity": 1, "UnitAmount": 2}])
    nothing, wordless = await xero.put(kind, bare, silent)
    assert messages(nothing) == ["The Date field is mandatory", "One or more line items must be specified"]
    assert messages(wordless) == ["The description field is mandatory for each line item."]
    xero.sandbox.change_switches(order_date="today")
    today = await make(xero, kind, contact_id, Date=None)
    assert today["DateString"] == "2026-11-22T00:00:00"


@both_kinds
async def test_numbers_are_unique_in_any_case_within_their_kind(xero: XeroDriver, contact_id: str, kind: str) -> None:
    await make(xero, kind, contact_id, number="N-1")
    (again,) = await xero.put(kind, build(kind, contact_id, number="n-1"))
    assert (messages(again), again[ID_NAMES[kind]]) == ([NOT_UNIQUE[kind]], NO_ID)
    other = "Quotes" if kind == "PurchaseOrders" else "PurchaseOrders"
    await make(xero, other, contact_id, number="N-1")
    xero.sandbox.change_switches(invoice_numbers="sensitive")
    await make(xero, kind, contact_id, number="n-1")


@both_kinds
async def test_the_number_of_a_deleted_document_is_free_or_not_by_switch(
    xero: XeroDriver, contact_id: str, kind: str
) -> None:
    made = await make(xero, kind, contact_id, number="N-1")
    gone = {**build(kind, contact_id), ID_NAMES[kind]: made[ID_NAMES[kind]], "Status": "DELETED"}
    (deleted,) = await xero.post(kind, gone)
    assert deleted["Status"] == "DELETED"
    xero.sandbox.change_switches(deleted_order_number_reusable=False)
    (refused,) = await xero.put(kind, build(kind, contact_id, number="N-1"))
    assert messages(refused) == [NOT_UNIQUE[kind]]
    xero.sandbox.change_switches(deleted_order_number_reusable=True)
    await make(xero, kind, contact_id, number="N-1")


@both_kinds
async def test_a_made_number_skips_the_taken_ones_and_is_not_spent_on_a_refusal(
    xero: XeroDriver, contact_id: str, kind: str
) -> None:
    prefix = "PO" if kind == "PurchaseOrders" else "QU"
    await make(xero, kind, contact_id, number=f"{prefix}-0001")
    (refused,) = await xero.put(kind, build(kind, contact_id, LineItems=[]))
    assert refused["StatusAttributeString"] == "ERROR"
    made = await make(xero, kind, contact_id)
    assert made[NUMBER_NAMES[kind]] == f"{prefix}-0002"


@both_kinds
async def test_post_by_number_overwrites_or_is_refused_by_switch(xero: XeroDriver, contact_id: str, kind: str) -> None:
    made = await make(xero, kind, contact_id, number="N-1")
    (over,) = await xero.post(kind, build(kind, contact_id, number="N-1", Reference="second"))
    assert (over[ID_NAMES[kind]], over["Reference"]) == (made[ID_NAMES[kind]], "second")
    xero.sandbox.change_switches(order_post_by_number="refused")
    (refused,) = await xero.post(kind, build(kind, contact_id, number="N-1"))
    assert messages(refused) == [NOT_UNIQUE[kind]]
    (fresh,) = await xero.post(kind, build(kind, contact_id, number="N-2"))
    assert fresh[ID_NAMES[kind]] != made[ID_NAMES[kind]]


@both_kinds
async def test_an_unknown_id_and_a_known_id_in_a_put_are_refused(xero: XeroDriver, contact_id: str, kind: str) -> None:
    made = await make(xero, kind, contact_id)
    (known,) = await xero.put(kind, {**build(kind, contact_id), ID_NAMES[kind]: made[ID_NAMES[kind]]})
    assert "already exists" in messages(known)[0]
    stranger = "3ff6d40c-af9a-40a3-89ce-3c1556a25591"
    (unknown,) = await xero.post(kind, {**build(kind, contact_id), ID_NAMES[kind]: stranger})
    assert "could not be found" in messages(unknown)[0]
    assert (await xero.call("POST", f"/{kind}/{stranger}", build(kind, contact_id))).status_code == 404


@both_kinds
async def test_lines_are_changed_added_and_deleted_by_their_ids(xero: XeroDriver, contact_id: str, kind: str) -> None:
    rated = {"AccountCode": "400", "TaxType": "INPUT2"} if kind == "PurchaseOrders" else {}
    lines = [line(Description="a", **rated), line(Description="b", **rated)]
    made = await make(xero, kind, contact_id, LineItems=lines)
    kept = {"LineItemID": made["LineItems"][1]["LineItemID"], "Quantity": 5}
    body = {**build(kind, contact_id, LineItems=[kept, line(Description="c", **rated)])}
    answer = await xero.call("POST", f"/{kind}/{made[ID_NAMES[kind]]}", body)
    (changed,) = parse(answer)[kind]
    assert [entry["Description"] for entry in changed["LineItems"]] == ["b", "c"]
    assert changed["SubTotal"] == Decimal("70.00")
    del body["LineItems"]
    for unsaid in (body, {**body, "LineItems": []}):
        (same,) = parse(await xero.call("POST", f"/{kind}/{made[ID_NAMES[kind]]}", unsaid))[kind]
        assert same["LineItems"] == changed["LineItems"]


@both_kinds
async def test_lock_dates_do_not_apply(xero: XeroDriver, contact_id: str, kind: str) -> None:
    await xero.settings(period_lock_date="2026-12-31", end_of_year_lock_date="2026-12-31")
    made = await make(xero, kind, contact_id)
    (changed,) = await xero.post(kind, {**build(kind, contact_id), ID_NAMES[kind]: made[ID_NAMES[kind]]})
    assert changed["StatusAttributeString"] == "OK"


@both_kinds
async def test_a_foreign_currency_must_be_switched_on_and_takes_a_rate(
    xero: XeroDriver, contact_id: str, kind: str
) -> None:
    (refused,) = await xero.put(kind, build(kind, contact_id, CurrencyCode="USD"))
    assert messages(refused) == ["Organisation is not subscribed to currency USD"]
    await xero.settings(currencies=["USD"])
    of_day = await make(xero, kind, contact_id, CurrencyCode="USD")
    assert of_day["CurrencyRate"] == Decimal("1.270000")
    sent = await make(xero, kind, contact_id, CurrencyCode="USD", CurrencyRate=Decimal("1.5"))
    assert sent["CurrencyRate"] == Decimal("1.500000")


@both_kinds
async def test_a_negative_total_is_refused(xero: XeroDriver, contact_id: str, kind: str) -> None:
    (refused,) = await xero.put(kind, build(kind, contact_id, LineItems=[{"Description": "x", "LineAmount": -1}]))
    assert "The document total must be greater than or equal to zero" in messages(refused)


@both_kinds
async def test_one_refused_element_does_not_stop_its_neighbours_and_by_default_hides_their_ids(
    xero: XeroDriver, contact_id: str, kind: str
) -> None:
    good, bad = build(kind, contact_id, number="G-1"), build(kind, contact_id, LineItems=[])
    answer = await xero.call("PUT", f"/{kind}", {kind: [good, bad]})
    assert (answer.status_code, len(answer.json()["Elements"])) == (400, 1)
    assert [one[NUMBER_NAMES[kind]] for one in (await xero.get(f"/{kind}"))[kind]] == ["G-1"]


@both_kinds
async def test_an_idempotency_key_replays_the_first_answer(xero: XeroDriver, contact_id: str, kind: str) -> None:
    body, headers = {kind: [build(kind, contact_id)]}, {"idempotency-key": "k1"}
    first = await xero.call("PUT", f"/{kind}", body, headers=headers)
    second = await xero.call("PUT", f"/{kind}", body, headers=headers)
    assert first.json()[kind][0][ID_NAMES[kind]] == second.json()[kind][0][ID_NAMES[kind]]
    assert len((await xero.get(f"/{kind}"))[kind]) == 1


@both_kinds
async def test_the_fault_that_writes_half_of_a_batch_knows_them(xero: XeroDriver, contact_id: str, kind: str) -> None:
    xero.sandbox.faults.add_rule(vendor="xero", kind="whole_400_wrote_half", path=kind)
    bodies = [build(kind, contact_id, number="A"), build(kind, contact_id, number="B")]
    assert (await xero.call("PUT", f"/{kind}", {kind: bodies})).status_code == 400
    assert [one[NUMBER_NAMES[kind]] for one in (await xero.get(f"/{kind}"))[kind]] == ["A"]


@both_kinds
async def test_the_invoice_scope_opens_them_and_others_do_not(xero: XeroDriver, kind: str) -> None:
    assert (await xero.call("GET", f"/{kind}")).status_code == 200
    await xero.control("POST", "/users", {"name": "Eve", "organisations": [xero.tenant_id]})
    await xero.connect("accounting.contacts accounting.invoices.read")
    assert (await xero.call("GET", f"/{kind}")).status_code == 200
    assert (await xero.call("PUT", f"/{kind}", {})).status_code == 401


@both_kinds
async def test_every_version_is_in_the_history(xero: XeroDriver, contact_id: str, kind: str) -> None:
    made = await make(xero, kind, contact_id)
    named = {**build(kind, contact_id), ID_NAMES[kind]: made[ID_NAMES[kind]]}
    await xero.post(kind, {**named, "Reference": "R"})
    await xero.post(kind, {**named, "Status": "DELETED"})
    versions = xero.sandbox.ledger.list_versions(vendor="xero", kind=kind, id=made[ID_NAMES[kind]])
    assert [version.action for version in versions] == ["created", "updated", "deleted"]
    assert versions[1].snapshot["Reference"] == "R"
