"""Writes of many elements: what is written and what is told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, invoice, messages, parse


async def count_invoices(xero: XeroDriver) -> int:
    return int((await xero.control("GET", f"/{xero.tenant_id}/summary"))["invoices"])


async def test_with_summarize_errors_false_all_elements_come_back_in_order(xero: XeroDriver) -> None:
    good, bad, also = await xero.put(
        "Invoices", invoice(InvoiceNumber="1"), invoice(CurrencyCode="USD"), invoice(InvoiceNumber="2")
    )
    assert [one["StatusAttributeString"] for one in (good, bad, also)] == ["OK", "ERROR", "OK"]
    assert (good["InvoiceNumber"], also["InvoiceNumber"]) == ("1", "2")
    assert bad["LineItems"][0]["Description"] == "Widget"
    assert bad["InvoiceID"] == "00000000-0000-0000-0000-000000000000"


async def test_by_default_the_good_elements_are_written_and_not_told(xero: XeroDriver) -> None:
    body = {"Invoices": [invoice(InvoiceNumber="1"), invoice(InvoiceNumber="2", CurrencyCode="USD")]}
    answer = await xero.call("PUT", "/Invoices", body)
    told = answer.json()
    assert answer.status_code == 400
    assert (told["ErrorNumber"], told["Type"], told["Message"]) == (
        10,
        "ValidationException",
        "A validation exception occurred",
    )
    assert [one["InvoiceNumber"] for one in told["Elements"]] == ["2"]
    assert messages(told["Elements"][0]) == ["Organisation is not subscribed to currency USD"]
    assert await count_invoices(xero) == 1


@pytest.mark.parametrize(
    "element",
    [
        {"Status": "APPROVED"},
        {"LineAmountTypes": "EXCLUSIVE"},
        {"Type": "accrec"},
        {"Date": "20/11/2026"},
        {"LineItems": [{"Quantity": "two"}]},
        {"LineItems": {"Quantity": 2}},
        {"Contact": {"ContactID": "12"}},
        {"Contact": "Bob"},
        {"SentToContact": "yes"},
        {"InvoiceNumber": 7},
    ],
)
async def test_one_value_that_cannot_be_read_refuses_the_whole_batch_and_writes_nothing(
    xero: XeroDriver, element: dict[str, object]
) -> None:
    body = {"Invoices": [invoice(), invoice(**element)]}
    answer = await xero.call("PUT", "/Invoices", body, params={"summarizeErrors": "false"})
    told = answer.json()
    assert (answer.status_code, told["ErrorNumber"], told["Type"]) == (400, 14, "PostDataInvalidException")
    assert "Elements" not in told
    assert await count_invoices(xero) == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"Invoices":[]}', b'{"Invoices":[1]}', b'{"Invoices":"x"}', b"<Invoices/>"]
)
async def test_a_body_that_is_no_list_of_objects_is_refused_with_14(xero: XeroDriver, body: bytes) -> None:
    answer = await xero.call("PUT", "/Invoices", body)
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)


async def test_dates_are_read_in_three_spellings_and_numbers_also_as_text(xero: XeroDriver) -> None:
    dates = ("2026-11-20", "2026-11-20T13:00:00", "/Date(1795132800000+0000)/")
    written = await xero.put("Invoices", *[invoice(Date=text) for text in dates])
    assert {one["DateString"] for one in written} == {"2026-11-20T00:00:00"}
    lines = [{"Description": "W", "Quantity": "2", "UnitAmount": "10.00", "AccountCode": "200", "TaxType": "NONE"}]
    (made,) = await xero.put("Invoices", invoice(LineItems=lines))
    assert made["Total"] == Decimal("20.00")


async def test_null_means_not_sent_and_unknown_names_are_ignored(xero: XeroDriver) -> None:
    (made,) = await xero.put("Invoices", invoice(Reference="R", Nonsense=1))
    (same,) = await xero.post("Invoices", {"InvoiceID": made["InvoiceID"], "Reference": None, "Total": 1})
    assert (same["Reference"], same["Total"]) == ("R", Decimal("24.00"))


async def test_half_of_a_batch_is_written_and_the_whole_refused_by_fault(xero: XeroDriver) -> None:
    xero.sandbox.faults.add_rule("xero", "whole_400_wrote_half", method="PUT")
    bodies = [bill(InvoiceNumber=str(at)) for at in range(5)]
    answer = await xero.call(
        "PUT", "/Invoices", {"Invoices": bodies}, params={"summarizeErrors": "false"}, headers={"idempotency-key": "k"}
    )
    told = answer.json()
    assert (answer.status_code, told["ErrorNumber"], len(told["Elements"])) == (400, 10, 5)
    assert not any("InvoiceID" in one for one in told["Elements"])
    listed = (await xero.control("GET", f"/{xero.tenant_id}/Invoices"))["Invoices"]
    assert [one["InvoiceNumber"] for one in listed] == ["0", "1", "2"]


async def test_answers_are_xml_unless_json_is_asked_for(xero: XeroDriver) -> None:
    await xero.put("Invoices", invoice(Reference="a & b"))
    answer = await xero.call("GET", "/Invoices", params={"page": "1"}, headers={"accept": "*/*"})
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?><Response>')
    assert "<Invoices><Invoice><Type>ACCREC</Type>" in answer.text
    assert "<Reference>a &amp; b</Reference>" in answer.text
    assert "<Date>2026-11-20T00:00:00</Date>" in answer.text
    refused = await xero.call("PUT", "/Invoices", b"{", headers={"accept": "application/xml"})
    assert "<ApiException><ErrorNumber>14</ErrorNumber>" in refused.text


async def test_the_envelope_names_id_status_provider_and_time(xero: XeroDriver) -> None:
    answer = await xero.get("/Organisation")
    assert (answer["Status"], answer["DateTimeUTC"]) == ("OK", "/Date(1795341600000)/")
    assert {"Id", "ProviderName", "Organisations"} < set(answer)


async def test_money_is_written_as_exact_decimals(xero: XeroDriver) -> None:
    answer = await xero.call("PUT", "/Invoices", invoice())
    assert '"Total":24.00' in answer.text
    assert parse(answer)["Invoices"][0]["LineItems"][0]["Quantity"] == Decimal("2.0000")


async def test_methods_and_paths_that_do_not_exist(xero: XeroDriver) -> None:
    assert (await xero.call("DELETE", "/Invoices/3ff6d40c-af9a-40a3-89ce-3c1556a25591")).status_code == 501
    assert (await xero.call("PUT", "/TaxRates", {})).status_code == 401  # read-only settings scope
    assert (await xero.call("GET", "/Nonsense")).status_code == 404
    assert (await xero.call("GET", "/INVOICES")).status_code == 200
    assert (await xero.client.get("/xero/nowhere")).status_code == 404
