"""The Xero fields that a tenant may fill from CRM fields of its choice or with a fixed value: a closed list.

Everything else is refused with a reason: what would endanger money or identity is never mappable, and what has a
section of its own in the mapping is chosen there. Lengths: Xero, Contacts, Items, Invoices, Quotes and PurchaseOrders
pages.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_values import UnusableValueError
from xero_writer.domain.document_kinds import XeroKind, choose_kind
from xero_writer.domain.element_paths import put_value, remove_value
from xero_writer.domain.field_values import FieldType, ValueRule, find_value
from xero_writer.domain.mapped import Faults
from xero_writer.domain.mapping_model import STANDARD_FIELDS, FieldSource, Side, TenantMapping
from xero_writer.domain.reference import Reference
from xero_writer.domain.text import cut_text

PURCHASE_PRICE: Final = "PurchaseDetails.UnitPrice"
SALES_PRICE_FIELD: Final = "Unit_Price"
"""Zoho's sales price of a product; it is never a purchase price."""


class Level(StrEnum):
    """What a mappable field belongs to."""

    HEADER = "header"
    CONTACT = "contact"
    ITEM = "item"


@dataclass(frozen=True)
class MappableField:
    """One Xero field. `only_when_blank`: what Xero already has is never overwritten. `cut`: too long a text is
    shortened with a warning. `needs`: fields that must be mapped with it."""

    name: str
    level: Level
    rule: ValueRule
    only_when_blank: bool = False
    cut: bool = False
    needs: tuple[str, ...] = ()


def _text(name: str, limit: int, level: Level, *, cut: bool = True, blank: bool = False) -> MappableField:
    return MappableField(name, level, ValueRule(FieldType.TEXT, limit), only_when_blank=blank, cut=cut)


def _lines(name: str, limit: int, level: Level) -> MappableField:
    return MappableField(name, level, ValueRule(FieldType.LINES, limit), cut=True)


def _field(name: str, kind: FieldType, level: Level, side: Side | None = None, *, blank: bool = False) -> MappableField:
    limit = {FieldType.ACCOUNT: 10, FieldType.TAX_RATE: 50}.get(kind)
    return MappableField(name, level, ValueRule(kind, limit, side=side), only_when_blank=blank)


_TERM_TYPES: Final = ("DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH")


def _terms(side: str) -> tuple[MappableField, MappableField]:
    day, kind = f"PaymentTerms.{side}.Day", f"PaymentTerms.{side}.Type"
    return (
        MappableField(day, Level.CONTACT, ValueRule(FieldType.DAYS), only_when_blank=True, needs=(kind,)),
        MappableField(
            kind, Level.CONTACT, ValueRule(FieldType.CHOICE, choices=_TERM_TYPES), only_when_blank=True, needs=(day,)
        ),
    )


def _address(kind: str) -> tuple[MappableField, ...]:
    limits = {**{f"AddressLine{number}": 500 for number in range(1, 5)}, "City": 255, "Region": 255, "AttentionTo": 255}
    return (
        *(_text(f"Addresses.{kind}.{part}", limit, Level.CONTACT) for part, limit in limits.items()),
        _text(f"Addresses.{kind}.PostalCode", 50, Level.CONTACT, cut=False),
        MappableField(f"Addresses.{kind}.Country", Level.CONTACT, ValueRule(FieldType.COUNTRY, 50)),
    )


_CONTACT: Final = (
    _text("FirstName", 255, Level.CONTACT),
    _text("LastName", 255, Level.CONTACT),
    MappableField("EmailAddress", Level.CONTACT, ValueRule(FieldType.EMAIL, 255)),
    _text("AccountNumber", 50, Level.CONTACT, cut=False),
    _text("CompanyNumber", 50, Level.CONTACT, cut=False),
    _text("TaxNumber", 50, Level.CONTACT, cut=False, blank=True),
    *(_text(f"Phones.{kind}", 50, Level.CONTACT, cut=False) for kind in ("DEFAULT", "DDI", "MOBILE", "FAX")),
    *_address("POBOX"),
    *_address("STREET"),
    _field("DefaultCurrency", FieldType.CURRENCY, Level.CONTACT, blank=True),
    _field("AccountsReceivableTaxType", FieldType.TAX_RATE, Level.CONTACT, Side.SALES, blank=True),
    _field("AccountsPayableTaxType", FieldType.TAX_RATE, Level.CONTACT, Side.PURCHASES, blank=True),
    _field("SalesDefaultAccountCode", FieldType.ACCOUNT, Level.CONTACT, Side.SALES, blank=True),
    _field("PurchasesDefaultAccountCode", FieldType.ACCOUNT, Level.CONTACT, Side.PURCHASES, blank=True),
    *_terms("Sales"),
    *_terms("Bills"),
)
_ITEM: Final = (
    _lines("Description", 4_000, Level.ITEM),
    _lines("PurchaseDescription", 4_000, Level.ITEM),
    _field("SalesDetails.UnitPrice", FieldType.PRICE, Level.ITEM),
    _field("SalesDetails.AccountCode", FieldType.ACCOUNT, Level.ITEM, Side.SALES),
    _field("SalesDetails.TaxType", FieldType.TAX_RATE, Level.ITEM, Side.SALES),
    _field(PURCHASE_PRICE, FieldType.PRICE, Level.ITEM),
    _field("PurchaseDetails.AccountCode", FieldType.ACCOUNT, Level.ITEM, Side.PURCHASES),
    _field("PurchaseDetails.TaxType", FieldType.TAX_RATE, Level.ITEM, Side.PURCHASES),
)
_DATE: Final = _field("Date", FieldType.DATE, Level.HEADER)
_DUE: Final = _field("DueDate", FieldType.DATE, Level.HEADER)
_OF_KIND: Final[Mapping[XeroKind, tuple[MappableField, ...]]] = {
    XeroKind.SALES_INVOICE: (_DATE, _DUE, _text("Reference", 255, Level.HEADER)),
    XeroKind.BILL: (_DATE, _DUE),
    XeroKind.PURCHASE_ORDER: (
        _DATE,
        _field("DeliveryDate", FieldType.DATE, Level.HEADER),
        _text("Reference", 255, Level.HEADER),
        _lines("DeliveryAddress", 500, Level.HEADER),
        _text("AttentionTo", 255, Level.HEADER),
        _text("Telephone", 50, Level.HEADER, cut=False),
        _lines("DeliveryInstructions", 500, Level.HEADER),
    ),
    XeroKind.QUOTE: (
        _DATE,
        _field("ExpiryDate", FieldType.DATE, Level.HEADER),
        _text("Reference", 4_000, Level.HEADER),
        _text("Title", 100, Level.HEADER),
        _lines("Summary", 3_000, Level.HEADER),
        _lines("Terms", 4_000, Level.HEADER),
    ),
}
_ENTITIES: Final[Mapping[Module, tuple[MappableField, ...]]] = {
    Module.ACCOUNTS: _CONTACT,
    Module.CONTACTS: _CONTACT,
    Module.VENDORS: _CONTACT,
    Module.PRODUCTS: _ITEM,
}

_BANK: Final = "bank details are entered by people in Xero alone, never copied"
_IDS: Final = "ids belong to Xero"
_PAID: Final = "payments are made in Xero alone"
_STOCK: Final = "items are made untracked; inventory accounts belong to Xero"
_NUMBER: Final = "its CRM field is chosen under number_fields"
_LINES: Final = "lines come from the CRM's lines; accounts, taxes and tracking have sections of their own"
REFUSED: Final[Mapping[str, str]] = {
    "BankAccountDetails": _BANK,
    "BatchPayments": _BANK,
    "ContactStatus": "archiving is a person's decision in Xero",
    "ContactID": _IDS,
    "InvoiceID": _IDS,
    "ItemID": _IDS,
    "PurchaseOrderID": _IDS,
    "QuoteID": _IDS,
    "BrandingThemeID": _IDS,
    "XeroNetworkKey": _IDS,
    "ContactNumber": "it holds the CRM id, by which a contact is found again",
    "Url": "it holds the link to the CRM record, by which a document is found again",
    "Payments": _PAID,
    "CreditNotes": _PAID,
    "Prepayments": _PAID,
    "Overpayments": _PAID,
    "AmountPaid": _PAID,
    "AmountDue": _PAID,
    "SentToContact": "we never e-mail customers, and never say that somebody did",
    "CreditLimit": "credit limits are decided in Xero",
    "SalesCreditLimit": "credit limits are decided in Xero",
    "InventoryAssetAccountCode": _STOCK,
    "COGSAccountCode": _STOCK,
    "IsTrackedAsInventory": _STOCK,
    "QuantityOnHand": _STOCK,
    "IsSold": "switched off, Xero empties the sales side of the item",
    "IsPurchased": "switched off, Xero empties the purchase side of the item",
    "Name": "it is the CRM's own name, by which records are matched",
    "Code": "it is the CRM's product code, by which products are matched",
    "ContactPersons": "they are the account's contacts in the CRM",
    "Contact": "it is the record that the document refers to in the CRM",
    "Type": "it follows from the module",
    "Status": "it is chosen under statuses",
    "InvoiceNumber": _NUMBER,
    "PurchaseOrderNumber": _NUMBER,
    "QuoteNumber": _NUMBER,
    "LineAmountTypes": "it is chosen under amounts",
    "CurrencyCode": "it is the CRM document's own currency",
    "CurrencyRate": "it is chosen under policies.currency_rate",
    "LineItems": _LINES,
    "Tracking": "it is chosen under tracking",
    "SubTotal": _LINES,
    "TotalTax": _LINES,
    "Total": _LINES,
}
"""Xero fields that are not mappable, by the name of the field or of any part of it -> why."""


def list_mappable(module: Module, kind: XeroKind | None = None) -> tuple[MappableField, ...]:
    """The fields that may be mapped for a module; `kind` of a document module's documents. Raises KeyError without."""
    entity = _ENTITIES.get(module)
    if entity is not None:
        return entity
    if kind is None:
        raise KeyError(module)
    return _OF_KIND[kind]


def list_mappable_of(module: Module, mapping: TenantMapping) -> tuple[MappableField, ...]:
    """As above, for what new documents of the module become under this mapping."""
    return list_mappable(module, None if module in _ENTITIES else choose_kind(module, mapping))


def explain_refused(name: str, mappable: Collection[MappableField]) -> str:
    """Why a field that is not in the list cannot be mapped, in words."""
    for part in reversed(name.split(".")):
        if part in REFUSED:
            return REFUSED[part]
    if name.endswith("ID"):
        return _IDS
    return f"there is no such field to map; there are: {', '.join(sorted(field.name for field in mappable))}"


def read_fields(
    module: Module,
    mapping: TenantMapping,
    record_fields: Mapping[str, Any],
    faults: Faults,
    *,
    reference: Reference | None = None,
    kind: XeroKind | None = None,
) -> dict[str, object]:
    """The mapped values by Xero field, blank ones left out; what is wrong goes into `faults`.

    A CRM field that is blank gives the mapping's value. A field that the record does not carry is `mapping_broken`.
    What a contact cannot use is left out with a warning, what an item or a document cannot use holds it. `kind`: what
    the document is in Xero, where that is settled already.
    """
    chosen = mapping.fields.get(module)
    if not chosen:
        return {}
    by_name = {field.name: field for field in _list_for(module, mapping, kind)}
    values: dict[str, object] = {}
    for name, source in chosen.items():
        field = by_name.get(name)  # a purchase order that was made as a bill has not what purchase orders have
        value = _read_source(module, field, source, record_fields, faults, reference) if field is not None else None
        if value is not None:
            values[name] = value
    return {name: value for name, value in values.items() if all(other in values for other in by_name[name].needs)}


def write_fields(values: Mapping[str, object], element: dict[str, Any]) -> None:
    """Put mapped values over what the element has by default."""
    for name, value in values.items():
        put_value(element, name, value)


def apply_fields(
    module: Module,
    mapping: TenantMapping,
    record_fields: Mapping[str, Any],
    element: dict[str, Any],
    faults: Faults,
    *,
    reference: Reference | None = None,
    kind: XeroKind | None = None,
) -> None:
    """Read the mapped values and write them into the element: `read_fields` and `write_fields` in one."""
    write_fields(read_fields(module, mapping, record_fields, faults, reference=reference, kind=kind), element)


def list_only_when_blank(module: Module) -> tuple[str, ...]:
    """Fields of a module that are filled only where Xero has nothing."""
    return tuple(field.name for field in _ENTITIES.get(module, ()) if field.only_when_blank)


def drop_only_when_blank(module: Module, element: dict[str, Any], blank_in_xero: Collection[str] = ()) -> None:
    """Before an update: take out what is filled only where Xero has nothing, except fields that are blank there."""
    for name in list_only_when_blank(module):
        if name not in blank_in_xero:
            remove_value(element, name)


def _list_for(module: Module, mapping: TenantMapping, kind: XeroKind | None) -> tuple[MappableField, ...]:
    return list_mappable_of(module, mapping) if kind is None else list_mappable(module, kind)


def _read_source(
    module: Module,
    field: MappableField,
    source: FieldSource,
    record_fields: Mapping[str, Any],
    faults: Faults,
    reference: Reference | None,
) -> object | None:
    found: object | None = None
    if source.field is not None:
        if source.field not in record_fields and source.field not in STANDARD_FIELDS[module]:
            faults.add("mapping_broken", field=source.field)
            return None
        found = _read_value(field, record_fields, source.field, faults, reference)
        if found is None and _is_filled(record_fields.get(source.field)):
            return None  # unusable, and said so: the default is for blank ones
    if found is None and source.value is not None:
        found = _read_value(field, {field.name: source.value}, field.name, faults, reference)
    return found


def _read_value(
    field: MappableField, fields: Mapping[str, Any], name: str, faults: Faults, reference: Reference | None
) -> object | None:
    try:
        return find_value(field.rule, fields, name, reference)
    except UnusableValueError as error:
        if field.level is Level.CONTACT or field.cut:
            faults.warn("value_left_out", field=name, value=error.shown, rule=error.rule)
        else:
            faults.unusable(name, error.shown, error.rule)
        text = fields.get(name)
        if field.cut and field.rule.limit is not None and isinstance(text, str):
            return cut_text(text.strip(), field.rule.limit)
        return None


def _is_filled(value: object) -> bool:
    return value not in (None, "", [], ()) and not (isinstance(value, str) and not value.strip())
