"""Creates, updates and deletes items.

Code is required and unique. PUT refuses an existing code; POST without an ItemID updates the item of the
code. An item is tracked when it names an inventory asset account (type INVENTORY) and a COGS account.
"""

from __future__ import annotations

from dataclasses import replace

from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.invoices.totals import round_to
from vendor_sandbox.xero.items.matching import find_item_by_code
from vendor_sandbox.xero.items.rendering import render_item
from vendor_sandbox.xero.organisation import add_to_index, remove_from_index
from vendor_sandbox.xero.records import Item, ItemSide
from vendor_sandbox.xero.refusals import Problems, refuse_element
from vendor_sandbox.xero.writing import UNIT_STEPS, WriteContext

_LIMITS = {"Code": 30, "Name": 50, "Description": 4000, "PurchaseDescription": 4000}
TRANSACTED = "Items that have been used in tracked inventory transactions cannot be deleted"


def put_item(context: WriteContext, sent: Sent) -> Item:
    """PUT: create. Raises ElementRefusedError."""
    item_id = sent.find_text("ItemID")
    if item_id is not None and item_id in context.organisation.items:
        raise refuse_element("An item with this ItemID already exists")
    return _create(context, sent)


def post_item(context: WriteContext, sent: Sent) -> Item:
    """POST: update by id or code, else create. Raises ElementRefusedError."""
    item_id = sent.find_text("ItemID")
    if item_id is not None:
        known = context.organisation.items.get(item_id)
        if known is None:
            raise refuse_element("The item with the specified ItemID could not be found")
        return update_item(context, known, sent)
    code = sent.find_text("Code")
    match = find_item_by_code(context.organisation, code, context.switches) if code else None
    return _create(context, sent) if match is None else update_item(context, match, sent)


def update_item(context: WriteContext, before: Item, sent: Sent) -> Item:
    """Change what was sent. Raises ElementRefusedError."""
    after = replace(before, sales=replace(before.sales), purchase=replace(before.purchase))
    _apply(context, after, sent)
    after.updated_at = context.updated_at
    remove_from_index(context.organisation.ids_by_item_code, before.code.casefold(), before.item_id)
    return _commit(context, after, "updated")


def delete_item(context: WriteContext, item: Item) -> None:
    """Take an item out of the price list. Documents keep its code. Raises ElementRefusedError."""
    if item.is_tracked and item.quantity_on_hand:
        raise refuse_element(TRANSACTED)
    remove_from_index(context.organisation.ids_by_item_code, item.code.casefold(), item.item_id)
    del context.organisation.items[item.item_id]
    context.record("Items", item.item_id, "deleted", render_item(item, 4))


def _create(context: WriteContext, sent: Sent) -> Item:
    item = Item(item_id=context.make_id(), code="", updated_at=context.updated_at)
    _apply(context, item, sent)
    return _commit(context, item, "created")


def _commit(context: WriteContext, item: Item, action: str) -> Item:
    context.organisation.items[item.item_id] = item
    add_to_index(context.organisation.ids_by_item_code, item.code.casefold(), item.item_id)
    context.record("Items", item.item_id, action, render_item(item, 4))
    return item


def _apply(context: WriteContext, item: Item, sent: Sent) -> None:
    problems = Problems()
    for name, limit in _LIMITS.items():
        if len(sent.find_text(name) or "") > limit:
            problems.add(f"The {name} field must not be longer than {limit} characters")
    code = sent.find_text("Code")
    item.code = item.code if code is None else code.strip()
    if not item.code:
        problems.add("Price List Item Code must be supplied")
    other = find_item_by_code(context.organisation, item.code, context.switches) if item.code else None
    if other is not None and other.item_id != item.item_id:
        problems.add(f"Price List Item with Code '{item.code}' already exists")
    item.name = _pick(sent.find_text("Name"), item.name)
    item.description = _pick(sent.find_text("Description"), item.description)
    item.purchase_description = _pick(sent.find_text("PurchaseDescription"), item.purchase_description)
    _apply_side(context, item.sales, sent.find_object("SalesDetails"), problems)
    _apply_side(context, item.purchase, sent.find_object("PurchaseDetails"), problems)
    is_sold, is_purchased = sent.find_flag("IsSold"), sent.find_flag("IsPurchased")
    item.is_sold = item.is_sold if is_sold is None else is_sold
    item.is_purchased = item.is_purchased if is_purchased is None else is_purchased
    if not item.is_sold:
        item.sales, item.description = ItemSide(), ""
    if not item.is_purchased:
        item.purchase, item.purchase_description = ItemSide(), ""
    _apply_inventory(context, item, sent, problems)
    problems.raise_if_any()


def _pick(value: str | None, before: str) -> str:
    return before if value is None else value


def _apply_side(context: WriteContext, side: ItemSide, sent: Sent | None, problems: Problems) -> None:
    if sent is None:
        return
    price = sent.find_decimal("UnitPrice")
    if price is not None:
        side.unit_price = round_to(price, UNIT_STEPS[context.unit_places], context.switches.half_rounding)
    side.account_code = _pick(sent.find_text("AccountCode"), side.account_code)
    side.cogs_account_code = _pick(sent.find_text("COGSAccountCode"), side.cogs_account_code)
    side.tax_type = _pick(sent.find_text("TaxType"), side.tax_type)
    for code in (side.account_code, side.cogs_account_code):
        account = context.organisation.find_account_by_code(code) if code else None
        if code and (account is None or account.status != "ACTIVE" or account.type == "BANK"):
            problems.add(f"Account code '{code}' is not a valid code for this document.")
    rate = context.organisation.tax_rates.get(side.tax_type)
    if side.tax_type and (rate is None or rate.status != "ACTIVE"):
        problems.add("Tax rate must be valid.")


def _apply_inventory(context: WriteContext, item: Item, sent: Sent, problems: Problems) -> None:
    code = sent.find_text("InventoryAssetAccountCode")
    if not code:
        return
    account = context.organisation.find_account_by_code(code)
    if account is None or account.type != "INVENTORY":
        problems.add("The inventory asset account must be of type INVENTORY")
    elif not item.purchase.cogs_account_code:
        problems.add("A tracked item needs a COGSAccountCode in its PurchaseDetails")
    item.inventory_account_code = code
