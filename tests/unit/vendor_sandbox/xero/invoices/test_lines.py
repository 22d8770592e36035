"""Lines of documents: amounts, taxes, items, accounts, tracking."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, invoice, line, messages


async def refuse(xero: XeroDriver, document: dict[str, object]) -> list[str]:
    """The messages with which this document is refused."""
    (refused,) = await xero.put("Invoices", document)
    assert refused["StatusAttributeString"] == "ERROR"
    return messages(refused)


async def test_tax_is_rounded_on_each_line_and_then_summed(xero: XeroDriver) -> None:
    await xero.person("TaxRates", {"TaxType": "GST15", "Name": "15%", "EffectiveRate": 15})
    amounts = ("25.06", "25.61", "25.63")
    lines = [line(Quantity=1, UnitAmount=Decimal(amount), TaxType="GST15") for amount in amounts]
    (made,) = await xero.put("Invoices", invoice(LineItems=lines))
    assert made["TotalTax"] == Decimal("11.44")


async def test_inclusive_amounts_hold_their_tax(xero: XeroDriver) -> None:
    lines = [line(Quantity=1, UnitAmount=Decimal("10.00")) for _ in range(3)]
    (made,) = await xero.put("Invoices", invoice(LineAmountTypes="Inclusive", LineItems=lines))
    assert (made["Total"], made["TotalTax"], made["SubTotal"]) == (
        Decimal("30.00"),
        Decimal("5.01"),
        Decimal("24.99"),
    )


async def test_notax_has_no_tax_whatever_the_line_says(xero: XeroDriver) -> None:
    (made,) = await xero.put("Invoices", invoice(LineAmountTypes="NoTax"))
    assert made["TotalTax"] == Decimal("0.00")
    assert made["LineItems"][0]["TaxType"] == "NONE"


@pytest.mark.parametrize(("half_rounding", "expected"), [("up", "0.03"), ("even", "0.02")])
async def test_an_exact_half_is_rounded_as_the_switch_says(xero: XeroDriver, half_rounding: str, expected: str) -> None:
    xero.sandbox.change_switches(half_rounding=half_rounding)
    lines = [line(Quantity=Decimal("2.5"), UnitAmount=Decimal("0.01"), TaxType="NONE")]
    (made,) = await xero.put("Invoices", invoice(LineItems=lines))
    assert made["Total"] == Decimal(expected)


async def test_unit_amounts_keep_two_places_unless_four_are_asked_for(xero: XeroDriver) -> None:
    lines = [line(Quantity=100, UnitAmount=Decimal("1.2345"), TaxType="NONE")]
    (two,) = await xero.put("Invoices", invoice(LineItems=lines))
    (four,) = await xero.put("Invoices", invoice(LineItems=lines), unitdp="4")
    assert (two["LineItems"][0]["UnitAmount"], two["Total"]) == (Decimal("1.23"), Decimal("123.00"))
    assert (four["LineItems"][0]["UnitAmount"], four["Total"]) == (Decimal("1.2345"), Decimal("123.45"))
    read = await xero.get(f"/Invoices/{four['InvoiceID']}")
    assert read["Invoices"][0]["LineItems"][0]["UnitAmount"] == Decimal("1.23")
    read = await xero.get(f"/Invoices/{four['InvoiceID']}", unitdp="4")
    assert read["Invoices"][0]["LineItems"][0]["UnitAmount"] == Decimal("1.2345")


async def test_a_wrong_line_amount_is_refused_and_a_right_one_is_not(xero: XeroDriver) -> None:
    wrong = invoice(LineItems=[line(LineAmount=Decimal("19.99"))])
    assert await refuse(xero, wrong) == ["The line total 19.99 does not match the expected line total 20.00"]
    (made,) = await xero.put("Invoices", invoice(LineItems=[line(LineAmount=20)]))
    assert made["StatusAttributeString"] == "OK"


async def test_a_line_amount_stands_in_for_a_missing_unit_amount(xero: XeroDriver) -> None:
    entry = {"Description": "W", "Quantity": 4, "LineAmount": 10, "AccountCode": "200", "TaxType": "NONE"}
    (made,) = await xero.put("Invoices", invoice(LineItems=[entry]))
    assert made["LineItems"][0]["UnitAmount"] == Decimal("2.50")


async def test_discounts_are_for_sales_alone(xero: XeroDriver) -> None:
    by_rate, by_amount = await xero.put(
        "Invoices",
        invoice(LineItems=[line(DiscountRate=10)]),
        invoice(LineItems=[line(DiscountAmount=5)]),
    )
    assert (by_rate["SubTotal"], by_rate["TotalDiscount"]) == (Decimal("18.00"), Decimal("2.00"))
    assert (by_amount["SubTotal"], by_amount["IsDiscounted"]) == (Decimal("15.00"), True)
    lines = [line(AccountCode="400", TaxType="INPUT2", DiscountAmount=1)]
    assert await refuse(xero, bill(LineItems=lines)) == ["Discounts may not be applied to ACCPAY invoices."]
    lines = [line(UnitAmount=-10, DiscountAmount=1), line(Quantity=9)]
    assert await refuse(xero, invoice(LineItems=lines)) == [
        "The discount must not be negative or exceed the line's amount"
    ]


async def test_negative_quantity_is_refused_and_a_negative_unit_amount_is_not(xero: XeroDriver) -> None:
    lines = [line(Quantity=-1), line(Quantity=5)]
    assert await refuse(xero, invoice(LineItems=lines)) == [
        "The quantity value '-1.0000' is invalid. Quantity must not be less than zero."
    ]
    lines = [line(UnitAmount=-1), line(Quantity=5)]
    (made,) = await xero.put("Invoices", invoice(LineItems=lines))
    assert made["SubTotal"] == Decimal("48.00")


async def test_unusable_accounts_are_refused_in_any_status(xero: XeroDriver) -> None:
    wrong = "Account code '{}' is not a valid code for this document."
    for code in ("999", "090", "610", "630"):
        assert await refuse(xero, invoice(LineItems=[line(AccountCode=code)])) == [wrong.format(code)]
    accounts = (await xero.get("/Accounts", where='Code=="260"'))["Accounts"]
    await xero.control("PATCH", f"/{xero.tenant_id}/Accounts/{accounts[0]['AccountID']}", {"Status": "ARCHIVED"})
    (message,) = await refuse(xero, invoice(LineItems=[line(AccountCode="260")]))
    assert message.startswith("Account code '260' has been archived, or has been deleted.")


async def test_the_rounding_account_takes_odd_cents(xero: XeroDriver) -> None:
    lines = [line(), line(Quantity=1, UnitAmount=Decimal("0.01"), AccountCode="860", TaxType="NONE")]
    (made,) = await xero.put("Invoices", invoice(LineItems=lines, Status="AUTHORISED"))
    assert made["Total"] == Decimal("24.01")


async def test_tax_types_must_exist_be_active_and_fit_the_account(xero: XeroDriver) -> None:
    assert await refuse(xero, invoice(LineItems=[line(TaxType="OUTPUT9")])) == ["Tax rate must be valid."]
    misfit = [line(TaxType="INPUT2")]
    wrong = ["The TaxType code 'INPUT2' cannot be used with account code '200'."]
    assert await refuse(xero, invoice(LineItems=misfit)) == wrong
    xero.sandbox.change_switches(tax_checked="approval")
    (draft,) = await xero.put("Invoices", invoice(LineItems=misfit))
    assert draft["StatusAttributeString"] == "OK"
    assert await refuse(xero, invoice(LineItems=misfit, Status="AUTHORISED")) == wrong


async def test_a_rate_of_the_other_side_is_refused_where_the_account_takes_both(xero: XeroDriver) -> None:
    prepaid = {"AccountCode": "620"}
    sale, purchase = invoice(LineItems=[line(**prepaid, TaxType="INPUT2")]), bill(LineItems=[line(**prepaid)])
    assert await refuse(xero, sale) == [
        "The TaxType code 'INPUT2' does not exist or cannot be used for this type of transaction."
    ]
    assert "'OUTPUT2' does not exist or cannot be used" in (await refuse(xero, purchase))[0]
    xero.sandbox.change_switches(tax_side="account")
    made = await xero.put("Invoices", sale, purchase)
    assert [one["StatusAttributeString"] for one in made] == ["OK", "OK"]


async def test_an_organisation_that_is_not_registered_refuses_or_drops_tax(xero: XeroDriver) -> None:
    await xero.settings(pays_tax=False)
    assert await refuse(xero, invoice()) == ["Tax rate must be valid."]
    silent = {name: value for name, value in line().items() if name != "TaxType"}
    (made,) = await xero.put("Invoices", invoice(LineItems=[silent]))
    assert (made["LineItems"][0]["TaxType"], made["TotalTax"]) == ("NONE", Decimal("0.00"))
    xero.sandbox.change_switches(unregistered_tax="ignored")
    (made,) = await xero.put("Invoices", invoice(LineItems=[line(TaxAmount=4)]))
    assert (made["LineItems"][0]["TaxType"], made["TotalTax"]) == ("NONE", Decimal("0.00"))


async def test_an_omitted_tax_type_is_the_accounts(xero: XeroDriver) -> None:
    entry = {"Description": "W", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200"}
    (made,) = await xero.put("Invoices", invoice(LineItems=[entry], Status="AUTHORISED"))
    assert (made["LineItems"][0]["TaxType"], made["TotalTax"]) == ("OUTPUT2", Decimal("2.00"))


async def test_an_item_fills_what_the_line_leaves_open_on_its_side(xero: XeroDriver) -> None:
    await xero.person(
        "Items",
        {
            "Code": "W1",
            "Description": "Widget to sell",
            "PurchaseDescription": "Widget to buy",
            "SalesDetails": {"UnitPrice": 9, "AccountCode": "260", "TaxType": "ZERORATEDOUTPUT"},
            "PurchaseDetails": {"UnitPrice": 4, "AccountCode": "310", "TaxType": "INPUT2"},
        },
    )
    entry = {"ItemCode": "w1", "Quantity": 2}
    sold, bought = await xero.put("Invoices", invoice(LineItems=[entry]), bill(LineItems=[entry]))
    first = sold["LineItems"][0]
    assert (first["ItemCode"], first["Description"], first["UnitAmount"]) == ("W1", "Widget to sell", Decimal("9.00"))
    assert (first["AccountCode"], first["TaxType"]) == ("260", "ZERORATEDOUTPUT")
    assert (bought["LineItems"][0]["AccountCode"], bought["SubTotal"]) == ("310", Decimal("8.00"))
    assert await refuse(xero, invoice(LineItems=[line(ItemCode="W2")])) == ["Item code 'W2' is not valid"]


async def test_a_description_only_line_books_nothing_and_may_be_approved(xero: XeroDriver) -> None:
    lines = [line(), {"Description": "Thank you"}]
    (made,) = await xero.put("Invoices", invoice(LineItems=lines, Status="AUTHORISED"))
    assert made["Total"] == Decimal("24.00")
    assert "Quantity" not in made["LineItems"][1]


async def test_an_unknown_tracking_option_is_an_error_or_dropped_by_switch(xero: XeroDriver) -> None:
    await xero.person("TrackingCategories", {"Name": "Region", "Options": [{"Name": "East"}]})
    good = [line(Tracking=[{"Name": "Region", "Option": "East"}])]
    (made,) = await xero.put("Invoices", invoice(LineItems=good))
    assert made["LineItems"][0]["Tracking"][0]["Option"] == "East"
    bad = invoice(LineItems=[line(Tracking=[{"Name": "Region", "Option": "West"}])])
    assert await refuse(xero, bad) == ["The tracking category or option is not valid"]
    xero.sandbox.change_switches(unknown_tracking="dropped")
    (made,) = await xero.put("Invoices", bad)
    assert made["LineItems"][0]["Tracking"] == []


async def test_tracked_stock_cannot_be_sold_below_zero(xero: XeroDriver) -> None:
    item = {
        "Code": "T1",
        "InventoryAssetAccountCode": "630",
        "PurchaseDetails": {"COGSAccountCode": "310", "UnitPrice": 3},
        "SalesDetails": {"UnitPrice": 5, "AccountCode": "200", "TaxType": "NONE"},
    }
    made_item = await xero.person("Items", item)
    sale = invoice(LineItems=[{"ItemCode": "T1", "Description": "T", "Quantity": 3}], Status="AUTHORISED")
    assert await refuse(xero, sale) == ["There is not enough quantity on hand of item 'T1'"]
    bought = [{"ItemCode": "T1", "Description": "T", "Quantity": 4, "UnitAmount": 3, "TaxType": "NONE"}]
    await xero.put("Invoices", bill(LineItems=bought, Status="AUTHORISED"))
    (sold,) = await xero.put("Invoices", sale)
    assert sold["StatusAttributeString"] == "OK"
    left = (await xero.get(f"/Items/{made_item['ItemID']}"))["Items"][0]
    assert (left["QuantityOnHand"], left["TotalCostPool"]) == (Decimal("1.0000"), Decimal("3.00"))
    await xero.post("Invoices", {"InvoiceID": sold["InvoiceID"], "Status": "VOIDED"})
    left = (await xero.get(f"/Items/{made_item['ItemID']}"))["Items"][0]
    assert left["QuantityOnHand"] == Decimal("4.0000")
