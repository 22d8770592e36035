"""The write sides of /PurchaseOrders and /Quotes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.batch import Writable, write_batch, write_single
from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.orders.kinds import OrderKind
from vendor_sandbox.xero.orders.purchase_orders import PURCHASE_ORDERS
from vendor_sandbox.xero.orders.queries import (
    QUOTE_UNIT_PLACES,
    choose_order_places,
    get_purchase_order_by_key,
    get_quote_by_key,
)
from vendor_sandbox.xero.orders.quotes import QUOTES
from vendor_sandbox.xero.orders.records import Order, PurchaseOrder, Quote
from vendor_sandbox.xero.orders.write import find_sent_order, post_order, put_order
from vendor_sandbox.xero.writing import WriteContext

T = TypeVar("T", bound=Order)


def _find_action(kind: OrderKind[T]) -> Callable[[WriteContext, Sent], str | None]:
    def find(context: WriteContext, sent: Sent) -> str:
        known = find_sent_order(context, kind, sent)
        statuses = {sent.find_text("Status"), None if known is None else known.status} - {None}
        return kind.find_action({status for status in statuses if status is not None} or {"DRAFT"})

    return find


def _choose_places(context: WriteContext) -> int:
    return choose_order_places(context.switches, context.unit_places)


WRITABLE_ORDERS: Writable[PurchaseOrder] = Writable(
    "PurchaseOrders",
    "PurchaseOrderID",
    "HasErrors",
    PURCHASE_ORDERS.shape,
    lambda context, order: PURCHASE_ORDERS.show(context.organisation, order, _choose_places(context)),
    _find_action(PURCHASE_ORDERS),
    raises_flag=False,  # OpenAPI, createPurchaseOrders: the example of a refused element has HasErrors false
)
WRITABLE_QUOTES: Writable[Quote] = Writable(
    "Quotes",
    "QuoteID",
    "",
    QUOTES.shape,
    lambda context, quote: QUOTES.show(context.organisation, quote, QUOTE_UNIT_PLACES),
    _find_action(QUOTES),
)


def put_purchase_order(context: WriteContext, sent: Sent) -> PurchaseOrder:
    """Create a purchase order. Raises ElementRefusedError."""
    return put_order(replace(context, unit_places=_choose_places(context)), PURCHASE_ORDERS, sent)


def post_purchase_order(context: WriteContext, sent: Sent) -> PurchaseOrder:
    """Create or update a purchase order. Raises ElementRefusedError."""
    return post_order(replace(context, unit_places=_choose_places(context)), PURCHASE_ORDERS, sent)


def put_quote(context: WriteContext, sent: Sent) -> Quote:
    """Create a quote; unit amounts have four places always. Raises ElementRefusedError."""
    return put_order(replace(context, unit_places=QUOTE_UNIT_PLACES), QUOTES, sent)


def post_quote(context: WriteContext, sent: Sent) -> Quote:
    """Create or update a quote. Raises ElementRefusedError."""
    return post_order(replace(context, unit_places=QUOTE_UNIT_PLACES), QUOTES, sent)


def put_purchase_orders(call: ApiCall) -> ApiAnswer:
    """PUT /PurchaseOrders."""
    return write_batch(call, WRITABLE_ORDERS, put_purchase_order)


def post_purchase_orders(call: ApiCall) -> ApiAnswer:
    """POST /PurchaseOrders."""
    return write_batch(call, WRITABLE_ORDERS, post_purchase_order)


def post_one_purchase_order(call: ApiCall) -> ApiAnswer:
    """POST /PurchaseOrders/{PurchaseOrderID}."""
    return write_single(call, WRITABLE_ORDERS, get_purchase_order_by_key(call).order_id, post_purchase_order)


def put_quotes(call: ApiCall) -> ApiAnswer:
    """PUT /Quotes."""
    return write_batch(call, WRITABLE_QUOTES, put_quote)


def post_quotes(call: ApiCall) -> ApiAnswer:
    """POST /Quotes."""
    return write_batch(call, WRITABLE_QUOTES, post_quote)


def post_one_quote(call: ApiCall) -> ApiAnswer:
    """POST /Quotes/{QuoteID}."""
    return write_single(call, WRITABLE_QUOTES, get_quote_by_key(call).order_id, post_quote)
