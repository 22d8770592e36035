"""GET /PurchaseOrders and /Quotes: always in pages, and without `where` (neither is documented with it).

Source: OpenAPI, getPurchaseOrders and getQuotes. Quotes come 100 a page and without a `pagination` block.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from vendor_sandbox.core.switches import Switches
from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.body_shapes import is_guid, normalise_guid
from vendor_sandbox.xero.listing import (
    DEFAULT_PAGE_SIZE,
    Listable,
    Page,
    answer_list,
    read_day,
    read_ids,
    read_page,
    select_records,
)
from vendor_sandbox.xero.orders.numbering import find_order_numbered
from vendor_sandbox.xero.orders.records import Order, PurchaseOrder, Quote
from vendor_sandbox.xero.orders.rendering import render_purchase_order, render_purchase_order_in_list, render_quote
from vendor_sandbox.xero.refusals import query_invalid, resource_missing
from vendor_sandbox.xero.where_parser import DATE, NUMBER, TEXT, Properties, Queryable

T = TypeVar("T", bound=Order)
ORDER_STATUSES = frozenset({"DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED"})
QUOTE_STATUSES = frozenset({"DRAFT", "SENT", "DECLINED", "ACCEPTED", "INVOICED", "DELETED"})
QUOTE_UNIT_PLACES = 4


def _make_properties(number_name: str) -> dict[str, Queryable[Any]]:
    return {
        number_name.lower(): Queryable(TEXT, lambda order: order.number),
        "reference": Queryable(TEXT, lambda order: order.reference or None),
        "status": Queryable(TEXT, lambda order: order.status),
        "date": Queryable(DATE, lambda order: order.dated_on),
        "currencycode": Queryable(TEXT, lambda order: order.currency_code),
        "subtotal": Queryable(NUMBER, lambda order: order.sub_total),
        "totaltax": Queryable(NUMBER, lambda order: order.total_tax),
        "total": Queryable(NUMBER, lambda order: order.total),
        "updateddateutc": Queryable(DATE, lambda order: order.updated_at),
    }


def _make_listable(plural: str, properties: Properties[T], *, tells_pages: bool) -> Listable[T]:
    return Listable(
        plural,
        properties,
        lambda order: (order.updated_at, order.order_id),
        lambda order: order.updated_at,
        takes_where=False,
        tells_pages=tells_pages,
    )


_ORDERS: Listable[PurchaseOrder] = _make_listable(
    "PurchaseOrders",
    {
        **_make_properties("PurchaseOrderNumber"),
        "deliverydate": Queryable(DATE, lambda order: order.delivery_date),
        "expectedarrivaldate": Queryable(DATE, lambda order: order.expected_arrival_date),
    },
    tells_pages=True,
)
_QUOTES: Listable[Quote] = _make_listable(
    "Quotes",
    {**_make_properties("QuoteNumber"), "expirydate": Queryable(DATE, lambda quote: quote.expiry_date)},
    tells_pages=False,
)


def list_purchase_orders(call: ApiCall) -> ApiAnswer:
    """GET /PurchaseOrders."""
    unit_places = choose_order_places(call.core.switches, call.unit_places)
    matches = _read_shared_filters(call, ORDER_STATUSES)
    page = read_page(call, enforced=True)
    records = [order for order in call.organisation.purchase_orders.records.values() if matches(order)]
    chosen = select_records(call, _ORDERS, records)
    return answer_list(
        call,
        _ORDERS,
        chosen,
        lambda order: render_purchase_order_in_list(call.organisation, order, unit_places),
        page,
    )


def get_purchase_order(call: ApiCall) -> ApiAnswer:
    """GET /PurchaseOrders/{PurchaseOrderID or PurchaseOrderNumber}."""
    order = get_purchase_order_by_key(call)
    unit_places = choose_order_places(call.core.switches, call.unit_places)
    return ApiAnswer({"PurchaseOrders": [render_purchase_order(call.organisation, order, unit_places)]})


def list_quotes(call: ApiCall) -> ApiAnswer:
    """GET /Quotes."""
    matches = _read_shared_filters(call, QUOTE_STATUSES)
    expires_from, expires_to = read_day(call, "expirydatefrom"), read_day(call, "expirydateto")
    contact_ids = read_ids(call, "contactid")
    number = call.find_text("quotenumber")
    asked = read_page(call, enforced=True)
    records = [
        quote
        for quote in call.organisation.quotes.records.values()
        if matches(quote)
        and _is_between(quote.expiry_date, expires_from, expires_to)
        and (contact_ids is None or quote.contact_id in contact_ids)
        and (number is None or quote.number.casefold() == number.casefold())
    ]
    chosen = select_records(call, _QUOTES, records)
    page = Page(asked.number if asked is not None else 1, DEFAULT_PAGE_SIZE)
    return answer_list(
        call, _QUOTES, chosen, lambda quote: render_quote(call.organisation, quote, QUOTE_UNIT_PLACES), page
    )


def get_quote(call: ApiCall) -> ApiAnswer:
    """GET /Quotes/{QuoteID}. A number is no key here."""
    return ApiAnswer({"Quotes": [render_quote(call.organisation, get_quote_by_key(call), QUOTE_UNIT_PLACES)]})


def choose_order_places(switches: Switches, asked: int) -> int:
    """The places of unit amounts of purchase orders: whether `unitdp` counts there is open."""
    return asked if switches.purchase_order_unitdp == "taken" else 2


def get_purchase_order_by_key(call: ApiCall) -> PurchaseOrder:
    """The purchase order that the path names by id or number. Raises RequestRefusedError 404."""
    book = call.organisation.purchase_orders
    found = book.records.get(normalise_guid(call.key)) if is_guid(call.key) else None
    found = found or find_order_numbered(book, call.key, call.core.switches)
    if found is None:
        raise resource_missing()
    return found


def get_quote_by_key(call: ApiCall) -> Quote:
    """The quote that the path names by id. Raises RequestRefusedError 404."""
    found = call.organisation.quotes.records.get(normalise_guid(call.key)) if is_guid(call.key) else None
    if found is None:
        raise resource_missing()
    return found


def _read_shared_filters(call: ApiCall, statuses: frozenset[str]) -> Callable[[Order], bool]:
    status = call.find_text("status")
    if status is not None and status not in statuses:
        raise query_invalid(f"'{status}' is not a status")
    first, last = read_day(call, "datefrom"), read_day(call, "dateto")
    return lambda order: (status is None or order.status == status) and _is_between(order.dated_on, first, last)


def _is_between(day: date | None, first: date | None, last: date | None) -> bool:
    if first is None and last is None:
        return True
    return day is not None and (first is None or day >= first) and (last is None or day <= last)
