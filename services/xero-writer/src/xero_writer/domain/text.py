"""How records read in sentences, and how texts are made to fit Xero's fields."""

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module

_NOUNS = {
    Module.ACCOUNTS: "Account",
    Module.CONTACTS: "Contact",
    Module.VENDORS: "Vendor",
    Module.PRODUCTS: "Product",
    Module.INVOICES: "Invoice",
    Module.PURCHASE_ORDERS: "Purchase order",
    Module.QUOTES: "Quote",
    Module.SALES_ORDERS: "Sales order",
}


def describe_record(module: Module, label: RecordLabel, record_id: str) -> str:
    """A record as people know it, never an id alone unless nothing else is known.

    For example `Invoice 536365 (Customer 17850, 2010-12-01, 139.12 GBP)` or `Product 85123A "WHITE HEART"`.
    """
    noun = _NOUNS[module]
    if module not in DOCUMENT_MODULES:
        known = [part for part in (label.number, f'"{label.name}"' if label.name else None) if part]
        return " ".join([noun, *(known or [record_id])])
    money = None
    if label.total is not None:
        money = f"{label.total:.2f} {label.currency}" if label.currency else f"{label.total:.2f}"
    details = [str(part) for part in (label.name, label.dated, money) if part is not None]
    head = f"{noun} {label.number}" if label.number else f"{noun} with CRM id {record_id}"
    return f"{head} ({', '.join(details)})" if details else head


def cut_text(text: str, limit: int) -> str:
    """At most `limit` characters, without white space at the end."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clean_text(text: str) -> str:
    """Without control characters, which no JSON field of Xero takes; line breaks stay."""
    if text.isprintable():
        return text.strip()
    return "".join(char for char in text if char in "\n\t" or ord(char) >= 32).strip()
