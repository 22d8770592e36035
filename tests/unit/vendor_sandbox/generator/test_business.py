"""The company on both sides: what stands where, and the oracle against sums taken from the vendors' own figures."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.generator.conftest import Business, make_business, make_writing

from vendor_sandbox.generator.business import generate_business
from vendor_sandbox.xero.new_organisation import make_organisation

SENT = {"Invoices": {"Approved", "Delivered"}, "Purchase_Orders": {"Delivered"}}
LINES = {"Invoices": "Invoiced_Items", "Purchase_Orders": "Purchase_Items"}
DATES = {"Invoices": "Invoice_Date", "Purchase_Orders": "PO_Date"}
Sums = dict[str, dict[str, dict[str, Decimal]]]


def list_written(business: Business, module: str) -> list[dict[str, Any]]:
    """CRM documents that belong in the ledger, found in the CRM itself and the planted list."""
    held = {one["record_id"] for one in business.truth["planted"] if not one["goes"]}
    held |= {one["record_id"] for planted in business.truth["planted"] for one in planted["holds"]}
    return [
        record
        for record in business.list_crm(module)
        if record["id"] not in held
        and record["Status"] in SENT[module]
        and record[DATES[module]] > business.truth["lock_date"]
    ]


def add_up(documents: list[dict[str, Any]], lines: str) -> Sums:
    """Net and tax by currency and tax, from the CRM's own computed columns."""
    sums: Sums = defaultdict(lambda: defaultdict(lambda: {"net": Decimal(0), "tax": Decimal(0)}))
    for document in documents:
        rates = sums[document["Currency"]]
        names = set()
        for row in document[lines]:
            name = row["Line_Tax"][0]["name"] if row["Line_Tax"] else "no tax"
            names.add(name)
            rates[name]["net"] += row["Total_After_Discount"]
            rates[name]["tax"] += row["Tax"]
        if document["Discount"]:
            (name,) = names
            rates[name]["net"] -= document["Discount"]
        if document["Adjustment"]:
            rates["adjustments"]["net"] += document["Adjustment"]
    return sums


def as_text(sums: Sums) -> dict[str, Any]:
    return {
        currency: {name: {key: f"{value:.2f}" for key, value in amount.items()} for name, amount in rates.items()}
        for currency, rates in sums.items()
    }


@pytest.mark.parametrize(("module", "key"), [("Invoices", "sales_by_rate"), ("Purchase_Orders", "purchases_by_rate")])
def test_the_oracle_adds_up_to_the_crms_own_figures(business: Business, module: str, key: str) -> None:
    documents = list_written(business, module)
    assert as_text(add_up(documents, LINES[module])) == business.truth["expected"][key]
    assert len(documents) == business.truth["expected"]["documents"][module]
    gross: Counter[str] = Counter()
    for document in documents:
        gross[document["Currency"]] += document["Grand_Total"]
    side = key.split("_", maxsplit=1)[0]
    assert {code: f"{total:.2f}" for code, total in gross.items()} == business.truth["expected"]["gross"][side]


def test_every_tax_is_in_use(business: Business) -> None:
    sales = business.truth["expected"]["sales_by_rate"]
    assert set(sales["GBP"]) == {"VAT 20%", "VAT 5%", "VAT 0%", "VAT exempt", "no tax", "adjustments"}
    assert set(sales["EUR"]) == {"VAT 0% (export)"}
    assert set(business.truth["expected"]["purchases_by_rate"]) == {"GBP", "EUR"}


def test_every_healthy_document_is_written_or_left_out_for_a_cause(business: Business) -> None:
    planted = business.truth["planted"]
    held = {(one["module"], one["record_id"]) for one in planted if not one["goes"]}
    held |= {(one["module"], one["record_id"]) for entry in planted for one in entry["holds"]}
    for module in ("Invoices", "Purchase_Orders"):
        left_out = sum(business.truth["expected"]["left_out"][module].values())
        documents = [one for one in business.list_crm(module) if (module, one["id"]) not in held]
        assert business.truth["expected"]["documents"][module] + left_out == len(documents)


def test_only_the_planted_document_is_dated_between_start_and_lock(business: Business) -> None:
    start, lock = business.truth["books_start_date"], business.truth["lock_date"]
    between = [
        record["id"]
        for module, name in DATES.items()
        for record in business.list_crm(module)
        if start <= record[name] <= lock
    ]
    assert between == [business.get_planted("date_in_locked_quarter")["record_id"]]
    assert business.organisation.period_lock_date == date.fromisoformat(lock) == date(2026, 6, 30)


def test_xero_has_forty_invoices_and_three_bills_in_pounds_and_euros_but_not_dollars(business: Business) -> None:
    types = Counter(invoice["Type"] for invoice in business.list_xero("Invoices"))
    assert types == {"ACCREC": 40, "ACCPAY": 3}
    assert set(business.organisation.currencies) == {"GBP", "EUR"}
    statuses = {invoice["Status"] for invoice in business.list_xero("Invoices")}
    assert statuses == {"DRAFT", "AUTHORISED", "PAID"}
    made = business.truth["made"]["xero"]
    assert (made["Invoices"], made["Bills"], made["Contacts"]) == (40, 3, len(business.list_xero("Contacts")))


def test_what_only_xero_has_adds_up_to_xeros_own_figures(business: Business) -> None:
    both = {one["xero_id"] for one in business.truth["already_there"]["documents"]}
    sums: dict[str, Sums] = {"ACCREC": {"GBP": {}}, "ACCPAY": {"GBP": {}}}
    own = [invoice for invoice in business.list_xero("Invoices") if invoice["InvoiceID"] not in both]
    for invoice in own:
        for line in invoice["LineItems"]:
            rate = sums[invoice["Type"]]["GBP"].setdefault(
                line["TaxType"], {"net": Decimal("0.00"), "tax": Decimal("0.00")}
            )
            rate["net"] += line["LineAmount"]
            rate["tax"] += line["TaxAmount"]
    typed = business.truth["typed"]["only_in_xero"]
    assert as_text(sums["ACCREC"]) == typed["sales_by_rate"]
    assert as_text(sums["ACCPAY"]) == typed["purchases_by_rate"]
    counts = Counter(invoice["Type"] for invoice in own)
    assert typed["documents"] == {"Invoices": counts["ACCREC"], "Bills": counts["ACCPAY"]}


def test_adopted_invoices_agree_in_number_contact_date_currency_and_total(business: Business) -> None:
    contacts = {one["record_id"]: one["xero_id"] for one in business.truth["already_there"]["contacts"]}
    in_xero = {invoice["InvoiceID"]: invoice for invoice in business.list_xero("Invoices")}
    assert len(business.truth["already_there"]["documents"]) == 8
    for one in business.truth["already_there"]["documents"]:
        ours, theirs = business.get_crm("Invoices", one["record_id"]), in_xero[one["xero_id"]]
        assert ours["Invoice_Number"] == theirs["InvoiceNumber"] == one["number"]
        assert contacts[ours["Account_Name"]["id"]] == theirs["Contact"]["ContactID"]
        assert theirs["DateString"].startswith(ours["Invoice_Date"])
        assert (theirs["CurrencyCode"], theirs["Total"]) == (ours["Currency"], ours["Grand_Total"])
        assert ours in list_written(business, "Invoices")


def test_known_contacts_are_found_by_name_capitals_or_email(business: Business) -> None:
    in_xero = {contact["ContactID"]: contact for contact in business.list_xero("Contacts")}
    main = {
        person["Account_Name"]["id"]: person["Email"]
        for person in business.list_crm("Contacts")
        if person["Main_Contact"]
    }
    hows: Counter[str] = Counter()
    for one in business.truth["already_there"]["contacts"]:
        theirs, ours = in_xero[one["xero_id"]], business.get_crm(one["module"], one["record_id"])
        name = ours["Account_Name"] if one["module"] == "Accounts" else ours["Vendor_Name"]
        email = main[ours["id"]] if one["module"] == "Accounts" else ours["Email"]
        hows[one["how"]] += 1
        assert (theirs["Name"] == name) is (one["how"] == "same_name")
        assert (theirs["Name"].casefold() == name.casefold()) is (one["how"] != "same_email")
        assert theirs["EmailAddress"] in {email, ""}
        if one["how"] == "same_email":
            assert theirs["EmailAddress"] == email
            assert {name.split()[-1], theirs["Name"].split()[-1]} == {"Ltd", "Limited"}
    assert hows == {"same_name": 24, "other_case": 2, "same_email": 3}
    numbers = [in_xero[one["xero_id"]].get("AccountNumber") for one in business.truth["already_there"]["contacts"]]
    assert any(numbers)
    assert not all(numbers)


def test_everybody_who_is_known_has_a_document_that_is_written(business: Business) -> None:
    parties = {one["Account_Name"]["id"] for one in list_written(business, "Invoices") if one["Account_Name"]}
    parties |= {one["Vendor_Name"]["id"] for one in list_written(business, "Purchase_Orders")}
    assert {one["record_id"] for one in business.truth["already_there"]["contacts"]} <= parties


def test_the_firm_that_buys_and_sells_does_both_and_xero_does_not_know_it(business: Business) -> None:
    bought = {one["Vendor_Name"]["name"] for one in list_written(business, "Purchase_Orders")}
    sold = {one["Account_Name"]["name"] for one in list_written(business, "Invoices") if one["Account_Name"]}
    (both,) = bought & sold
    assert both not in {contact["Name"] for contact in business.list_xero("Contacts")}


def test_no_invoice_number_of_xero_is_the_crms_but_the_adopted_ones_and_one(business: Business) -> None:
    ours = {record["Invoice_Number"]: record["id"] for record in business.list_crm("Invoices")}
    theirs = [one["InvoiceNumber"] for one in business.list_xero("Invoices") if one["Type"] == "ACCREC"]
    both = {one["number"] for one in business.truth["already_there"]["documents"]}
    (taken,) = (number for number in theirs if number in ours and number not in both)
    assert ours[taken] == business.get_planted("number_of_another_sale")["record_id"]
    assert len(set(theirs)) == len(theirs)


def test_one_sale_alone_looks_entered_already(business: Business) -> None:
    contacts = {one["xero_id"]: one["record_id"] for one in business.truth["already_there"]["contacts"]}
    ours = defaultdict(list)
    for record in business.list_crm("Invoices"):
        if record["Account_Name"] and record["Invoice_Date"] > business.truth["lock_date"]:
            ours[record["Account_Name"]["id"], record["Grand_Total"]].append(record)
    found = []
    for theirs in business.list_xero("Invoices"):
        for record in ours[contacts.get(theirs["Contact"]["ContactID"], ""), theirs["Total"]]:
            days = date.fromisoformat(record["Invoice_Date"]) - date.fromisoformat(theirs["DateString"][:10])
            if abs(days.days) <= 14 and record["Invoice_Number"] != theirs["InvoiceNumber"]:
                found.append(record["id"])
    assert found == [business.get_planted("same_sale_typed_twice")["record_id"]]


def test_carriage_is_an_item_with_an_account_of_its_own(business: Business) -> None:
    items = {item["Code"]: item for item in business.list_xero("Items")}
    accounts = {account["Code"]: account for account in business.list_xero("Accounts")}
    chosen = business.truth["bookkeeper"]["accounts"]["by_product"]["CARR"]["sales"]
    assert items["CARR"]["SalesDetails"]["AccountCode"] == chosen == accounts["205"]["Code"]
    assert accounts["205"]["Class"] == "REVENUE"
    assert {code: item["IsTrackedAsInventory"] for code, item in items.items() if code.startswith("TRK")} == {
        "TRK-01": True,
        "TRK-02": True,
    }
    assert items["TRK-01"]["QuantityOnHand"] == 400


def test_the_bookkeeper_speaks_of_everything_that_both_sides_have(business: Business) -> None:
    bookkeeper = business.truth["bookkeeper"]
    rates = {rate["TaxType"]: rate for rate in business.list_xero("TaxRates")}
    percents = {tax.name: tax.value for tax in business.writing.org.taxes}
    assert set(bookkeeper["taxes"]["sales"]) == set(percents)
    for side, flag in (("sales", "CanApplyToRevenue"), ("purchases", "CanApplyToExpenses")):
        for name, tax_type in bookkeeper["taxes"][side].items():
            assert rates[tax_type][flag]
            assert rates[tax_type]["EffectiveRate"] == percents[name]
    ((name, wrong),) = bookkeeper["wrong_on_purpose"]["taxes"]["sales"].items()
    assert name in percents
    assert not rates[wrong]["CanApplyToRevenue"]
    codes = {account["Code"] for account in business.list_xero("Accounts")}
    accounts = bookkeeper["accounts"]
    assert {
        accounts["sales"],
        accounts["purchases"],
        accounts["rounding"],
        *accounts["by_product"]["CARR"].values(),
    } <= codes
    assert bookkeeper["number_fields"]["supplier_number"] in business.writing.org.tables["Purchase_Orders"].fields
    assert bookkeeper["main_person_field"] in business.writing.org.tables["Contacts"].fields


def test_twice_the_same_seed_is_the_same_company_and_another_is_another(business: Business) -> None:
    again = make_business()
    assert again.truth == business.truth
    assert again.list_crm("Invoices") == business.list_crm("Invoices")
    assert again.list_xero("Invoices") == business.list_xero("Invoices")
    assert make_business(seed="2").truth["expected"] != business.truth["expected"]


@pytest.mark.parametrize("seed", ["1", "2", "harbour"])
@pytest.mark.parametrize("day", ["2026-01-03", "2026-03-01", "2026-08-30", "2028-02-29"])
def test_on_other_days_and_seeds_the_company_is_whole_too(day: str, seed: str) -> None:
    business = make_business(datetime.fromisoformat(f"{day}T09:30:00").replace(tzinfo=UTC), seed)
    test_the_oracle_adds_up_to_the_crms_own_figures(business, "Invoices", "sales_by_rate")
    test_only_one_of_each_kind(business)
    assert len(business.truth["already_there"]["documents"]) == 8
    assert len([one for one in business.list_xero("Invoices") if one["Type"] == "ACCREC"]) == 40


def test_only_one_of_each_kind(business: Business) -> None:
    kinds = Counter(planted["kind"] for planted in business.truth["planted"])
    assert {kind for kind, count in kinds.items() if count > 1} == {"two_john_smiths", "codes_differ_by_case"}
    assert len(kinds) == 23


def test_sides_that_are_not_empty_or_know_one_currency_are_refused(business: Business) -> None:
    with pytest.raises(ValueError, match="empty"):
        generate_business(business.writing, business.organisation, seed="1")
    writing = make_writing()
    organisation = make_organisation(writing.core.mint, writing.at, {"name": "Harbour Lane"})
    with pytest.raises(ValueError, match="multi_currency"):
        generate_business(writing, organisation, seed="1")
