"""The small lists that writers cache: organisation, accounts, tax rates, currencies, tracking, themes, users."""

from __future__ import annotations

from typing import Any

from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.batch import read_elements
from vendor_sandbox.xero.body_shapes import Scalar, Shape, is_guid, normalise_guid, read_object
from vendor_sandbox.xero.dates import render_date, render_instant
from vendor_sandbox.xero.listing import Listable, answer_list, select_records
from vendor_sandbox.xero.organisation import Member, Organisation
from vendor_sandbox.xero.records import Account, BrandingTheme, TaxRate, TrackingCategory
from vendor_sandbox.xero.refusals import resource_missing, validation_failed
from vendor_sandbox.xero.rights import ACTIONS, list_denied_actions
from vendor_sandbox.xero.uk_books import CURRENCY_NAMES
from vendor_sandbox.xero.where_parser import DATE, FLAG, GUID, NUMBER, TEXT, Queryable

_VERSIONS = {"GB": "UK", "AU": "AU", "NZ": "NZ", "US": "US"}
_CURRENCY_SHAPE: Shape = {"Code": Scalar.TEXT, "Description": Scalar.TEXT}

ACCOUNTS: Listable[Account] = Listable(
    "Accounts",
    {
        "accountid": Queryable(GUID, lambda account: account.account_id),
        "code": Queryable(TEXT, lambda account: account.code or None),
        "name": Queryable(TEXT, lambda account: account.name),
        "type": Queryable(TEXT, lambda account: account.type),
        "class": Queryable(TEXT, lambda account: account.account_class),
        "status": Queryable(TEXT, lambda account: account.status),
        "taxtype": Queryable(TEXT, lambda account: account.tax_type),
        "systemaccount": Queryable(TEXT, lambda account: account.system_account or None),
        "enablepaymentstoaccount": Queryable(FLAG, lambda account: account.enable_payments),
        "updateddateutc": Queryable(DATE, lambda account: account.updated_at),
    },
    lambda account: (account.code, account.account_id),
    lambda account: account.updated_at,
)
TAX_RATES: Listable[TaxRate] = Listable(
    "TaxRates",
    {
        "name": Queryable(TEXT, lambda rate: rate.name),
        "taxtype": Queryable(TEXT, lambda rate: rate.tax_type),
        "status": Queryable(TEXT, lambda rate: rate.status),
        "reporttaxtype": Queryable(TEXT, lambda rate: rate.report_tax_type),
        "effectiverate": Queryable(NUMBER, lambda rate: rate.rate),
        "canapplytorevenue": Queryable(FLAG, lambda rate: rate.applies_to_revenue),
        "canapplytoexpenses": Queryable(FLAG, lambda rate: rate.applies_to_expenses),
    },
    lambda rate: rate.name,
)
CURRENCIES: Listable[tuple[str, str]] = Listable(
    "Currencies",
    {
        "code": Queryable(TEXT, lambda currency: currency[0]),
        "description": Queryable(TEXT, lambda currency: currency[1]),
    },
    lambda currency: currency[0],
)
TRACKING: Listable[TrackingCategory] = Listable(
    "TrackingCategories",
    {
        "trackingcategoryid": Queryable(GUID, lambda category: category.category_id),
        "name": Queryable(TEXT, lambda category: category.name),
        "status": Queryable(TEXT, lambda category: category.status),
    },
    lambda category: category.name,
)
BRANDING: Listable[BrandingTheme] = Listable("BrandingThemes", {}, lambda theme: theme.sort_order)
USERS: Listable[Member] = Listable(
    "Users",
    {
        "userid": Queryable(GUID, lambda member: member.user_id),
        "emailaddress": Queryable(TEXT, lambda member: member.email),
        "organisationrole": Queryable(TEXT, lambda member: member.role),
    },
    lambda member: member.user_id,
    lambda member: member.updated_at,
)


def get_organisation(call: ApiCall) -> ApiAnswer:
    """GET /Organisation."""
    return ApiAnswer({"Organisations": [render_organisation(call.organisation)]})


def list_actions(call: ApiCall) -> ApiAnswer:
    """GET /Organisation/Actions: what the connected person may do."""
    denied = list_denied_actions(call.organisation, call.request.user_id)
    actions = [{"Name": name, "Status": "NOT-ALLOWED" if name in denied else "ALLOWED"} for name in ACTIONS]
    return ApiAnswer({"Actions": actions})


def list_accounts(call: ApiCall) -> ApiAnswer:
    """GET /Accounts: the whole chart, archived accounts too."""
    chosen = select_records(call, ACCOUNTS, call.organisation.accounts.values())
    return answer_list(call, ACCOUNTS, chosen, render_account, None)


def get_account(call: ApiCall) -> ApiAnswer:
    """GET /Accounts/{AccountID}."""
    account = call.organisation.accounts.get(normalise_guid(call.key)) if is_guid(call.key) else None
    if account is None:
        raise resource_missing()
    return ApiAnswer({"Accounts": [render_account(account)]})


def list_tax_rates(call: ApiCall) -> ApiAnswer:
    """GET /TaxRates."""
    chosen = select_records(call, TAX_RATES, call.organisation.tax_rates.values())
    return answer_list(call, TAX_RATES, chosen, render_tax_rate, None)


def get_tax_rate(call: ApiCall) -> ApiAnswer:
    """GET /TaxRates/{TaxType}."""
    rate = call.organisation.tax_rates.get(call.key)
    if rate is None:
        raise resource_missing()
    return ApiAnswer({"TaxRates": [render_tax_rate(rate)]})


def list_currencies(call: ApiCall) -> ApiAnswer:
    """GET /Currencies: those switched on."""
    chosen = select_records(call, CURRENCIES, call.organisation.currencies.items())
    return answer_list(call, CURRENCIES, chosen, _render_currency, None)


def put_currency(call: ApiCall) -> ApiAnswer:
    """PUT /Currencies: switch one on; needs a plan with multi-currency."""
    elements = read_elements(call.request.body, "Currencies")
    code = read_object(elements[0], _CURRENCY_SHAPE).find_text("Code") or ""
    organisation = call.organisation
    message = None
    if code not in CURRENCY_NAMES:
        message = f"The currency code {code} is not valid"
    elif not organisation.multi_currency:
        message = "Organisation is not subscribed to multi-currency"
    if message is not None:
        raise validation_failed([{**elements[0], "ValidationErrors": [{"Message": message}]}])
    organisation.currencies[code] = CURRENCY_NAMES[code]
    return ApiAnswer({"Currencies": [_render_currency((code, CURRENCY_NAMES[code]))]})


def list_tracking_categories(call: ApiCall) -> ApiAnswer:
    """GET /TrackingCategories; archived ones on demand."""
    archived = call.read_flag("includearchived")
    records = [
        category
        for category in call.organisation.tracking.values()
        if category.status == "ACTIVE" or (archived and category.status == "ARCHIVED")
    ]
    chosen = select_records(call, TRACKING, records)
    return answer_list(call, TRACKING, chosen, render_tracking_category, None)


def get_tracking_category(call: ApiCall) -> ApiAnswer:
    """GET /TrackingCategories/{TrackingCategoryID}."""
    category = call.organisation.tracking.get(normalise_guid(call.key)) if is_guid(call.key) else None
    if category is None:
        raise resource_missing()
    return ApiAnswer({"TrackingCategories": [render_tracking_category(category)]})


def list_branding_themes(call: ApiCall) -> ApiAnswer:
    """GET /BrandingThemes."""
    chosen = select_records(call, BRANDING, call.organisation.branding.values())
    return answer_list(call, BRANDING, chosen, render_branding_theme, None)


def list_users(call: ApiCall) -> ApiAnswer:
    """GET /Users."""
    chosen = select_records(call, USERS, call.organisation.members.values())
    return answer_list(call, USERS, chosen, render_member, None)


def render_organisation(organisation: Organisation) -> dict[str, Any]:
    """The organisation; lock dates are absent while unset."""
    shown: dict[str, Any] = {
        "Name": organisation.name,
        "LegalName": organisation.name,
        "PaysTax": organisation.pays_tax,
        "Version": _VERSIONS.get(organisation.country_code, "GLOBAL"),
        "OrganisationType": "COMPANY",
        "BaseCurrency": organisation.base_currency,
        "CountryCode": organisation.country_code,
        "IsDemoCompany": organisation.is_demo,
        "OrganisationStatus": "ACTIVE",
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 3,
        "SalesTaxBasis": "ACCRUALS" if organisation.pays_tax else "NONE",
        "SalesTaxPeriod": "QUARTERLY" if organisation.pays_tax else "NONE",
        "DefaultSalesTax": organisation.default_sales_tax,
        "DefaultPurchasesTax": organisation.default_purchases_tax,
        "CreatedDateUTC": render_instant(organisation.created_at),
        "OrganisationEntityType": "COMPANY",
        "Timezone": organisation.timezone_code,
        "ShortCode": organisation.short_code,
        "OrganisationID": organisation.organisation_id,
        "Edition": "BUSINESS",
        "Class": organisation.plan,
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
        "PaymentTerms": _render_terms(organisation),
    }
    if organisation.tax_number:
        shown["TaxNumber"] = organisation.tax_number
    if organisation.period_lock_date is not None:
        shown["PeriodLockDate"] = render_date(organisation.period_lock_date)
    if organisation.end_of_year_lock_date is not None:
        shown["EndOfYearLockDate"] = render_date(organisation.end_of_year_lock_date)
    return shown


def render_account(account: Account) -> dict[str, Any]:
    """An account; Code is absent where there is none."""
    shown: dict[str, Any] = {"AccountID": account.account_id}
    if account.code:
        shown["Code"] = account.code
    shown |= {
        "Name": account.name,
        "Status": account.status,
        "Type": account.type,
        "TaxType": account.tax_type,
        "Class": account.account_class,
        "EnablePaymentsToAccount": account.enable_payments,
        "ShowInExpenseClaims": False,
        "HasAttachments": False,
        "UpdatedDateUTC": render_instant(account.updated_at),
        "AddToWatchlist": False,
    }
    if account.description:
        shown["Description"] = account.description
    if account.system_account:
        shown["SystemAccount"] = account.system_account
    if account.type == "BANK":
        shown["BankAccountNumber"] = account.bank_account_number
        shown["BankAccountType"] = "BANK"
        shown["CurrencyCode"] = account.currency_code
    return shown


def render_tax_rate(rate: TaxRate) -> dict[str, Any]:
    """A tax rate with its one component."""
    return {
        "Name": rate.name,
        "TaxType": rate.tax_type,
        "ReportTaxType": rate.report_tax_type,
        "CanApplyToAssets": rate.applies_to_assets,
        "CanApplyToEquity": rate.applies_to_equity,
        "CanApplyToExpenses": rate.applies_to_expenses,
        "CanApplyToLiabilities": rate.applies_to_liabilities,
        "CanApplyToRevenue": rate.applies_to_revenue,
        "DisplayTaxRate": rate.rate,
        "EffectiveRate": rate.rate,
        "Status": rate.status,
        "TaxComponents": [{"Name": rate.name, "Rate": rate.rate, "IsCompound": False, "IsNonRecoverable": False}],
    }


def render_tracking_category(category: TrackingCategory) -> dict[str, Any]:
    """A tracking category with its options."""
    return {
        "Name": category.name,
        "Status": category.status,
        "TrackingCategoryID": category.category_id,
        "Options": [
            {"TrackingOptionID": option.option_id, "Name": option.name, "Status": option.status}
            for option in category.options
        ],
    }


def render_branding_theme(theme: BrandingTheme) -> dict[str, Any]:
    """A branding theme."""
    return {
        "BrandingThemeID": theme.theme_id,
        "Name": theme.name,
        "Type": "INVOICE",
        "SortOrder": theme.sort_order,
        "CreatedDateUTC": render_instant(theme.created_at),
    }


def render_member(member: Member) -> dict[str, Any]:
    """A person with access."""
    return {
        "UserID": member.user_id,
        "EmailAddress": member.email,
        "FirstName": member.first_name,
        "LastName": member.last_name,
        "UpdatedDateUTC": render_instant(member.updated_at),
        "IsSubscriber": False,
        "OrganisationRole": member.role,
    }


def _render_currency(currency: tuple[str, str]) -> dict[str, Any]:
    return {"Code": currency[0], "Description": currency[1]}


def _render_terms(organisation: Organisation) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    if organisation.bills_term_days is not None:
        terms["Bills"] = {"Day": organisation.bills_term_days, "Type": "DAYSAFTERBILLDATE"}
    if organisation.sales_term_days is not None:
        terms["Sales"] = {"Day": organisation.sales_term_days, "Type": "DAYSAFTERBILLDATE"}
    return terms
