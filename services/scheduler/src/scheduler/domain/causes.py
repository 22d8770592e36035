"""Roll the log up by cause: "37 invoices, GBP 12,300.00, wait for one thing: map the status 'Shipped'."."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sync_kit.contracts.reason_catalogue import CATALOGUE
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module

FACTS_THAT_NAME_THE_CAUSE: Final[Mapping[str, tuple[str, ...]]] = {
    "not_ticked": ("field",),
    "status_waits": ("status",),
    "status_unmapped": ("status",),
    "account_missing": ("side",),
    "account_unusable": ("account",),
    "tax_unmapped": ("tax", "side"),
    "tax_not_said": ("side",),
    "tax_percent_differs": ("tax", "rate"),
    "tax_not_allowed_here": ("rate", "side"),
    "tracking_unknown": ("category", "value"),
    "currency_not_enabled": ("currency",),
    "rate_doubtful": ("currency",),
    "number_missing": ("field",),
    "number_twice_in_crm": ("number",),
    "value_unusable": ("field",),
    "item_unknown": ("code",),
    "item_code_taken": ("code",),
    "stock_short": ("code",),
    "mapping_broken": ("field",),
    "period_locked": ("lock",),
    "locked_in_xero": ("state",),
    "before_start_date": ("start",),
    "permission_missing": ("what",),
    "refused_other": ("words",),
    "needs_reauthorisation": ("vendor",),
    "waiting_for_limit": ("vendor",),
    "vendor_trouble": ("vendor",),
}
"""Two records share a cause when code and these facts are equal; other codes are one cause each."""


@dataclass(frozen=True)
class LoggedRecord:
    """As much of a log entry as the roll-up needs."""

    module: Module
    reasons: tuple[Reason, ...]
    total: Decimal | None
    currency: str | None


@dataclass
class Cause:
    """One thing to mend and what it holds back. `money` is by currency; `waiting` are dependants of such records."""

    code: str
    example: Reason
    """The cause itself where it is known: a dependant's reason only when its root was not told."""
    records: dict[Module, int] = field(default_factory=dict)
    waiting: dict[Module, int] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """All records that it holds back."""
        return sum(self.records.values()) + sum(self.waiting.values())

    @property
    def weight(self) -> Decimal:
        """The largest amount held in one currency, for ordering only."""
        return max(self.money.values(), default=Decimal(0))


def name_cause(reason: Reason) -> tuple[str, ...]:
    """The key that records with the same root cause share; a dependant's is that of the record it waits for."""
    root = find_root(reason)
    return (root.code, *(str(root.facts.get(fact)) for fact in FACTS_THAT_NAME_THE_CAUSE.get(root.code, ())))


def find_root(reason: Reason) -> Reason:
    """What must be mended: for a waiting dependant what its parent is held by, as far as that was told."""
    code = reason.facts.get("root_code")
    if reason.code != "waits_for" or code not in CATALOGUE:
        return reason
    facts: Mapping[str, Any] = reason.facts.get("root_facts") or {}
    return Reason(code=str(code), facts=facts)


def roll_up(records: Iterable[LoggedRecord]) -> list[Cause]:
    """Causes ordered by money held, then by number of records. A record counts once, under its worst reason."""
    causes: dict[tuple[str, ...], Cause] = {}
    for record in records:
        if not record.reasons:
            continue
        reason = record.reasons[0]
        root = find_root(reason)
        cause = causes.setdefault(name_cause(reason), Cause(root.code, root))
        if reason.code == "waits_for":
            cause.waiting[record.module] = cause.waiting.get(record.module, 0) + 1
        else:
            cause.records[record.module] = cause.records.get(record.module, 0) + 1
            cause.example = reason if sum(cause.records.values()) == 1 else cause.example
        if record.total is not None and record.currency:
            cause.money[record.currency] = cause.money.get(record.currency, Decimal(0)) + record.total
    return sorted(causes.values(), key=lambda cause: (-cause.weight, -cause.size, cause.code))
