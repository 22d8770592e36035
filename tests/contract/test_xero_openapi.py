"""The simulated Xero against the vendor's own OpenAPI file.

Skipped where the file is not there (it is not ours to ship); REQUIRE_SHARED=1 turns the skip into a failure.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest
from tests.contract.xero_schema import XeroSpecification, find_specification, validate_request
from tests.unit.vendor_sandbox.xero.driver import (
    START,
    XeroDriver,
    bill,
    invoice,
    line,
    open_driver,
    purchase_order,
    quote,
)

from vendor_sandbox.app import create_sandbox
from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.xero.routes import list_served_operations

SCOPES = "offline_access accounting.contacts accounting.invoices accounting.payments accounting.settings"
CONTACT = {
    "Name": "Full Ltd",
    "ContactNumber": "554433000000123456",
    "AccountNumber": "F1",
    "FirstName": "Fay",
    "LastName": "Full",
    "EmailAddress": "fay@example.com",
    "TaxNumber": "GB123456789",
    "AccountsReceivableTaxType": "OUTPUT2",
    "DefaultCurrency": "GBP",
    "SalesDefaultAccountCode": "200",
    "SalesDefaultLineAmountType": "EXCLUSIVE",
    "Addresses": [{"AddressType": "POBOX", "AddressLine1": "1 High St", "City": "Leeds", "Country": "United Kingdom"}],
    "Phones": [{"PhoneType": "MOBILE", "PhoneNumber": "7700900123", "PhoneCountryCode": "44"}],
    "ContactPersons": [{"FirstName": "Al", "EmailAddress": "al@example.com", "IncludeInEmails": True}],
    "PaymentTerms": {"Sales": {"Day": 30, "Type": "DAYSAFTERBILLDATE"}, "Bills": {"Day": 5, "Type": "OFCURRENTMONTH"}},
}


def get_file(name: str) -> XeroSpecification:
    """The vendor's file; skips (or fails, by REQUIRE_SHARED) where it is absent."""
    found = find_specification(name)
    if found is None:
        message = f"XERO_OPENAPI_DIR does not lead to {name}"
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def specification() -> XeroSpecification:
    return get_file("xero_accounting.yaml")


@pytest.fixture
async def xero() -> AsyncIterator[XeroDriver]:
    """A connected driver whose organisation has one of everything."""
    sandbox = create_sandbox(clock=VirtualClock(START))
    sandbox.change_switches(limits="off")
    async with open_driver(sandbox) as driver:
        await driver.connect(SCOPES)
        await fill_books(driver)
        yield driver


async def fill_books(xero: XeroDriver) -> None:
    """Documents in every status, paid, credited, discounted, tracked, foreign; an archived contact."""
    await xero.settings(currencies=["USD"], period_lock_date="2025-12-31", end_of_year_lock_date="2025-03-31")
    await xero.settings(sales_term_days=30, tax_number="GB1")
    await xero.person("TrackingCategories", {"Name": "Region", "Options": [{"Name": "East"}]})
    await xero.put("Contacts", CONTACT, {"Name": "Old Ltd"})
    await xero.post("Contacts", {"Name": "Old Ltd", "ContactStatus": "ARCHIVED"})
    sides = {"SalesDetails": {"UnitPrice": Decimal("5.1234"), "AccountCode": "200", "TaxType": "OUTPUT2"}}
    tracked = {"InventoryAssetAccountCode": "630", "PurchaseDetails": {"UnitPrice": 3, "COGSAccountCode": "310"}}
    await xero.put("Items", {"Code": "S1", "Name": "Service", **sides}, {"Code": "T1", **sides, **tracked})
    full = {"Reference": "R", "Url": "https://crm.example.com/1", "ExpectedPaymentDate": "2026-12-24"}
    rich = line(ItemCode="S1", DiscountRate=10, Tracking=[{"Name": "Region", "Option": "East"}])
    made = await xero.put(
        "Invoices",
        invoice(Status="AUTHORISED", Contact={"Name": "Full Ltd"}, LineItems=[rich, {"Description": "Thanks"}], **full),
        invoice(Status="AUTHORISED"),
        invoice(Status="AUTHORISED"),
        invoice(Status="AUTHORISED", CurrencyCode="USD"),
        invoice(),
        bill(Status="SUBMITTED", InvoiceNumber="B-1", PlannedPaymentDate="2026-12-01"),
        bill(),
    )
    _, paid, credited, foreign, draft, _, _ = (one["InvoiceID"] for one in made)
    await xero.put(
        "Payments",
        *[
            {"Invoice": {"InvoiceID": one}, "Account": {"Code": "090"}, "Date": "2026-11-21", "Amount": amount}
            for one, amount in ((paid, 24), (foreign, 5))
        ],
    )
    for kind in ("CreditNote", "Prepayment", "Overpayment"):
        await xero.person("Allocations", {"InvoiceID": credited, "Kind": kind, "Amount": 1})
    await xero.post("Invoices", {"InvoiceID": draft, "Status": "DELETED"})
    await _fill_orders(xero, made[0]["Contact"]["ContactID"])


async def _fill_orders(xero: XeroDriver, contact_id: str) -> None:
    """Purchase orders and quotes with every field, tracked, foreign, deleted, sent."""
    delivery = {
        "DeliveryDate": "2026-12-01",
        "ExpectedArrivalDate": "2026-12-02",
        "DeliveryAddress": "1 High St",
        "AttentionTo": "Al",
        "Telephone": "0113",
        "DeliveryInstructions": "Ring twice",
        "Reference": "R",
    }
    theme = (await xero.get("/BrandingThemes"))["BrandingThemes"][0]["BrandingThemeID"]
    orders = await xero.put(
        "PurchaseOrders",
        purchase_order(contact_id, Status="AUTHORISED", SentToContact=True, BrandingThemeID=theme, **delivery),
        purchase_order(contact_id, CurrencyCode="USD", LineItems=[{"Description": "Thanks"}]),
        purchase_order(contact_id),
    )
    await xero.post("PurchaseOrders", {"PurchaseOrderID": orders[2]["PurchaseOrderID"], "Status": "DELETED"})
    texts = {"Title": "T", "Summary": "S", "Terms": "Z", "Reference": "R", "ExpiryDate": "2026-12-31"}
    rich = line(ItemCode="S1", DiscountRate=10, Tracking=[{"Name": "Region", "Option": "East"}])
    await xero.put(
        "Quotes",
        quote(contact_id, Status="SENT", BrandingThemeID=theme, LineItems=[rich], **texts),
        quote(contact_id, CurrencyCode="USD", LineAmountTypes="NOTAX"),
    )


def test_every_served_operation_is_in_the_vendors_file(specification: XeroSpecification) -> None:
    assert set(list_served_operations()) <= specification.list_operations()


@pytest.mark.parametrize(
    ("operation", "path", "params"),
    [
        ("getOrganisations", "/Organisation", {}),
        ("getOrganisationActions", "/Organisation/Actions", {}),
        ("getAccounts", "/Accounts", {}),
        ("getTaxRates", "/TaxRates", {}),
        ("getTaxRateByTaxType", "/TaxRates/OUTPUT2", {}),
        ("getCurrencies", "/Currencies", {}),
        ("getTrackingCategories", "/TrackingCategories", {}),
        ("getBrandingThemes", "/BrandingThemes", {}),
        ("getUsers", "/Users", {}),
        ("getContacts", "/Contacts", {"includeArchived": "true"}),
        ("getContacts", "/Contacts", {"page": "1"}),
        ("getContacts", "/Contacts", {"summaryOnly": "true"}),
        ("getContactByContactNumber", "/Contacts/554433000000123456", {}),
        ("getItems", "/Items", {"unitdp": "4"}),
        ("getItem", "/Items/T1", {}),
        ("getInvoices", "/Invoices", {}),
        ("getInvoices", "/Invoices", {"page": "1", "pageSize": "1000", "unitdp": "4"}),
        ("getInvoices", "/Invoices", {"summaryOnly": "true"}),
        ("getInvoices", "/Invoices", {"Statuses": "AUTHORISED,PAID,VOIDED,DELETED"}),
        ("getInvoice", "/Invoices/INV-0001", {}),
        ("getInvoice", "/Invoices/INV-0003", {}),
        ("getPayments", "/Payments", {"page": "1"}),
        ("getPurchaseOrders", "/PurchaseOrders", {}),
        ("getPurchaseOrders", "/PurchaseOrders", {"Status": "DELETED", "page": "1", "pageSize": "10"}),
        ("getPurchaseOrderByNumber", "/PurchaseOrders/PO-0001", {}),
        ("getQuotes", "/Quotes", {"page": "1"}),
        ("getQuotes", "/Quotes", {"QuoteNumber": "QU-0002"}),
    ],
)
async def test_a_read_answers_as_the_vendors_schema_says(
    specification: XeroSpecification, xero: XeroDriver, operation: str, path: str, params: dict[str, str]
) -> None:
    answer = await xero.call("GET", path, params=params)
    assert answer.status_code == 200
    plural = path.split("/")[1].replace("Organisation", "Organisations")
    listed = answer.json().get("Actions") or answer.json()[plural]
    assert listed
    assert specification.find_answer_mistakes(operation, answer.json()) == []


async def test_single_reads_by_id_answer_as_the_vendors_schema_says(
    specification: XeroSpecification, xero: XeroDriver
) -> None:
    for operation, plural, id_name in (
        ("getInvoice", "Invoices", "InvoiceID"),
        ("getContact", "Contacts", "ContactID"),
        ("getItem", "Items", "ItemID"),
        ("getPayment", "Payments", "PaymentID"),
        ("getPurchaseOrder", "PurchaseOrders", "PurchaseOrderID"),
        ("getQuote", "Quotes", "QuoteID"),
        ("getAccount", "Accounts", "AccountID"),
        ("getTrackingCategory", "TrackingCategories", "TrackingCategoryID"),
    ):
        for record in (await xero.get(f"/{plural}"))[plural]:
            answer = await xero.call("GET", f"/{plural}/{record[id_name]}")
            assert specification.find_answer_mistakes(operation, answer.json()) == []


async def test_writes_answer_as_the_vendors_schema_says(specification: XeroSpecification, xero: XeroDriver) -> None:
    async def write(operation: str, method: str, path: str, body: object) -> httpx.Response:
        answer = await xero.call(method, path, body, params={"summarizeErrors": "false"})
        assert answer.status_code == 200
        assert specification.find_answer_mistakes(operation, answer.json()) == []
        return answer

    made = await write("createInvoices", "PUT", "/Invoices", {"Invoices": [invoice(), invoice(CurrencyCode="EUR")]})
    invoice_id = made.json()["Invoices"][0]["InvoiceID"]
    await write("updateOrCreateInvoices", "POST", "/Invoices", {"Invoices": [bill(), {"InvoiceID": invoice_id}]})
    await write("updateInvoice", "POST", f"/Invoices/{invoice_id}", {"Reference": "x"})
    await write("createContacts", "PUT", "/Contacts", {"Contacts": [{"Name": "New"}, {"Name": "New"}]})
    await write("createItems", "PUT", "/Items", {"Items": [{"Code": "N"}, {"Code": "N"}]})
    await write("createCurrency", "PUT", "/Currencies", {"Code": "EUR"})
    contact_id = made.json()["Invoices"][0]["Contact"]["ContactID"]
    orders = {
        "PurchaseOrders": [purchase_order(contact_id, SentToContact=True), purchase_order(contact_id, LineItems=[])]
    }
    made = await write("createPurchaseOrders", "PUT", "/PurchaseOrders", orders)
    order_id = made.json()["PurchaseOrders"][0]["PurchaseOrderID"]
    await write("updateOrCreatePurchaseOrders", "POST", "/PurchaseOrders", orders)
    await write("updatePurchaseOrder", "POST", f"/PurchaseOrders/{order_id}", {"AttentionTo": "Bo", "Contact": {}})
    quotes = {"Quotes": [quote(contact_id), quote(contact_id, LineItems=[])]}
    made = await write("createQuotes", "PUT", "/Quotes", quotes)
    await write("updateOrCreateQuotes", "POST", "/Quotes", quotes)
    await write(
        "updateQuote", "POST", f"/Quotes/{made.json()['Quotes'][0]['QuoteID']}", quote(contact_id, Status="SENT")
    )
    paid = (await xero.get("/Payments"))["Payments"][0]["PaymentID"]
    await write("deletePayment", "POST", f"/Payments/{paid}", {"Status": "DELETED"})


async def test_refusals_answer_as_the_vendors_error_schema_says(
    specification: XeroSpecification, xero: XeroDriver
) -> None:
    for kind, body in (
        ("Invoices", {"Invoices": [invoice(CurrencyCode="EUR")]}),
        ("Invoices", {"Invoices": [invoice(Status="WRONG")]}),
        ("Contacts", {"Contacts": [{"Name": "Full Ltd"}]}),
        ("Items", {"Items": [{"Code": "S1"}]}),
        ("Payments", {"Payments": [{"Amount": 1}]}),
        ("PurchaseOrders", {"PurchaseOrders": [purchase_order("3ff6d40c-af9a-40a3-89ce-3c1556a25591")]}),
        ("Quotes", {"Quotes": [{"Date": "2026-11-20"}]}),
        ("Quotes", {"Quotes": [{"LineAmountTypes": "Exclusive"}]}),
    ):
        answer = await xero.call("PUT", f"/{kind}", body)
        assert answer.status_code == 400
        assert specification.find_component_mistakes("Error", answer.json()) == []


async def test_connections_answer_as_the_vendors_identity_file_says(xero: XeroDriver) -> None:
    identity = get_file("xero-identity.yaml")
    bearer = {"authorization": f"Bearer {xero.tokens['access_token']}"}
    answer = await xero.client.get("/xero/connections", headers=bearer)
    assert answer.json()
    assert identity.find_answer_mistakes("getConnections", answer.json()) == []


@pytest.mark.usefixtures("specification")
def test_requests_are_judged_by_the_vendors_schema() -> None:
    good = {"Invoices": [{**invoice(), "LineItems": [line(UnitAmount=10)]}]}
    assert validate_request("createInvoices", good) == []
    assert validate_request("updateInvoice", b'{"Reference": "x"}') == []
    assert validate_request("createContacts", CONTACT) == []
    contact_id = "3ff6d40c-af9a-40a3-89ce-3c1556a25591"
    plain = [line(UnitAmount=10)]
    order, offer = purchase_order(contact_id, LineItems=plain), quote(contact_id, LineItems=plain)
    assert validate_request("createPurchaseOrders", order) == validate_request("createQuotes", offer) == []
    assert validate_request("updateQuote", {**offer, "LineAmountTypes": "Exclusive"})
    assert validate_request("updatePurchaseOrder", {**order, "Url": "https://crm.example.com/1"})
    wrongs: tuple[dict[str, object], ...] = (
        {"Status": "WRONG"},
        {"Nonsense": 1},
        {"Total": 5},
        {"Date": "20/11/2026"},
        {"Contact": []},
    )
    for wrong in wrongs:
        assert validate_request("createInvoices", {"Invoices": [wrong]}), wrong


def test_the_judge_sees_wrong_answers(specification: XeroSpecification) -> None:
    for wrong in (
        {"Invoices": [{"Status": "OPEN"}]},
        {"Invoices": [{"Date": "2026-11-20"}]},
        {"Invoices": [{"InvoiceID": "12"}]},
        {"Invoices": [{"Total": "5"}]},
        {"Invoices": [{"Nonsense": 1}]},
    ):
        assert specification.find_answer_mistakes("getInvoices", wrong), wrong
