"""The kinds of Xero field that a mapping may fill, and how a CRM value or a typed-in one becomes one of them.

A value that does not fit raises UnusableValueError with the rule in words: whether a record is held for it or goes
without it is decided by who asks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from xero_writer.domain.accounts import explain_unusable_account
from xero_writer.domain.crm_values import UnusableValueError, find_date, find_decimal, find_text, list_names
from xero_writer.domain.mapping_model import Side
from xero_writer.domain.reference import Reference
from xero_writer.domain.text import clean_text

EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
COUNTRY: Final = re.compile(r"[A-Za-z ]+")
CURRENCY: Final = re.compile(r"[A-Z]{3}")
LONGEST_TERMS_DAYS: Final = 365
_FOUR_PLACES: Final = Decimal("0.0001")


class FieldType(StrEnum):
    """What a Xero field takes."""

    TEXT = "text"
    LINES = "lines"
    """A text that may have line breaks."""
    EMAIL = "email"
    COUNTRY = "country"
    PRICE = "price"
    DAYS = "days"
    DATE = "date"
    ACCOUNT = "account"
    TAX_RATE = "tax_rate"
    CURRENCY = "currency"
    CHOICE = "choice"


@dataclass(frozen=True)
class ValueRule:
    """What one field takes: `limit` in characters, `choices` of a closed list, `side` of accounts and tax rates."""

    type: FieldType
    limit: int | None = None
    choices: tuple[str, ...] = ()
    side: Side | None = None

    @property
    def words(self) -> str:
        """The rule as it stands in a sentence ("Xero allows ...")."""
        texts: dict[FieldType, str] = {
            FieldType.TEXT: f"at most {self.limit} characters",
            FieldType.LINES: f"at most {self.limit} characters",
            FieldType.EMAIL: f"addresses of plain letters, at most {self.limit} characters",
            FieldType.COUNTRY: f"at most {self.limit} plain letters",
            FieldType.PRICE: "a price of zero or more",
            FieldType.DAYS: f"a whole number from 0 to {LONGEST_TERMS_DAYS}",
            FieldType.DATE: "a date",
            FieldType.ACCOUNT: "the code of an account in your chart",
            FieldType.TAX_RATE: "the code of a tax rate that you have",
            FieldType.CURRENCY: "a currency that you have switched on, such as EUR",
            FieldType.CHOICE: f"one of {', '.join(self.choices)}",
        }
        return texts[self.type]


def find_value(
    rule: ValueRule, fields: Mapping[str, Any], name: str, reference: Reference | None
) -> str | Decimal | int | None:
    """What Xero gets for `fields[name]`; None when that is blank. Dates are ISO texts, prices have four places.

    Accounts, tax rates and currencies are looked up when `reference` is there. Raises UnusableValueError.
    """
    if rule.type is FieldType.PRICE:
        return _find_price(rule, fields, name)
    if rule.type is FieldType.DAYS:
        return _find_days(rule, fields, name)
    if rule.type is FieldType.DATE:
        dated: date | None = find_date(fields, name)
        return dated.isoformat() if dated is not None else None
    text = _find_whole_text(rule, fields, name)
    if text is None:
        return None
    problem = _explain(rule, text, reference)
    if problem is not None:
        raise UnusableValueError(name, text, problem)
    return text


def _find_price(rule: ValueRule, fields: Mapping[str, Any], name: str) -> Decimal | None:
    number = find_decimal(fields, name)
    if number is None:
        return None
    if number < 0:
        raise UnusableValueError(name, fields[name], rule.words)
    return number.quantize(_FOUR_PLACES, rounding=ROUND_HALF_UP)


def _find_days(rule: ValueRule, fields: Mapping[str, Any], name: str) -> int | None:
    number = find_decimal(fields, name)
    if number is None:
        return None
    if number != number.to_integral_value() or not 0 <= number <= LONGEST_TERMS_DAYS:
        raise UnusableValueError(name, fields[name], rule.words)
    return int(number)


def _find_whole_text(rule: ValueRule, fields: Mapping[str, Any], name: str) -> str | None:
    """Texts, numbers, picklist values, the name of a lookup, several choices joined by commas."""
    value = fields.get(name)
    if isinstance(value, bool):
        raise UnusableValueError(name, value, rule.words)
    if isinstance(value, Mapping | list | tuple):
        found: str | None = ", ".join(list_names(fields, name))
    else:
        found = find_text(fields, name)
    text = clean_text(found or "")
    if rule.type is not FieldType.LINES:
        text = " ".join(text.split())
    if rule.type is FieldType.CURRENCY:
        text = text.upper()
    return text or None


def _explain(rule: ValueRule, text: str, reference: Reference | None) -> str | None:
    """Why the text does not fit; None when it does."""
    fits = rule.limit is None or len(text) <= rule.limit
    patterns = {FieldType.EMAIL: EMAIL, FieldType.COUNTRY: COUNTRY, FieldType.CURRENCY: CURRENCY}
    if rule.type in patterns:
        fits = fits and patterns[rule.type].fullmatch(text) is not None
    elif rule.type is FieldType.CHOICE:
        fits = text in rule.choices
    if fits and reference is not None:
        fits = _is_known(rule, text, reference)
    return None if fits else rule.words


def _is_known(rule: ValueRule, text: str, reference: Reference) -> bool:
    if rule.type is FieldType.ACCOUNT:
        return explain_unusable_account(text, reference) is None
    if rule.type is FieldType.CURRENCY:
        return text in reference.currencies
    if rule.type is FieldType.TAX_RATE:
        rate = reference.tax_rates.get(text)
        if rate is None or rate.status != "ACTIVE":
            return False
        applies = {Side.SALES: rate.applies_to_revenue, Side.PURCHASES: rate.applies_to_expenses}
        return rule.side is None or applies[rule.side]
    return True
