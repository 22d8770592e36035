"""Reading purchase orders and quotes: pages, filters, order, single reads."""

from __future__ import annotations

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, parse, purchase_order, quote


async def read(xero: XeroDriver, kind: str, **params: str) -> list[str]:
    """The numbers in the order of the answer."""
    name = "PurchaseOrderNumber" if kind == "PurchaseOrders" else "QuoteNumber"
    return [one[name] for one in (await xero.get(f"/{kind}", **params))[kind]]


async def fill(xero: XeroDriver, contact_id: str) -> None:
    """Three of each, five seconds apart."""
    (other,) = await xero.put("Contacts", {"Name": "Other"})
    for number, day, status in (("1", "2026-11-01", "DRAFT"), ("2", "2026-11-10", "SENT"), ("3", "2026-11-20", "SENT")):
        who = other["ContactID"] if number == "3" else contact_id
        ordered = "DRAFT" if status == "DRAFT" else "AUTHORISED"
        order = purchase_order(who, PurchaseOrderNumber=f"P-{number}", Date=day, Status=ordered)
        offer = quote(who, QuoteNumber=f"Q-{number}", Date=day, Status=status, ExpiryDate=day.replace("11", "12", 1))
        await xero.put("PurchaseOrders", order)
        await xero.put("Quotes", offer)
        xero.advance(5)


async def test_lists_filter_by_status_and_dates_and_sort(xero: XeroDriver, contact_id: str) -> None:
    await fill(xero, contact_id)
    for kind, initial, status in (("PurchaseOrders", "P", "AUTHORISED"), ("Quotes", "Q", "SENT")):
        one, two, three = (f"{initial}-{number}" for number in "123")
        assert await read(xero, kind) == [one, two, three]
        assert await read(xero, kind, Status=status) == [two, three]
        assert await read(xero, kind, DateFrom="2026-11-10", DateTo="2026-11-19") == [two]
        assert await read(xero, kind, order="Date DESC") == [three, two, one]
        since = {"if-modified-since": "2026-11-22T10:00:04"}
        assert len(parse(await xero.call("GET", f"/{kind}", headers=since))[kind]) == 2


async def test_quotes_filter_by_contact_number_and_expiry(xero: XeroDriver, contact_id: str) -> None:
    await fill(xero, contact_id)
    assert await read(xero, "Quotes", ContactID=contact_id) == ["Q-1", "Q-2"]
    assert await read(xero, "Quotes", QuoteNumber="q-3") == ["Q-3"]
    assert await read(xero, "Quotes", ExpiryDateFrom="2026-12-05", ExpiryDateTo="2026-12-10") == ["Q-2"]
    await xero.put("Quotes", quote(contact_id, QuoteNumber="open"))
    assert "open" not in await read(xero, "Quotes", ExpiryDateFrom="2026-01-01")


async def test_purchase_orders_are_paged_even_unasked_and_tell_it(xero: XeroDriver, contact_id: str) -> None:
    await fill(xero, contact_id)
    plain = await xero.get("/PurchaseOrders")
    assert plain["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 1, "itemCount": 3}
    assert len(plain["PurchaseOrders"][0]["LineItems"]) == 1
    second = await xero.get("/PurchaseOrders", page="2", pageSize="2")
    assert [one["PurchaseOrderNumber"] for one in second["PurchaseOrders"]] == ["P-3"]


async def test_quotes_come_a_hundred_a_page_and_do_not_tell_it(xero: XeroDriver, contact_id: str) -> None:
    await xero.person("Quotes", {"Quotes": [quote(contact_id) for _ in range(101)]})
    first = await xero.get("/Quotes", pageSize="1000")
    assert (len(first["Quotes"]), "pagination" in first) == (100, False)
    assert len((await xero.get("/Quotes", page="2"))["Quotes"]) == 1
    assert (await xero.get("/Quotes", page="3"))["Quotes"] == []


@pytest.mark.parametrize("kind", ["PurchaseOrders", "Quotes"])
async def test_where_is_ignored(xero: XeroDriver, contact_id: str, kind: str) -> None:
    await fill(xero, contact_id)
    assert len(await read(xero, kind, where='Status=="DELETED"')) == 3


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("PurchaseOrders", {"Status": "PAID"}),
        ("PurchaseOrders", {"DateFrom": "soon"}),
        ("PurchaseOrders", {"order": "Nonsense"}),
        ("Quotes", {"Status": "OPEN"}),
        ("Quotes", {"ContactID": "12"}),
        ("Quotes", {"ExpiryDateTo": "31/12/2026"}),
        ("Quotes", {"page": "one"}),
    ],
)
async def test_a_query_that_cannot_be_read_is_refused(xero: XeroDriver, kind: str, params: dict[str, str]) -> None:
    answer = await xero.call("GET", f"/{kind}", params=params)
    assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")


async def test_an_order_is_read_by_id_and_number_and_a_quote_by_id_alone(xero: XeroDriver, contact_id: str) -> None:
    await fill(xero, contact_id)
    order = (await xero.get("/PurchaseOrders/P-1"))["PurchaseOrders"][0]
    same = (await xero.get(f"/PurchaseOrders/{order['PurchaseOrderID']}"))["PurchaseOrders"][0]
    assert same["PurchaseOrderNumber"] == "P-1"
    assert same["Contact"]["ContactStatus"] == "ACTIVE"
    offer = (await xero.get("/Quotes", QuoteNumber="Q-1"))["Quotes"][0]
    assert (await xero.get(f"/Quotes/{offer['QuoteID']}"))["Quotes"][0]["QuoteNumber"] == "Q-1"
    assert (await xero.call("GET", "/Quotes/Q-1")).status_code == 404
    assert (await xero.call("GET", "/PurchaseOrders/P-9")).status_code == 404
    slashed = await xero.put("PurchaseOrders", purchase_order(contact_id, PurchaseOrderNumber="2026/11/7"))
    found = (await xero.get("/PurchaseOrders/2026/11/7"))["PurchaseOrders"][0]
    assert found["PurchaseOrderID"] == slashed[0]["PurchaseOrderID"]


async def test_a_living_order_is_found_before_a_deleted_one_of_the_same_number(
    xero: XeroDriver, contact_id: str
) -> None:
    (gone,) = await xero.put("PurchaseOrders", purchase_order(contact_id, PurchaseOrderNumber="P-1"))
    await xero.post("PurchaseOrders", {"PurchaseOrderID": gone["PurchaseOrderID"], "Status": "DELETED"})
    assert (await xero.get("/PurchaseOrders/P-1"))["PurchaseOrders"][0]["Status"] == "DELETED"
    (living,) = await xero.put("PurchaseOrders", purchase_order(contact_id, PurchaseOrderNumber="P-1"))
    found = (await xero.get("/PurchaseOrders/P-1"))["PurchaseOrders"][0]
    assert found["PurchaseOrderID"] == living["PurchaseOrderID"]
