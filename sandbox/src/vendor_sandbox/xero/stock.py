"""Stock of tracked items: approved documents move it, and it cannot be sold below zero."""

from __future__ import annotations

from decimal import Decimal

from vendor_sandbox.xero.items.matching import find_item_by_code
from vendor_sandbox.xero.records import ZERO, Invoice, Item
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import WriteContext

_POSTED = frozenset({"AUTHORISED", "PAID"})


def find_stock_moves(context: WriteContext, invoice: Invoice | None) -> dict[str, Decimal]:
    """What a document in its status moves: item id -> quantity, negative for sales."""
    moves: dict[str, Decimal] = {}
    if invoice is None or invoice.status not in _POSTED:
        return moves
    sign = -1 if invoice.type == "ACCREC" else 1
    for line in invoice.lines:
        if not line.item_code or not line.quantity:
            continue
        item = find_item_by_code(context.organisation, line.item_code, context.switches)
        if item is not None and item.is_tracked:
            moves[item.item_id] = moves.get(item.item_id, Decimal(0)) + sign * line.quantity
    return moves


def add_stock_problems(
    context: WriteContext, before: Invoice | None, after: Invoice, problems: Problems
) -> dict[str, Decimal]:
    """The net moves of a change; a problem for each item that would fall below zero."""
    net = find_stock_moves(context, after)
    for item_id, quantity in find_stock_moves(context, before).items():
        net[item_id] = net.get(item_id, Decimal(0)) - quantity
    for item_id, quantity in net.items():
        item = context.organisation.items[item_id]
        if quantity < 0 and item.quantity_on_hand + quantity < 0:
            problems.add(f"There is not enough quantity on hand of item '{item.code}'")
    return net


def apply_stock_moves(context: WriteContext, net: dict[str, Decimal]) -> None:
    """Move the stock; the cost pool keeps the average cost of what is left."""
    for item_id, quantity in net.items():
        if quantity:
            _move(context.organisation.items[item_id], quantity)


def _move(item: Item, quantity: Decimal) -> None:
    held = item.quantity_on_hand
    average = item.total_cost_pool / held if held else ZERO
    price = average if quantity < 0 else (item.purchase.unit_price or ZERO)
    item.quantity_on_hand = held + quantity
    item.total_cost_pool = (item.total_cost_pool + quantity * price).quantize(Decimal("0.01"))
