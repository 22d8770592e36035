"""Frozen views of Xero's reference data, and the parsers from Xero's JSON.

Parsers are lenient about what they do not need and strict about what they do: a body of another shape raises
BadAnswerError. Digests are over the parsed view, so that times in Xero's envelope do not look like a change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sync_kit.contracts.codec import content_digest
from sync_kit.errors import BadAnswerError
from xero_writer.domain.xero_dates import find_xero_date


class ReferencePart(StrEnum):
    """What is fetched, cached and digested by itself; the value names Xero's path and the list in its answer."""

    ORGANISATION = "organisation"
    ACCOUNTS = "accounts"
    TAX_RATES = "tax_rates"
    CURRENCIES = "currencies"
    TRACKING = "tracking_categories"


REFERENCE_PATHS: Final[Mapping[ReferencePart, str]] = {
    ReferencePart.ORGANISATION: "Organisation",
    ReferencePart.ACCOUNTS: "Accounts",
    ReferencePart.TAX_RATES: "TaxRates",
    ReferencePart.CURRENCIES: "Currencies",
    ReferencePart.TRACKING: "TrackingCategories",
}
_LISTS: Final[Mapping[ReferencePart, str]] = {**REFERENCE_PATHS, ReferencePart.ORGANISATION: "Organisations"}


@dataclass(frozen=True)
class Terms:
    """Sales payment terms. `type` is one of DAYSAFTERBILLDATE, DAYSAFTERBILLMONTH, OFCURRENTMONTH, OFFOLLOWINGMONTH."""

    day: int
    type: str


@dataclass(frozen=True)
class Organisation:
    """The books that we write into."""

    name: str
    base_currency: str
    country_code: str | None = None
    period_lock_date: date | None = None
    end_of_year_lock_date: date | None = None
    pays_tax: bool | None = None
    short_code: str | None = None
    sales_terms: Terms | None = None
    bill_terms: Terms | None = None
    is_demo_company: bool | None = None


@dataclass(frozen=True)
class Account:
    """One account of the chart. Some have no code and can then not be used by us."""

    account_id: str
    code: str
    name: str
    type: str
    status: str
    system_account: str | None = None
    tax_type: str | None = None


@dataclass(frozen=True)
class TaxRate:
    """One tax rate; `effective_rate` is in percent."""

    tax_type: str
    name: str
    status: str
    effective_rate: Decimal
    applies_to_revenue: bool
    applies_to_expenses: bool = True


@dataclass(frozen=True)
class TrackingCategory:
    """One tracking category with its options by name; only ACTIVE ones may be used (Xero: TrackingCategories)."""

    name: str
    status: str
    options: Mapping[str, str] = field(default_factory=dict)
    """Option name -> its status."""

    @property
    def active_options(self) -> frozenset[str]:
        """Names that a line may carry; none while the category itself is archived."""
        if self.status != "ACTIVE":
            return frozenset()
        return frozenset(name for name, status in self.options.items() if status == "ACTIVE")


@dataclass(frozen=True)
class Reference:
    """All reference data of one organisation; accounts by code, tax rates by TaxType, tracking categories by name."""

    organisation: Organisation
    accounts: Mapping[str, Account] = field(default_factory=dict)
    tax_rates: Mapping[str, TaxRate] = field(default_factory=dict)
    currencies: frozenset[str] = frozenset()
    tracking: Mapping[str, TrackingCategory] = field(default_factory=dict)
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """By currency: the CurrencyRate that Xero last answered with."""


def parse_organisation(body: object) -> Organisation:
    """The organisation of `GET /Organisation`. Raises BadAnswerError."""
    rows = _rows(body, ReferencePart.ORGANISATION)
    if len(rows) != 1:
        raise BadAnswerError(f"expected one organisation, got {len(rows)}")
    row = rows[0]
    terms = row.get("PaymentTerms")
    return Organisation(
        name=_text(row, "Name"),
        base_currency=_text(row, "BaseCurrency"),
        country_code=_find_text(row, "CountryCode"),
        period_lock_date=find_xero_date(row.get("PeriodLockDate")),
        end_of_year_lock_date=find_xero_date(row.get("EndOfYearLockDate")),
        pays_tax=row["PaysTax"] if isinstance(row.get("PaysTax"), bool) else None,
        short_code=_find_text(row, "ShortCode"),
        sales_terms=find_sales_terms(terms),
        bill_terms=find_bill_terms(terms),
        is_demo_company=row["IsDemoCompany"] if isinstance(row.get("IsDemoCompany"), bool) else None,
    )


def parse_accounts(body: object) -> dict[str, Account]:
    """The chart of `GET /Accounts`, by code; accounts without a code are left out. Raises BadAnswerError."""
    accounts = {}
    for row in _rows(body, ReferencePart.ACCOUNTS):
        code = _find_text(row, "Code")
        if code is None:
            continue
        accounts[code] = Account(
            account_id=_text(row, "AccountID"),
            code=code,
            name=_find_text(row, "Name") or code,
            type=_text(row, "Type"),
            status=_find_text(row, "Status") or "ACTIVE",
            system_account=_find_text(row, "SystemAccount"),
            tax_type=_find_text(row, "TaxType"),
        )
    return accounts


def parse_tax_rates(body: object) -> dict[str, TaxRate]:
    """The rates of `GET /TaxRates`, by TaxType. Raises BadAnswerError."""
    rates = {}
    for row in _rows(body, ReferencePart.TAX_RATES):
        tax_type = _find_text(row, "TaxType")
        if tax_type is None:
            continue
        effective = row.get("EffectiveRate", row.get("DisplayTaxRate"))
        if isinstance(effective, bool) or not isinstance(effective, Decimal | int):
            raise BadAnswerError("a tax rate has no EffectiveRate")
        rates[tax_type] = TaxRate(
            tax_type=tax_type,
            name=_find_text(row, "Name") or tax_type,
            status=_find_text(row, "Status") or "ACTIVE",
            effective_rate=Decimal(effective),
            applies_to_revenue=row.get("CanApplyToRevenue") is not False,
            applies_to_expenses=row.get("CanApplyToExpenses") is not False,
        )
    return rates


def parse_currencies(body: object) -> frozenset[str]:
    """The codes of `GET /Currencies`. Raises BadAnswerError."""
    return frozenset(_text(row, "Code") for row in _rows(body, ReferencePart.CURRENCIES))


def parse_tracking(body: object) -> dict[str, TrackingCategory]:
    """The categories of `GET /TrackingCategories`, by name. Raises BadAnswerError."""
    categories = {}
    for row in _rows(body, ReferencePart.TRACKING):
        options = row.get("Options")
        if not isinstance(options, list) or not all(isinstance(option, Mapping) for option in options):
            raise BadAnswerError("a tracking category without a list of Options")
        name = _text(row, "Name")
        categories[name] = TrackingCategory(
            name=name,
            status=_find_text(row, "Status") or "ACTIVE",
            options={_text(option, "Name"): _find_text(option, "Status") or "ACTIVE" for option in options},
        )
    return categories


def parse_reference(bodies: Mapping[ReferencePart, object]) -> Reference:
    """The whole view from the five stored answers. Raises KeyError when a part is missing, BadAnswerError as above."""
    organisation = parse_organisation(bodies[ReferencePart.ORGANISATION])
    return Reference(
        organisation=organisation,
        accounts=parse_accounts(bodies[ReferencePart.ACCOUNTS]),
        tax_rates=parse_tax_rates(bodies[ReferencePart.TAX_RATES]),
        currencies=parse_currencies(bodies[ReferencePart.CURRENCIES]) | {organisation.base_currency},
        tracking=parse_tracking(bodies[ReferencePart.TRACKING]),
    )


def digest_reference_part(part: ReferencePart, body: object) -> str:
    """Equal meaning, equal digest. Raises BadAnswerError."""
    parsers = {
        ReferencePart.ORGANISATION: parse_organisation,
        ReferencePart.ACCOUNTS: parse_accounts,
        ReferencePart.TAX_RATES: parse_tax_rates,
        ReferencePart.TRACKING: parse_tracking,
    }
    if part is ReferencePart.CURRENCIES:
        return content_digest(parse_currencies(body))
    return content_digest(_to_plain(parsers[part](body)))


def find_sales_terms(value: object) -> Terms | None:
    """The sales side of a PaymentTerms object; None when it says nothing (Xero may send [] for null)."""
    return _find_terms(value, "Sales")


def find_bill_terms(value: object) -> Terms | None:
    """The purchases side of a PaymentTerms object; None as above."""
    return _find_terms(value, "Bills")


def _find_terms(value: object, side: str) -> Terms | None:
    terms = value.get(side) if isinstance(value, Mapping) else None
    if not isinstance(terms, Mapping):
        return None
    day, kind = terms.get("Day"), terms.get("Type")
    return Terms(day, kind) if isinstance(day, int) and isinstance(kind, str) else None


def _to_plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _to_plain(item) for key, item in value.items()}
    if isinstance(value, Organisation | Account | TaxRate | Terms | TrackingCategory):
        return {key: _to_plain(item) for key, item in vars(value).items()}
    return value


def _rows(body: object, part: ReferencePart) -> list[Mapping[str, Any]]:
    rows = body.get(_LISTS[part]) if isinstance(body, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise BadAnswerError(f"an answer without a list of {_LISTS[part]}")
    return rows


def _find_text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) and value else None


def _text(row: Mapping[str, Any], name: str) -> str:
    value = _find_text(row, name)
    if value is None:
        raise BadAnswerError(f"an answer without {name}")
    return value
