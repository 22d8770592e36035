"""/Items: one list without pages, single reads by id or code, writes, deletes."""

from __future__ import annotations

from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.batch import Writable, write_batch, write_single
from vendor_sandbox.xero.body_shapes import is_guid, normalise_guid
from vendor_sandbox.xero.items.body import ITEM_SHAPE
from vendor_sandbox.xero.items.matching import find_item_by_code
from vendor_sandbox.xero.items.rendering import render_item
from vendor_sandbox.xero.items.write import delete_item, post_item, put_item
from vendor_sandbox.xero.listing import Listable, answer_list, select_records
from vendor_sandbox.xero.records import Item
from vendor_sandbox.xero.refusals import ElementRefusedError, resource_missing, validation_failed
from vendor_sandbox.xero.where_parser import DATE, FLAG, GUID, NUMBER, TEXT, Queryable

ITEMS: Writable[Item] = Writable(
    "Items", "ItemID", "", ITEM_SHAPE, lambda context, item: render_item(item, context.unit_places)
)
_PROPERTIES: dict[str, Queryable[Item]] = {
    "itemid": Queryable(GUID, lambda item: item.item_id),
    "code": Queryable(TEXT, lambda item: item.code),
    "name": Queryable(TEXT, lambda item: item.name or None),
    "description": Queryable(TEXT, lambda item: item.description or None),
    "issold": Queryable(FLAG, lambda item: item.is_sold),
    "ispurchased": Queryable(FLAG, lambda item: item.is_purchased),
    "istrackedasinventory": Queryable(FLAG, lambda item: item.is_tracked),
    "quantityonhand": Queryable(NUMBER, lambda item: item.quantity_on_hand if item.is_tracked else None),
    "updateddateutc": Queryable(DATE, lambda item: item.updated_at),
}
LISTED_ITEMS: Listable[Item] = Listable(
    "Items", _PROPERTIES, lambda item: (item.updated_at, item.item_id), lambda item: item.updated_at
)


def list_items(call: ApiCall) -> ApiAnswer:
    """GET /Items: always the whole list, whatever page is asked for."""
    unit_places = call.unit_places
    chosen = select_records(call, LISTED_ITEMS, call.organisation.items.values())
    return answer_list(call, LISTED_ITEMS, chosen, lambda item: render_item(item, unit_places), None)


def get_item(call: ApiCall) -> ApiAnswer:
    """GET /Items/{ItemID or Code}."""
    return ApiAnswer({"Items": [render_item(_get_by_key(call), call.unit_places)]})


def put_items(call: ApiCall) -> ApiAnswer:
    """PUT /Items."""
    return write_batch(call, ITEMS, put_item)


def post_items(call: ApiCall) -> ApiAnswer:
    """POST /Items."""
    return write_batch(call, ITEMS, post_item)


def post_one_item(call: ApiCall) -> ApiAnswer:
    """POST /Items/{ItemID}."""
    return write_single(call, ITEMS, _get_by_key(call).item_id, post_item)


def delete_one_item(call: ApiCall) -> ApiAnswer:
    """DELETE /Items/{ItemID}: 204."""
    item = _get_by_key(call)
    try:
        delete_item(call.make_write_context(), item)
    except ElementRefusedError as refusal:
        messages = [{"Message": message} for message in refusal.problems.list_messages()]
        raise validation_failed([{"ItemID": item.item_id, "ValidationErrors": messages}]) from None
    return ApiAnswer(None, 204)


def _get_by_key(call: ApiCall) -> Item:
    found = call.organisation.items.get(normalise_guid(call.key)) if is_guid(call.key) else None
    found = found or find_item_by_code(call.organisation, call.key, call.core.switches)
    if found is None:
        raise resource_missing()
    return found
