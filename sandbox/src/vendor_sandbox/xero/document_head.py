"""Parts of a document's head that all kinds of documents share: currency, rate, branding, lengths.

A foreign currency must be switched on in the organisation, its plan must have many currencies, and the
connected person must be allowed to use them. Without a CurrencyRate the rate of the day applies (OpenAPI,
CurrencyRate). What a rate says is open (switch `currency_rate_direction`).
"""

from __future__ import annotations

from decimal import Decimal

from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.records import Contact, Document
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.rights import MULTI_CURRENCY, is_denied
from vendor_sandbox.xero.writing import WriteContext

RATE_STEP = Decimal("0.000001")


def find_day_rate(context: WriteContext, currency_code: str) -> Decimal:
    """Today's rate of a currency in the direction of the switch; 1 for the base currency."""
    rate = context.organisation.day_rates.get(currency_code, Decimal(1))
    if context.switches.currency_rate_direction == "base_per_foreign":
        rate = 1 / rate
    return rate.quantize(RATE_STEP)


def can_use_currency(context: WriteContext, currency_code: str) -> bool:
    """May a document be in this currency?"""
    organisation = context.organisation
    if currency_code == organisation.base_currency:
        return True
    return currency_code in organisation.currencies and not is_denied(context, MULTI_CURRENCY)


def apply_contact_currency(context: WriteContext, document: Document, contact: Contact, sent: Sent) -> None:
    """A new document without a CurrencyCode is in its contact's default currency."""
    code = contact.default_currency
    if code and not sent.has("CurrencyCode") and can_use_currency(context, code):
        document.currency_code = code
        document.currency_rate = find_day_rate(context, code)


def apply_currency(
    context: WriteContext, document: Document, sent: Sent, problems: Problems, *, takes_rate: bool = True
) -> None:
    """Set CurrencyCode and CurrencyRate as they were sent."""
    code = sent.find_text("CurrencyCode")
    if code and code != document.currency_code:
        if not can_use_currency(context, code):
            problems.add(f"Organisation is not subscribed to currency {code}")
            return
        document.currency_code = code
        document.currency_rate = find_day_rate(context, code)
    rate = sent.find_decimal("CurrencyRate")
    if rate is None or not takes_rate:
        return
    if rate <= 0:
        problems.add("The CurrencyRate must be greater than zero")
    elif document.currency_code == context.organisation.base_currency:
        document.currency_rate = Decimal("1.000000")
    else:
        document.currency_rate = rate.quantize(RATE_STEP)


def apply_branding(context: WriteContext, document: Document, sent: Sent, problems: Problems) -> None:
    """Set BrandingThemeID; it must exist."""
    theme_id = sent.find_text("BrandingThemeID")
    if theme_id is None:
        return
    if theme_id not in context.organisation.branding:
        problems.add("The BrandingThemeID is not valid")
    document.branding_theme_id = theme_id


def check_length(name: str, value: str, limit: int, problems: Problems) -> None:
    """A text of the head may not be longer than this."""
    if len(value) > limit:
        problems.add(f"The {name} field must not be longer than {limit} characters")
