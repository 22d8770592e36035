"""Currencies and rates of documents."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, invoice, messages


@pytest.mark.parametrize("document", [invoice(), bill()])
async def test_a_sent_rate_is_taken_and_the_day_rate_stands_in(xero: XeroDriver, document: dict[str, object]) -> None:
    await xero.settings(currencies=["EUR"], day_rates={"EUR": Decimal("1.2")})
    of_day, sent, base = await xero.put(
        "Invoices",
        {**document, "CurrencyCode": "EUR"},
        {**document, "CurrencyCode": "EUR", "CurrencyRate": Decimal("1.1234567")},
        {**document, "CurrencyRate": Decimal("1.5")},
    )
    assert (of_day["CurrencyCode"], of_day["CurrencyRate"]) == ("EUR", Decimal("1.200000"))
    assert sent["CurrencyRate"] == Decimal("1.123457")
    assert (base["CurrencyCode"], base["CurrencyRate"]) == ("GBP", Decimal("1.000000"))
    read = (await xero.get(f"/Invoices/{sent['InvoiceID']}"))["Invoices"][0]
    assert read["CurrencyRate"] == Decimal("1.123457")


async def test_the_direction_of_day_rates_and_bank_amounts_is_a_switch(xero: XeroDriver) -> None:
    await xero.settings(currencies=["EUR"], day_rates={"EUR": Decimal("1.25")})
    for direction, rate in (("foreign_per_base", Decimal("1.250000")), ("base_per_foreign", Decimal("0.800000"))):
        xero.sandbox.change_switches(currency_rate_direction=direction)
        (made,) = await xero.put("Invoices", invoice(CurrencyCode="EUR", Status="AUTHORISED"))
        assert made["CurrencyRate"] == rate
        payment = {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Account": {"Code": "090"}, "Date": "2026-11-21"}
        (paid,) = await xero.put("Payments", {**payment, "Amount": 10})
        assert paid["BankAmount"] == Decimal("8.00")


async def test_a_contacts_currency_is_used_when_none_is_sent(xero: XeroDriver) -> None:
    await xero.settings(currencies=["EUR"])
    await xero.put("Contacts", {"Name": "Bob", "DefaultCurrency": "EUR"})
    silent, said = await xero.put("Invoices", invoice(), invoice(CurrencyCode="GBP"))
    assert (silent["CurrencyCode"], silent["CurrencyRate"]) == ("EUR", Decimal("1.165000"))
    assert said["CurrencyCode"] == "GBP"


@pytest.mark.parametrize("rate", [0, -1])
async def test_a_rate_is_above_zero(xero: XeroDriver, rate: int) -> None:
    await xero.settings(currencies=["EUR"])
    (refused,) = await xero.put("Invoices", invoice(CurrencyCode="EUR", CurrencyRate=rate))
    assert messages(refused) == ["The CurrencyRate must be greater than zero"]


async def test_an_unknown_branding_theme_is_refused(xero: XeroDriver) -> None:
    (refused,) = await xero.put("Invoices", invoice(BrandingThemeID="3ff6d40c-af9a-40a3-89ce-3c1556a25591"))
    assert messages(refused) == ["The BrandingThemeID is not valid"]
