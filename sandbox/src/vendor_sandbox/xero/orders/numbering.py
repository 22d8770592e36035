"""Numbers of purchase orders and quotes: unique in their kind, made when none is sent.

Whether the number of a DELETED one may be used again is open (`deleted_order_number_reusable`).
"""

from __future__ import annotations

from typing import TypeVar

from vendor_sandbox.core.switches import Switches
from vendor_sandbox.xero.orders.records import Order, OrderBook
from vendor_sandbox.xero.organisation import add_to_index, remove_from_index

T = TypeVar("T", bound=Order)


def enter_order(book: OrderBook[T], order: T) -> None:
    """Put an order (or its next version) into the book."""
    before = book.records.get(order.order_id)
    if before is not None:
        remove_from_index(book.ids_by_number, before.number.casefold(), before.order_id)
    book.records[order.order_id] = order
    add_to_index(book.ids_by_number, order.number.casefold(), order.order_id)


def find_order_numbered(book: OrderBook[T], number: str, switches: Switches) -> T | None:
    """The order of this number; a living one before a deleted one."""
    found = _list_numbered(book, number, switches)
    return next((order for order in found if order.status != "DELETED"), found[-1] if found else None)


def is_order_number_taken(book: OrderBook[T], number: str, switches: Switches, *, except_id: str) -> bool:
    """May no (other) order take this number?"""
    return any(
        order.order_id != except_id and not (order.status == "DELETED" and switches.deleted_order_number_reusable)
        for order in _list_numbered(book, number, switches)
    )


def make_order_number(book: OrderBook[T], prefix: str) -> str:
    """The next number of the organisation's own sequence that nobody has taken."""
    while True:
        number = f"{prefix}{book.next_number:04d}"
        book.next_number += 1
        if number.casefold() not in book.ids_by_number:
            return number


def _list_numbered(book: OrderBook[T], number: str, switches: Switches) -> list[T]:
    found = [book.records[order_id] for order_id in book.ids_by_number.get(number.casefold(), ())]
    if switches.invoice_numbers == "sensitive":
        return [order for order in found if order.number == number]
    return found
