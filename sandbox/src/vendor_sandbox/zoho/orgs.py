"""One CRM organisation: its records, its users, its taxes and currencies."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vendor_sandbox.zoho.editions import EDITIONS, Edition
from vendor_sandbox.zoho.fields import Field
from vendor_sandbox.zoho.limits import OrgLimits
from vendor_sandbox.zoho.modules import standard_modules
from vendor_sandbox.zoho.tables import RecordTable

DATA_CENTRES = ("us", "eu", "uk", "in", "au")
ID_DIGITS = 18
RENDERED_TIMES_KEPT = 10_000  # one page of records often shares few times


@dataclass(frozen=True, slots=True)
class User:
    """A CRM user; the default one gives every consent."""

    id: str
    full_name: str
    email: str


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax of the org; `value` is percent."""

    id: str
    name: str
    value: Decimal


@dataclass(slots=True)
class Currency:
    """A currency of the org. `exchange_rate` is per unit of the home currency."""

    id: str
    iso_code: str
    exchange_rate: Decimal
    is_base: bool
    is_active: bool = True


@dataclass(slots=True)
class Org:
    """One organisation in one data centre."""

    id: str
    dc: str
    company_name: str
    edition: Edition
    users: int
    iso_code: str
    country_code: str
    time_zone: str
    zone: tzinfo
    multi_currency: bool
    limits: OrgLimits
    user: User
    id_prefix: int
    tables: dict[str, RecordTable] = field(default_factory=dict)
    taxes: list[Tax] = field(default_factory=list)
    currencies: list[Currency] = field(default_factory=list)
    auto_numbers: dict[str, int] = field(default_factory=dict)
    consents: set[tuple[str, str]] = field(default_factory=set)
    _last_id: int = 0
    _rendered_times: dict[datetime, str] = field(default_factory=dict)

    def new_id(self) -> str:
        """The next record id: 18 digits, ever growing within the org."""
        self._last_id += 1
        return f"{self.id_prefix:06d}{self._last_id:012d}"

    def render_time(self, at: datetime) -> str:
        """yyyy-MM-ddTHH:mm:ss+HH:MM in the user's time zone, no milliseconds."""
        rendered = self._rendered_times.get(at)
        if rendered is None:
            if len(self._rendered_times) >= RENDERED_TIMES_KEPT:
                self._rendered_times.clear()
            rendered = self._rendered_times[at] = at.astimezone(self.zone).isoformat(timespec="seconds")
        return rendered

    def find_tax(self, name: object, tax_id: object = None) -> Tax | None:
        """A tax by id or name."""
        for tax in self.taxes:
            if tax.id == tax_id or tax.name == name:
                return tax
        return None

    def find_currency(self, iso_code: str) -> Currency | None:
        """An active currency of the org."""
        for currency in self.currencies:
            if currency.iso_code == iso_code and currency.is_active:
                return currency
        return None

    def add_tax(self, name: str, value: Decimal) -> Tax:
        """Give the org a tax."""
        tax = Tax(self.new_id(), name, value)
        self.taxes.append(tax)
        return tax

    def add_currency(self, iso_code: str, exchange_rate: Decimal, *, is_base: bool = False) -> Currency:
        """Give the org a currency."""
        currency = Currency(self.new_id(), iso_code, exchange_rate, is_base)
        self.currencies.append(currency)
        return currency


def create_org(
    number: int,
    *,
    company_name: str,
    dc: str,
    edition: str = "enterprise",
    users: int = 5,
    iso_code: str = "GBP",
    country_code: str = "GB",
    time_zone: str = "+00:00",
    multi_currency: bool = False,
    allowed_credits: int | None = None,
    with_currency_fields: bool = True,
) -> Org:
    """A new org with the standard modules and no records. Raises ValueError naming what does not fit.

    `time_zone` is an offset such as "+05:30", or a zone name such as "Europe/London" (then summer time moves it).
    """
    if dc not in DATA_CENTRES:
        raise ValueError(f"dc is one of {', '.join(DATA_CENTRES)}")
    if edition not in EDITIONS:
        raise ValueError(f"edition is one of {', '.join(EDITIONS)}")
    chosen = EDITIONS[edition]
    if multi_currency and not chosen.multi_currency:
        raise ValueError("multi-currency needs the enterprise or ultimate edition")
    allowance = chosen.allowed_credits(users) if allowed_credits is None else allowed_credits
    org = Org(
        id=str(20_000_000_000 + number),
        dc=dc,
        company_name=company_name,
        edition=chosen,
        users=users,
        iso_code=iso_code,
        country_code=country_code,
        time_zone=time_zone,
        zone=parse_zone(time_zone),
        multi_currency=multi_currency,
        limits=OrgLimits(chosen, allowance),
        user=User("", "", ""),
        id_prefix=550_000 + number,
    )
    org.user = User(org.new_id(), "Alex Admin", f"admin{number}@crm.example")
    org.add_currency(iso_code, Decimal(1), is_base=True)
    for module in standard_modules():
        fields = [_finish_field(org, entry) for entry in module.fields]
        org.tables[module.api_name] = RecordTable(
            module,
            {
                entry.api_name: entry
                for entry in fields
                if with_currency_fields or entry.api_name not in {"Currency", "Exchange_Rate"}
            },
        )
    return org


def _finish_field(org: Org, entry: Field) -> Field:
    choices = (org.iso_code,) if entry.api_name == "Currency" else entry.choices
    return dataclasses.replace(entry, id=org.new_id(), choices=choices)


def parse_zone(text: str) -> tzinfo:
    """A fixed offset or a named zone. Raises ValueError."""
    found = re.fullmatch(r"([+-])(\d\d):(\d\d)", text)
    if found is not None:
        span = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-span if found[1] == "-" else span)
    if text == "UTC":
        return UTC
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise ValueError(f"time_zone {text!r} is neither an offset nor a zone") from problem
