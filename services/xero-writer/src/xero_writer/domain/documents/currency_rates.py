"""The exchange rate of a document in a foreign currency, where the tenant chose the CRM's.

Both sides are read alike: units of the foreign currency for one unit of the base currency, so the CRM's Exchange_Rate
goes as Xero's CurrencyRate without being turned. Neither vendor documents the direction; this file is the one place
that states our reading. A CRM that means it the other way shows in `rate_doubtful` for each of its documents.

A rate is doubtful when it is outside half to twice a rate that is known, or upside down: on the other side of 1 than
the known one and more than 5 % away from it (EUR and GBP: 1.17 against 0.85 is within half to twice). Known is the
rate that Xero last used for that currency; while there is none, the middle one of the CRM's own documents. Where both
are silent there is nothing to hold a rate against: it goes, as the tenant chose, and the next ones are held against it.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from xero_writer.domain.crm_values import UnusableValueError, find_decimal, find_text
from xero_writer.domain.mapped import Faults
from xero_writer.domain.mapping_model import CurrencyRate
from xero_writer.domain.reference import Reference
from xero_writer.domain.rows import JudgeContext, StagedRecord

RATE_FIELD: Final = "Exchange_Rate"
_STEP: Final = Decimal("0.000001")
"""Xero: CurrencyRate has six decimal places."""
_MOST: Final = Decimal(10) ** 12
_FACTORS: Final = (Decimal("0.5"), Decimal(2))
_NEAR: Final = Decimal("0.05")
_FEWEST: Final = 3


def choose_rate(
    record: StagedRecord, currency: str, context: JudgeContext, reference: Reference, faults: Faults
) -> Decimal | None:
    """The CurrencyRate to send; None lets Xero's rate of the day apply. A doubtful one is a fault."""
    base = reference.organisation.base_currency
    if context.mapping.policies.currency_rate is not CurrencyRate.CRM or currency == base:
        return None
    if RATE_FIELD not in record.fields:
        faults.add("mapping_broken", field=RATE_FIELD)
        return None
    before = len(faults.found)
    read = faults.read(find_decimal, record.fields, RATE_FIELD)
    if len(faults.found) > before:
        return None
    rate = read.quantize(_STEP, rounding=ROUND_HALF_UP) if read is not None and abs(read) < _MOST else None
    if rate is None or rate <= 0:
        faults.unusable(RATE_FIELD, "" if read is None else str(read), "a number above zero")
        return None
    known = reference.rates.get(currency) or context.usual_rates.get(currency)
    if known is not None and is_doubtful(rate, known):
        factor = (rate / known).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        faults.add("rate_doubtful", rate=_show(rate), currency=currency, factor=_show(factor), known=_show(known))
    return rate


def is_doubtful(rate: Decimal, known: Decimal) -> bool:
    """Whether a rate is old or upside down, as said at the top; both are above zero."""
    factor = rate / known
    turned = (rate - 1) * (known - 1) < 0 and abs(factor - 1) > _NEAR
    return turned or not _FACTORS[0] <= factor <= _FACTORS[1]


def list_usual_rates(records: Iterable[StagedRecord]) -> dict[str, Decimal]:
    """By currency, the middle rate of these documents; only where at least three say one."""
    rates: dict[str, list[Decimal]] = defaultdict(list)
    for record in records:
        currency = find_text(record.fields, "Currency")
        try:
            rate = find_decimal(record.fields, RATE_FIELD)
        except UnusableValueError:
            continue
        if currency is not None and rate is not None and rate > 0:
            rates[currency.upper()].append(rate)
    return {name: sorted(found)[len(found) // 2] for name, found in rates.items() if len(found) >= _FEWEST}


def _show(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
