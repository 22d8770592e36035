"""Lanes: the lists of Xero that we read and write, each with its words and with what one request of it may hold.

A lane is narrower than a path: sales invoices and bills share `Invoices`, but a lost answer about a bill is settled in
another way, so they never share a request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.document_kinds import XERO_WORDS, XeroKind, choose_kind
from xero_writer.domain.mapping_model import Side, TenantMapping


class Lane(StrEnum):
    """One kind of element. The value names it in the store."""

    CONTACTS = "contacts"
    ITEMS = "items"
    SALES_INVOICES = "sales_invoice"
    BILLS = "bill"
    PURCHASE_ORDERS = "purchase_order"
    QUOTES = "quote"


@dataclass(frozen=True)
class LaneWords:
    """Xero's words for a lane. `path` also names the list in requests and answers; `key_field` is the business key."""

    path: str
    id_field: str
    key_field: str
    kind: XeroKind | None = None
    page_size: int = 1000
    asked_by_ids: bool = False
    """Whether many can be asked for by their ids in one call (Xero: Contacts and Invoices take IDs)."""

    @property
    def type(self) -> str | None:
        """What Xero calls the kind where the path is shared."""
        return XERO_WORDS[self.kind].type if self.kind is not None else None

    @property
    def side(self) -> Side:
        """Whether money goes out by it."""
        purchases = self.kind in (XeroKind.BILL, XeroKind.PURCHASE_ORDER)
        return Side.PURCHASES if purchases else Side.SALES

    @property
    def where(self) -> str | None:
        """The filter that leaves only this lane's elements of a shared path."""
        return f'Type=="{self.type}"' if self.type is not None else None


def _document(kind: XeroKind, *, page_size: int = 1000, asked_by_ids: bool = False) -> LaneWords:
    words = XERO_WORDS[kind]
    return LaneWords(words.path, words.id_field, words.number_field, kind, page_size, asked_by_ids)


LANES: Final[Mapping[Lane, LaneWords]] = {
    Lane.CONTACTS: LaneWords("Contacts", "ContactID", "ContactNumber", asked_by_ids=True),
    Lane.ITEMS: LaneWords("Items", "ItemID", "Code"),
    Lane.SALES_INVOICES: _document(XeroKind.SALES_INVOICE, asked_by_ids=True),
    Lane.BILLS: _document(XeroKind.BILL, asked_by_ids=True),
    Lane.PURCHASE_ORDERS: _document(XeroKind.PURCHASE_ORDER),
    Lane.QUOTES: _document(XeroKind.QUOTE, page_size=100),
}
"""Quotes are paged by hundreds and take no pageSize (Xero: Quotes page); items are one unpaged list."""

CONTACT_MODULES: Final = frozenset({Module.ACCOUNTS, Module.CONTACTS, Module.VENDORS})
DOCUMENT_LANES: Final = frozenset(lane for lane, words in LANES.items() if words.kind is not None)
_KINDS: Final[Mapping[Module, XeroKind]] = {
    Module.INVOICES: XeroKind.SALES_INVOICE,
    Module.SALES_ORDERS: XeroKind.SALES_INVOICE,
    Module.PURCHASE_ORDERS: XeroKind.BILL,
    Module.QUOTES: XeroKind.QUOTE,
}


def lane_of(module: Module, kind: XeroKind | None) -> Lane:
    """Where a record of the module goes. `kind` is None for records that are no documents, and for links of the time
    when there was only one kind of document."""
    if module in CONTACT_MODULES:
        return Lane.CONTACTS
    if module is Module.PRODUCTS:
        return Lane.ITEMS
    return Lane((kind or _KINDS[module]).value)


def choose_lane(module: Module, mapping: TenantMapping) -> Lane:
    """Where new records of the module go by this mapping."""
    documents = module not in CONTACT_MODULES and module is not Module.PRODUCTS
    return lane_of(module, choose_kind(module, mapping) if documents else None)


def list_feeders(lane: Lane, mapping: TenantMapping) -> tuple[Module, ...]:
    """The modules whose new records go to the lane."""
    return tuple(module for module in Module if choose_lane(module, mapping) is lane)
