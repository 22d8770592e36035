"""Which item a code stands for (switch `item_codes`: are A1 and a1 the same)."""

from __future__ import annotations

from vendor_sandbox.core.switches import Switches
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.records import Item


def find_item_by_code(organisation: Organisation, code: str, switches: Switches) -> Item | None:
    """The item with this code."""
    for item_id in organisation.ids_by_item_code.get(code.strip().casefold(), ()):
        item = organisation.items[item_id]
        if switches.item_codes == "insensitive" or item.code == code.strip():
            return item
    return None
