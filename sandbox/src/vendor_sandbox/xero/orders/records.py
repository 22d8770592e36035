"""Purchase orders and quotes as typed records, and the book that keeps one kind of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from vendor_sandbox.xero.records import Document


@dataclass(slots=True, kw_only=True)
class Order(Document):
    """What a purchase order and a quote have in common beyond every document."""

    order_id: str


@dataclass(slots=True, kw_only=True)
class PurchaseOrder(Order):
    """What we ask a supplier for."""

    delivery_date: date | None = None
    expected_arrival_date: date | None = None
    delivery_address: str = ""
    attention_to: str = ""
    telephone: str = ""
    delivery_instructions: str = ""
    sent_to_contact: bool = False

    @property
    def is_sale(self) -> bool:
        """It buys."""
        return False


@dataclass(slots=True, kw_only=True)
class Quote(Order):
    """What we offer to a customer. `line_amount_types` is kept in the spelling of invoices."""

    expiry_date: date | None = None
    title: str = ""
    summary: str = ""
    terms: str = ""

    @property
    def is_sale(self) -> bool:
        """It sells."""
        return True


T = TypeVar("T", bound=Order)


@dataclass(slots=True)
class OrderBook(Generic[T]):
    """All orders of one kind: by id, and their ids by folded number in the order of entering."""

    records: dict[str, T] = field(default_factory=dict)
    ids_by_number: dict[str, dict[str, None]] = field(default_factory=dict)
    next_number: int = 1
