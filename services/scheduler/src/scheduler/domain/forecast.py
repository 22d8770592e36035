"""What a sync would do to the ledger, from what a rehearsal found: by kind, status and currency."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from scheduler.domain.money_words import join_words, say_count, say_money
from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module, Outcome

ACTS: Final[Mapping[Outcome, str]] = {
    Outcome.WOULD_CREATE: "create",
    Outcome.WOULD_UPDATE: "update",
    Outcome.WOULD_LINK: "link",
}
KIND_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "sales_invoice": ("invoice", "invoices"),
    "bill": ("bill", "bills"),
    "purchase_order": ("purchase order", "purchase orders"),
    "quote": ("quote", "quotes"),
    "contact": ("contact", "contacts"),
    "item": ("item", "items"),
}
OTHER_KINDS: Final[Mapping[Module, str]] = {
    Module.ACCOUNTS: "contact",
    Module.CONTACTS: "contact",
    Module.VENDORS: "contact",
    Module.PRODUCTS: "item",
}
KIND_OF_DOCUMENTS: Final[Mapping[Module, str]] = {
    Module.INVOICES: "sales_invoice",
    Module.PURCHASE_ORDERS: "bill",
    Module.QUOTES: "quote",
    Module.SALES_ORDERS: "sales_invoice",
}
"""For a document whose kind was not told."""
STATUS_WORDS: Final[Mapping[str, str]] = {"AUTHORISED": "approved"}


@dataclass(frozen=True)
class Foreseen:
    """One record of a rehearsal that would go."""

    module: Module
    outcome: Outcome
    document: str | None
    status: str | None
    total: Decimal | None
    currency: str | None


@dataclass(frozen=True)
class ForecastLine:
    """So many records of one kind, status and currency that would be created, changed or linked.

    `status`, `currency` and `money` are None for contacts and items.
    """

    act: str
    kind: str
    status: str | None
    currency: str | None
    records: int
    money: Decimal | None

    @property
    def is_document(self) -> bool:
        """Whether it is about money."""
        return self.kind not in OTHER_KINDS.values()


def forecast(records: Iterable[Foreseen]) -> list[ForecastLine]:
    """Totals: creates, then updates, then links; documents before contacts and items, the most money first."""
    counts: dict[tuple[str, str, str | None, str | None], tuple[int, Decimal]] = {}
    for record in records:
        is_document = record.module in DOCUMENT_MODULES
        kind = record.document or KIND_OF_DOCUMENTS[record.module] if is_document else OTHER_KINDS[record.module]
        key = (
            ACTS[record.outcome],
            kind,
            record.status if is_document else None,
            record.currency if is_document else None,
        )
        number, money = counts.get(key, (0, Decimal(0)))
        counts[key] = (number + 1, money + (record.total or Decimal(0)))
    lines = [
        ForecastLine(act, kind, status, currency, number, money if kind not in OTHER_KINDS.values() else None)
        for (act, kind, status, currency), (number, money) in counts.items()
    ]
    acts = list(ACTS.values())
    return sorted(
        lines,
        key=lambda line: (acts.index(line.act), not line.is_document, -(line.money or 0), line.kind, str(line.status)),
    )


def say_forecast(lines: Sequence[ForecastLine], organisation: str) -> str:
    """`469 draft invoices, GBP 184,248.33, into Demo Company (UK); with them 304 contacts and 80 items.`"""
    made = [line for line in lines if line.act == "create"]
    documents, others = _say_documents(made), _say_others(made)
    parts = []
    if documents:
        parts.append(", and ".join(documents) + f", into {organisation}")
        parts += [f"with them {join_words(others)}"] if others else []
    elif others:
        parts.append(f"{join_words(others)}, into {organisation}")
    else:
        parts.append(f"nothing new into {organisation}")
    for act, effect in (("update", "would be changed"), ("link", "would be linked to what is there")):
        some = [line for line in lines if line.act == act]
        words = _say_documents(some) + _say_others(some)
        comma = "," if _say_documents(some) and not _say_others(some) else ""
        parts += [f"{', and '.join(words)}{comma} {effect}"] if words else []
    return "; ".join(parts)


def say_line(line: ForecastLine) -> str:
    """`469 draft invoices, GBP 184,248.33`."""
    return (_say_documents([line]) or _say_others([line]))[0]


def _say_documents(lines: Sequence[ForecastLine]) -> list[str]:
    merged: dict[tuple[str, str | None], tuple[int, dict[str, Decimal]]] = {}
    for line in lines:
        if line.is_document:
            number, money = merged.get((line.kind, line.status), (0, {}))
            if line.currency and line.money is not None:
                money = {**money, line.currency: money.get(line.currency, Decimal(0)) + line.money}
            merged[line.kind, line.status] = (number + line.records, money)
    return [
        ", ".join(part for part in (say_count(number, _words(kind, status)), say_money(money)) if part)
        for (kind, status), (number, money) in merged.items()
    ]


def _say_others(lines: Sequence[ForecastLine]) -> list[str]:
    return [say_count(line.records, KIND_WORDS[line.kind]) for line in lines if not line.is_document]


def _words(kind: str, status: str | None) -> tuple[str, str]:
    singular, plural = KIND_WORDS.get(kind, (kind, kind))
    if status is None:
        return singular, plural
    said = STATUS_WORDS.get(status, status.lower())
    return f"{said} {singular}", f"{said} {plural}"
