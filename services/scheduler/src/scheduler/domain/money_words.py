"""Counts, money and kinds of records as people write them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from sync_kit.contracts.vocabulary import Module

RECORD_WORDS: Final[Mapping[Module, tuple[str, str]]] = {
    Module.ACCOUNTS: ("account", "accounts"),
    Module.CONTACTS: ("contact", "contacts"),
    Module.VENDORS: ("vendor", "vendors"),
    Module.PRODUCTS: ("product", "products"),
    Module.INVOICES: ("invoice", "invoices"),
    Module.PURCHASE_ORDERS: ("purchase order", "purchase orders"),
    Module.QUOTES: ("quote", "quotes"),
    Module.SALES_ORDERS: ("sales order", "sales orders"),
}


def say_count(number: int, words: tuple[str, str]) -> str:
    """`1 invoice`, `1,469 invoices`."""
    return f"{number:,} {words[0] if number == 1 else words[1]}"


def say_money(amounts: Mapping[str, Decimal]) -> str:
    """`GBP 184,248.33 and EUR 12.00`, the most used currency's order kept; empty for no money at all."""
    return join_words([f"{currency} {_say_amount(amount)}" for currency, amount in amounts.items()])


def join_words(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _say_amount(amount: Decimal) -> str:
    """At least two places, and never fewer than the amount has."""
    exponent = amount.normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 2
    return f"{amount:,.{max(2, places)}f}"
