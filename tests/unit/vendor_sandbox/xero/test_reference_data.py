"""Organisation, accounts, tax rates, currencies and the other small lists."""

from __future__ import annotations

from decimal import Decimal

from tests.unit.vendor_sandbox.xero.driver import XeroDriver


async def test_lock_dates_are_absent_until_they_are_set(xero: XeroDriver) -> None:
    shown = (await xero.get("/Organisation"))["Organisations"][0]
    assert not {"PeriodLockDate", "EndOfYearLockDate"} & set(shown)
    assert (shown["Name"], shown["BaseCurrency"], shown["CountryCode"]) == ("Acme Ltd", "GBP", "GB")
    await xero.settings(period_lock_date="2018-12-31")
    shown = (await xero.get("/Organisation"))["Organisations"][0]
    assert shown["PeriodLockDate"] == "/Date(1546214400000+0000)/"


async def test_actions_tell_what_the_connected_person_may_do_and_approval_obeys(xero: XeroDriver) -> None:
    await xero.settings(denied_actions=["CreateApprovedBill"], multi_currency=False)
    actions = {one["Name"]: one["Status"] for one in (await xero.get("/Organisation/Actions"))["Actions"]}
    assert actions["CreateApprovedBill"] == actions["UseMulticurrency"] == "NOT-ALLOWED"
    assert actions["CreateApprovedInvoice"] == "ALLOWED"


async def test_the_chart_has_uk_accounts_with_system_accounts_and_codes(xero: XeroDriver) -> None:
    listed = (await xero.get("/Accounts"))["Accounts"]
    accounts = {one["Code"]: one for one in listed}
    assert (accounts["200"]["Type"], accounts["200"]["TaxType"]) == ("REVENUE", "OUTPUT2")
    assert accounts["610"]["SystemAccount"] == "DEBTORS"
    assert accounts["860"]["SystemAccount"] == "ROUNDING"
    assert "SystemAccount" not in accounts["200"]
    found = (await xero.get("/Accounts", where='Type=="BANK" AND Status=="ACTIVE"'))["Accounts"]
    assert [one["Code"] for one in found] == ["090", "091"]
    single = await xero.get(f"/Accounts/{accounts['200']['AccountID']}")
    assert single["Accounts"][0]["Name"] == "Sales"
    made = await xero.person("Accounts", {"Name": "Petty cash", "Type": "BANK"})
    assert "Code" not in made


async def test_tax_rates_tell_where_they_apply_and_a_deregistered_organisation_has_none(xero: XeroDriver) -> None:
    rates = {one["TaxType"]: one for one in (await xero.get("/TaxRates"))["TaxRates"]}
    assert rates["OUTPUT2"]["EffectiveRate"] == Decimal("20.0000")
    assert (rates["OUTPUT2"]["CanApplyToRevenue"], rates["OUTPUT2"]["CanApplyToExpenses"]) == (True, False)
    assert (rates["RRINPUT"]["EffectiveRate"], rates["RRINPUT"]["CanApplyToRevenue"]) == (Decimal("5.0000"), False)
    await xero.settings(pays_tax=False)
    rates = {one["TaxType"]: one["Status"] for one in (await xero.get("/TaxRates"))["TaxRates"]}
    assert [name for name, status in rates.items() if status == "ACTIVE"] == ["NONE"]
    assert (await xero.get("/TaxRates/NONE"))["TaxRates"][0]["Name"] == "No VAT"


async def test_a_currency_is_switched_on_only_with_a_plan_that_has_many(xero: XeroDriver) -> None:
    await xero.control("POST", "/users", {"name": "Eve", "organisations": [xero.tenant_id]})
    await xero.connect("accounting.settings")
    await xero.settings(multi_currency=False)
    assert (await xero.call("PUT", "/Currencies", {"Code": "USD"})).status_code == 400
    await xero.settings(multi_currency=True)
    assert (await xero.call("PUT", "/Currencies", {"Code": "USD"})).status_code == 200
    assert (await xero.call("PUT", "/Currencies", {"Code": "XXX"})).status_code == 400
    assert [one["Code"] for one in (await xero.get("/Currencies"))["Currencies"]] == ["GBP", "USD"]


async def test_archived_tracking_categories_are_shown_on_demand(xero: XeroDriver) -> None:
    made = await xero.person("TrackingCategories", {"Name": "Region", "Options": [{"Name": "East"}]})
    path = f"/TrackingCategories/{made['TrackingCategoryID']}"
    await xero.control("PATCH", f"/{xero.tenant_id}{path}", {"Status": "ARCHIVED"})
    assert (await xero.get("/TrackingCategories"))["TrackingCategories"] == []
    shown = (await xero.get("/TrackingCategories", includeArchived="true"))["TrackingCategories"]
    assert shown[0]["Options"][0]["Name"] == "East"
    assert (await xero.get(path))["TrackingCategories"][0]["Status"] == "ARCHIVED"


async def test_there_is_a_default_branding_theme_and_the_users_are_listed(xero: XeroDriver) -> None:
    assert (await xero.get("/BrandingThemes"))["BrandingThemes"][0]["SortOrder"] == 0
    assert (await xero.get("/Users"))["Users"][0]["UserID"] == xero.user_id
