"""Makes organisations with a chart of accounts, tax rates and a branding theme, and changes their settings.

For the control API: what a person does in Xero's own pages.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from vendor_sandbox.core.control_errors import ControlRefusedError
from vendor_sandbox.core.minting import Mint
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.records import Account, BrandingTheme, TaxRate
from vendor_sandbox.xero.rights import ACTIONS
from vendor_sandbox.xero.uk_books import CURRENCY_NAMES, DAY_RATES_FOR_GBP, UK_ACCOUNTS, UK_TAX_RATES

# country -> zone, Xero's name of the zone, base currency
_COUNTRIES = {
    "GB": ("Europe/London", "GMTSTANDARDTIME", "GBP"),
    "IE": ("Europe/Dublin", "GMTSTANDARDTIME", "EUR"),
    "DE": ("Europe/Berlin", "WEUROPESTANDARDTIME", "EUR"),
    "US": ("America/New_York", "EASTERNSTANDARDTIME", "USD"),
    "AU": ("Australia/Sydney", "AUSEASTERNSTANDARDTIME", "AUD"),
    "NZ": ("Pacific/Auckland", "NEWZEALANDSTANDARDTIME", "NZD"),
    "SG": ("Asia/Singapore", "SINGAPORESTANDARDTIME", "SGD"),
    "IN": ("Asia/Kolkata", "INDIASTANDARDTIME", "INR"),
}
_NEW_ONLY = frozenset({"name", "country", "base_currency"})


def make_organisation(mint: Mint, now: datetime, settings: dict[str, Any]) -> Organisation:
    """A new organisation with UK books. Raises ControlRefusedError for a setting that makes no sense."""
    name = settings.get("name")
    country = settings.get("country", "GB")
    if not isinstance(name, str) or not name:
        raise ControlRefusedError("an organisation needs a name")
    if country not in _COUNTRIES:
        raise ControlRefusedError(f"country is one of {', '.join(_COUNTRIES)}")
    zone, zone_code, currency = _COUNTRIES[country]
    base = settings.get("base_currency", currency)
    if base not in CURRENCY_NAMES:
        raise ControlRefusedError(f"base_currency is one of {', '.join(CURRENCY_NAMES)}")
    organisation = Organisation(
        tenant_id=mint.guid(),
        organisation_id=mint.guid(),
        name=name,
        country_code=country,
        base_currency=base,
        created_at=now,
        short_code=f"!{mint.hex(5)}",
        timezone_name=zone,
        timezone_code=zone_code,
        currencies={base: CURRENCY_NAMES[base]},
    )
    against = DAY_RATES_FOR_GBP[base]
    for code, rate in DAY_RATES_FOR_GBP.items():
        organisation.day_rates[code] = (rate / against).quantize(Decimal("0.000001"))
    _add_books(organisation, mint, now)
    change_settings(organisation, {key: value for key, value in settings.items() if key not in _NEW_ONLY})
    return organisation


def change_settings(organisation: Organisation, changes: dict[str, Any]) -> None:
    """Change settings by name; nothing is changed if one of them is wrong. Raises ControlRefusedError."""
    accepted: list[tuple[Callable[[Organisation, Any], None], Any]] = []
    for name, value in changes.items():
        if name not in _SETTINGS:
            raise ControlRefusedError(f"an organisation has no setting {name!r}")
        read, apply = _SETTINGS[name]
        try:
            accepted.append((apply, read(value)))
        except (ValueError, TypeError, KeyError, ArithmeticError) as problem:
            raise ControlRefusedError(f"{name!r} cannot be {value!r}") from problem
    for apply, value in accepted:
        apply(organisation, value)


def _add_books(organisation: Organisation, mint: Mint, now: datetime) -> None:
    for code, name, kind, tax_type, account_class, system_account, payments in UK_ACCOUNTS:
        organisation.add_account(
            Account(
                account_id=mint.guid(),
                code=code,
                name=name,
                type=kind,
                tax_type=tax_type,
                updated_at=now,
                account_class=account_class,
                system_account=system_account,
                enable_payments=payments,
                bank_account_number="2040301234567890" if kind == "BANK" else "",
                currency_code=organisation.base_currency if kind == "BANK" else "",
            )
        )
    for tax_type, name, rate, report, side in UK_TAX_RATES:
        organisation.tax_rates[tax_type] = TaxRate(
            tax_type=tax_type,
            name=name,
            rate=rate,
            report_tax_type=report,
            applies_to_assets=True,
            applies_to_equity=True,
            applies_to_expenses=side != "sales",
            applies_to_liabilities=True,
            applies_to_revenue=side != "purchases",
        )
    theme = BrandingTheme(mint.guid(), "Standard", 0, now)
    organisation.branding[theme.theme_id] = theme


def _read_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _read_count(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError("a whole number or null")
    return value


def _read_day(value: object) -> date | None:
    return None if value is None else date.fromisoformat(_read_text(value))


def _read_currencies(value: object) -> dict[str, str]:
    if not isinstance(value, list):
        raise TypeError("a list of codes")
    return {code: CURRENCY_NAMES[code] for code in value}


def read_actions(value: object) -> set[str]:
    """Names of actions. Raises ControlRefusedError for one that Xero does not have."""
    if not isinstance(value, list) or not all(isinstance(name, str) and name in ACTIONS for name in value):
        raise ControlRefusedError(f"denied_actions is a list of {', '.join(ACTIONS)}")
    return set(value)


def _read_day_rates(value: object) -> dict[str, Decimal]:
    if not isinstance(value, dict):
        raise TypeError("an object of rates")
    rates = {code: Decimal(str(rate)) for code, rate in value.items() if code in CURRENCY_NAMES}
    if len(rates) < len(value) or any(not rate.is_finite() or rate <= 0 for rate in rates.values()):
        raise ValueError("a known currency and a number above zero")
    return rates


def _apply_day_rates(organisation: Organisation, value: dict[str, Decimal]) -> None:
    """Foreign units for one of the base currency, whatever direction the API tells."""
    organisation.day_rates.update(value)


def _read_zone(value: object) -> str:
    return ZoneInfo(_read_text(value)).key


def _apply_pays_tax(organisation: Organisation, value: bool) -> None:
    """Not registered: only NONE is left active."""
    organisation.pays_tax = value
    for rate in organisation.tax_rates.values():
        if rate.tax_type != "NONE":
            rate.status = "ACTIVE" if value else "DELETED"


def _apply_currencies(organisation: Organisation, value: dict[str, str]) -> None:
    base = organisation.base_currency
    organisation.currencies = {base: CURRENCY_NAMES[base], **value}


def _set(attribute: str) -> Callable[[Organisation, Any], None]:
    return lambda organisation, value: setattr(organisation, attribute, value)


_SETTINGS: dict[str, tuple[Callable[[object], Any], Callable[[Organisation, Any], None]]] = {
    "name": (_read_text, _set("name")),
    "pays_tax": (_read_flag, _apply_pays_tax),
    "period_lock_date": (_read_day, _set("period_lock_date")),
    "end_of_year_lock_date": (_read_day, _set("end_of_year_lock_date")),
    "currencies": (_read_currencies, _apply_currencies),
    "multi_currency": (_read_flag, _set("multi_currency")),
    "day_rates": (_read_day_rates, _apply_day_rates),
    "day_limit": (_read_count, _set("day_limit")),
    "approvals_a_month": (_read_count, _set("approvals_a_month")),
    "denied_actions": (read_actions, _set("denied_actions")),
    "sales_term_days": (_read_count, _set("sales_term_days")),
    "bills_term_days": (_read_count, _set("bills_term_days")),
    "time_zone": (_read_zone, _set("timezone_name")),
    "default_sales_tax": (_read_text, _set("default_sales_tax")),
    "default_purchases_tax": (_read_text, _set("default_purchases_tax")),
    "plan": (_read_text, _set("plan")),
    "is_demo": (_read_flag, _set("is_demo")),
    "is_offline": (_read_flag, _set("is_offline")),
    "tax_number": (_read_text, _set("tax_number")),
    "number_prefix": (_read_text, _set("number_prefix")),
}
