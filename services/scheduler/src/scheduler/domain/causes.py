"""Roll the log up by cause: "37 invoices, 12,300.00, wait for one thing"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sync_kit.contracts.reasons import Reason

FACTS_THAT_NAME_THE_CAUSE: Final[Mapping[str, tuple[str, ...]]] = {
    "status_waits": ("status",),
    "status_unmapped": ("status",),
    "tax_unmapped": ("tax",),
    "tax_percent_differs": ("tax", "rate"),
    "tax_not_allowed_here": ("rate",),
    "account_unusable": ("account",),
    "currency_not_enabled": ("currency",),
    "number_missing": ("field",),
    "mapping_broken": ("field",),
    "period_locked": ("lock",),
    "before_start_date": ("start",),
    "needs_reauthorisation": ("vendor",),
    "waiting_for_limit": ("vendor",),
    "vendor_trouble": ("vendor",),
}
"""Two records share a cause when code and these facts are equal; other codes are one cause each."""


@dataclass(frozen=True)
class LoggedRecord:
    """As much of a log entry as the roll-up needs."""

    outcome: str
    reasons: tuple[Reason, ...]
    total: Decimal | None
    currency: str | None


@dataclass
class Cause:
    """One thing to mend and what it holds back. `money` is by currency; `waiting` counts dependants of such records."""

    code: str
    example: Reason
    records: int = 0
    waiting: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)

    @property
    def weight(self) -> Decimal:
        """The largest amount held in one currency, for ordering only."""
        return max(self.money.values(), default=Decimal(0))


def name_cause(reason: Reason) -> tuple[str, ...]:
    """The key that records with the same root cause share; a dependant's is that of the record it waits for."""
    code = root_code(reason)
    named: Mapping[str, Any] = reason.facts.get("root_facts") or reason.facts
    return (code, *(str(named.get(fact)) for fact in FACTS_THAT_NAME_THE_CAUSE.get(code, ())))


def root_code(reason: Reason) -> str:
    """The code to count a reason under: a waiting dependant counts under what its parent is held by."""
    if reason.code == "waits_for":
        return str(reason.facts.get("root_code") or reason.code)
    return reason.code


def roll_up(records: Iterable[LoggedRecord]) -> list[Cause]:
    """Causes ordered by money held, then by number of records. A record counts once, under its worst reason."""
    causes: dict[tuple[str, ...], Cause] = {}
    for record in records:
        if not record.reasons:
            continue
        reason = record.reasons[0]
        cause = causes.setdefault(name_cause(reason), Cause(root_code(reason), reason))
        if reason.code == "waits_for":
            cause.waiting += 1
        else:
            cause.records += 1
            if cause.example.code == "waits_for":
                cause.example = reason
        if record.total is not None and record.currency:
            cause.money[record.currency] = cause.money.get(record.currency, Decimal(0)) + record.total
    return sorted(causes.values(), key=lambda cause: (-cause.weight, -(cause.records + cause.waiting), cause.code))
