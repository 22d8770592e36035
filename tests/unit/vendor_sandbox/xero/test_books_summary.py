"""The summary of the books that reconciliation reads."""

from __future__ import annotations

from decimal import Decimal

from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, invoice, line, purchase_order, quote


async def test_an_empty_ledger_sums_to_nothing(xero: XeroDriver) -> None:
    summary = await xero.control("GET", f"/{xero.tenant_id}/summary")
    assert summary == {
        "invoices": 0,
        "total": "0.00",
        "contacts": 0,
        "items": 0,
        "bills": 0,
        "bills_total": "0.00",
        "purchase_orders": 0,
        "purchase_orders_total": "0.00",
        "quotes": 0,
        "quotes_total": "0.00",
        "statuses": {"invoices": {}, "bills": {}, "purchase_orders": {}, "quotes": {}},
        "vat": {"sales": {}, "purchases": {}},
    }


async def test_every_kind_is_counted_and_summed_without_what_ended(xero: XeroDriver, contact_id: str) -> None:
    (gone, _, _) = await xero.put("Invoices", invoice(), invoice(Status="AUTHORISED"), bill())
    await xero.post("Invoices", {"InvoiceID": gone["InvoiceID"], "Status": "DELETED"})
    _, ended = await xero.put("PurchaseOrders", purchase_order(contact_id), purchase_order(contact_id))
    await xero.post("PurchaseOrders", {"PurchaseOrderID": ended["PurchaseOrderID"], "Status": "DELETED"})
    await xero.put("Quotes", quote(contact_id), quote(contact_id, Status="SENT"))
    summary = await xero.control("GET", f"/{xero.tenant_id}/summary")
    assert (summary["invoices"], summary["total"]) == (1, "24.00")
    assert (summary["bills"], summary["bills_total"]) == (1, "24.00")
    assert (summary["purchase_orders"], summary["purchase_orders_total"]) == (1, "24.00")
    assert (summary["quotes"], summary["quotes_total"]) == (2, "48.00")
    assert summary["statuses"] == {
        "invoices": {"DELETED": 1, "AUTHORISED": 1},
        "bills": {"DRAFT": 1},
        "purchase_orders": {"DRAFT": 1, "DELETED": 1},
        "quotes": {"DRAFT": 1, "SENT": 1},
    }


async def test_vat_is_net_and_tax_of_living_lines_by_rate_and_side(xero: XeroDriver) -> None:
    rates = [line(), line(TaxType="RROUTPUT", Quantity=1), line(TaxType="ZERORATEDOUTPUT"), {"Description": "Thanks"}]
    inclusive = [line(Quantity=1, UnitAmount=Decimal("12.00"))]
    _, _, gone, _ = await xero.put(
        "Invoices",
        invoice(LineItems=rates),
        invoice(LineItems=inclusive, LineAmountTypes="Inclusive"),
        invoice(),
        bill(LineItems=[line(AccountCode="445", TaxType="RRINPUT")]),
    )
    await xero.post("Invoices", {"InvoiceID": gone["InvoiceID"], "Status": "DELETED"})
    vat = (await xero.control("GET", f"/{xero.tenant_id}/summary"))["vat"]
    assert vat == {
        "sales": {
            "OUTPUT2": {"net": "30.00", "tax": "6.00"},
            "RROUTPUT": {"net": "10.00", "tax": "0.50"},
            "ZERORATEDOUTPUT": {"net": "20.00", "tax": "0.00"},
        },
        "purchases": {"RRINPUT": {"net": "20.00", "tax": "1.00"}},
    }
