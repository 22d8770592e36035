"""Reading documents: what each kind of list shows, filters, order, pages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, invoice, parse


async def test_lines_are_shown_by_pages_statuses_and_single_reads_but_not_by_a_plain_list(xero: XeroDriver) -> None:
    (made,) = await xero.put("Invoices", invoice(InvoiceNumber="A-1"))
    plain = await xero.get("/Invoices")
    assert plain["Invoices"][0]["LineItems"] == []
    assert "pagination" not in plain
    assert "EmailAddress" not in plain["Invoices"][0]["Contact"]
    paged = await xero.get("/Invoices", page="1")
    assert len(paged["Invoices"][0]["LineItems"]) == 1
    assert paged["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 1, "itemCount": 1}
    by_status = await xero.get("/Invoices", Statuses="DRAFT,PAID")
    assert len(by_status["Invoices"][0]["LineItems"]) == 1
    for key in (made["InvoiceID"], "A-1"):
        single = await xero.get(f"/Invoices/{key}")
        assert len(single["Invoices"][0]["LineItems"]) == 1
    summary = await xero.get("/Invoices", summaryOnly="true")
    assert "pagination" in summary
    assert not {"LineItems", "Payments", "HasAttachments"} & set(summary["Invoices"][0])


async def test_page_sizes_are_clamped_and_pages_do_not_overlap(xero: XeroDriver) -> None:
    await xero.put("Invoices", *[invoice(InvoiceNumber=f"A-{at}") for at in range(5)])
    assert (await xero.get("/Invoices", page="1", pageSize="5000"))["pagination"]["pageSize"] == 1000
    assert (await xero.get("/Invoices", page="1", pageSize="0"))["pagination"]["pageSize"] == 1
    pages = [await xero.get("/invoices", PAGE=str(number), PAGESIZE="2") for number in (1, 2, 3, 4)]
    assert [len(page["Invoices"]) for page in pages] == [2, 2, 1, 0]
    assert len({one["InvoiceID"] for page in pages for one in page["Invoices"]}) == 5
    assert pages[0]["pagination"]["pageCount"] == 3


async def test_the_default_order_is_updated_date_then_id(xero: XeroDriver) -> None:
    first, second = await xero.put("Invoices", invoice(), invoice())
    xero.advance(5)
    (third,) = await xero.put("Invoices", invoice())
    xero.advance(5)
    oldest, other = sorted((first["InvoiceID"], second["InvoiceID"]))
    await xero.post("Invoices", {"InvoiceID": oldest, "Reference": "x"})
    listed = [one["InvoiceID"] for one in (await xero.get("/Invoices"))["Invoices"]]
    assert listed == [other, third["InvoiceID"], oldest]
    upside = [one["InvoiceID"] for one in (await xero.get("/Invoices", order="UpdatedDateUTC DESC"))["Invoices"]]
    assert upside == listed[::-1]


async def test_if_modified_since_takes_plain_and_offset_times_to_the_second(xero: XeroDriver) -> None:
    await xero.put("Invoices", invoice(Reference="old"))
    xero.advance(10)
    await xero.put("Invoices", invoice(Reference="new"))

    async def read(since: str) -> list[str]:
        answer = await xero.call("GET", "/Invoices", headers={"if-modified-since": since})
        return [one["Reference"] for one in parse(answer)["Invoices"]]

    assert await read("2026-11-22T10:00:05") == ["new"]
    assert await read("2026-11-22T11:00:05+01:00") == ["new"]
    assert await read("2026-11-22T10:00:00") == ["new"]
    assert await read("2026-11-22T09:59:59Z") == ["old", "new"]
    xero.sandbox.change_switches(xero_modified_since="inclusive")
    assert await read("2026-11-22T10:00:00") == ["old", "new"]
    assert (await xero.call("GET", "/Invoices", headers={"if-modified-since": "yesterday"})).status_code == 400


async def test_nothing_modified_is_an_empty_list_or_304_by_switch(xero: XeroDriver) -> None:
    since = {"if-modified-since": "2026-11-22T11:00:00"}
    assert parse(await xero.call("GET", "/Invoices", headers=since))["Invoices"] == []
    xero.sandbox.change_switches(xero_not_modified=304)
    answer = await xero.call("GET", "/Invoices", headers=since)
    assert (answer.status_code, answer.content) == (304, b"")
    assert (await xero.call("GET", "/Invoices")).status_code == 200


async def test_filters_by_ids_numbers_contacts_status_type_and_text(xero: XeroDriver) -> None:
    one, two, three = await xero.put(
        "Invoices",
        invoice(InvoiceNumber="A-1", Reference="Blue"),
        bill(InvoiceNumber="S-1"),
        invoice(InvoiceNumber="A-2", Status="AUTHORISED"),
    )

    async def read(**params: str) -> set[str]:
        return {entry["InvoiceID"] for entry in (await xero.get("/Invoices", **params))["Invoices"]}

    a, b, c = one["InvoiceID"], two["InvoiceID"], three["InvoiceID"]
    assert await read(IDs=f"{a},{b}") == {a, b}
    assert await read(InvoiceNumbers="a-1,S-1") == {a, b}
    assert await read(ContactIDs=two["Contact"]["ContactID"]) == {b}
    assert await read(Statuses="AUTHORISED") == {c}
    assert await read(where='Type=="ACCREC" AND Status=="DRAFT"') == {a}
    assert await read(where="Total>=24 AND Date>=DateTime(2026, 11, 20) && AmountDue=24") == {a, b, c}
    assert await read(where=f'Contact.ContactID==guid("{two["Contact"]["ContactID"]}")') == {b}
    assert await read(where='Contact.Name.StartsWith("supp") || Reference=="blue"') == {a, b}
    assert await read(searchTerm="bLUE") == {a}
    assert await read(createdByMyApp="true") == {a, b, c}
    await xero.person("Invoices", invoice(InvoiceNumber="P-1"))
    assert await read(createdByMyApp="true") == {a, b, c}


@pytest.mark.parametrize(
    "params",
    [
        {"where": "Nonsense==1"},
        {"where": 'Date=="2020-01-01"'},
        {"order": "Nonsense"},
        {"IDs": "12"},
        {"Statuses": "OPEN"},
        {"page": "one"},
        {"unitdp": "3"},
        {"summaryOnly": "maybe"},
    ],
)
async def test_a_query_that_cannot_be_read_is_400_of_its_own_kind(xero: XeroDriver, params: dict[str, str]) -> None:
    answer = await xero.call("GET", "/Invoices", params=params)
    assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")


async def test_about_52_ids_fit_into_a_url(xero: XeroDriver) -> None:
    guid = "3ff6d40c-af9a-40a3-89ce-3c1556a25591"
    fits = await xero.call("GET", "/Invoices", params={"IDs": ",".join([guid] * 52)})
    assert fits.status_code == 200
    too_long = await xero.call("GET", "/Invoices", params={"IDs": ",".join([guid] * 60)})
    assert too_long.status_code == 414


async def test_credits_show_on_the_document_without_a_payment_row(xero: XeroDriver) -> None:
    (made,) = await xero.put("Invoices", invoice(Status="AUTHORISED"))
    await xero.person("Allocations", {"InvoiceID": made["InvoiceID"], "Kind": "Prepayment", "Amount": 4})
    shown = await xero.person("Allocations", {"InvoiceID": made["InvoiceID"], "Kind": "CreditNote", "Amount": 20})
    assert (shown["Status"], shown["AmountCredited"]) == ("PAID", Decimal("24.00"))
    assert shown["Prepayments"][0]["AppliedAmount"] == Decimal("4.00")
    assert (await xero.get("/Payments"))["Payments"] == []
    credit = shown["CreditNotes"][0]["CreditNoteID"]
    await xero.control("DELETE", f"/{xero.tenant_id}/Invoices/{made['InvoiceID']}/Allocations/{credit}")
    after = (await xero.get(f"/Invoices/{made['InvoiceID']}"))["Invoices"][0]
    assert (after["Status"], after["AmountDue"]) == ("AUTHORISED", Decimal("20.00"))
