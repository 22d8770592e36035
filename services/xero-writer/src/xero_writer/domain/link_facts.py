"""What a record link remembers beside its ids: what documents and the next judgement need, and nothing personal.

Kept for the tenant's life as one JSON value. Texts of customers never stand here; what must be compared later stands
as keyed digests by field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final

from xero_writer.domain.document_kinds import XeroKind


@dataclass(frozen=True)
class LinkedLine:
    """One line of a document: our key for it, Xero's LineItemID, and what Xero decides about it after creation."""

    key: str
    line_item_id: str | None = None
    account_code: str | None = None
    tax_type: str | None = None
    tracking: tuple[tuple[str, str], ...] = ()
    """TrackingCategoryID and TrackingOptionID of each of its options."""


@dataclass(frozen=True)
class LinkFacts:
    """Facts of one link. Every field has a default, so facts saved by an older version are read by a newer one."""

    field_digests: Mapping[str, str] = field(default_factory=dict)
    """By field: digest of what the CRM said when both sides last agreed."""
    xero_field_digests: Mapping[str, str] = field(default_factory=dict)
    """By field: digest of what Xero answered then."""
    kind: XeroKind | None = None
    """Documents: what it was made as; None for links of version 0.1, which made sales invoices alone."""
    crm_status: str | None = None
    dated: date | None = None
    own_texts: str | None = None
    """Documents: digest of what the CRM's lines say themselves, without the texts that come from products."""
    lines: tuple[LinkedLine, ...] = ()
    code: str | None = None
    """Products: the item code as Xero spells it."""
    account_code: str | None = None
    tax_type: str | None = None
    purchase_account_code: str | None = None
    purchase_tax_type: str | None = None
    line_text: str | None = None
    """Products: what a document line without a description says."""
    tracked: bool = False
    """Products: Xero keeps stock of the item, so its price and accounts are left alone."""
    owner: bool = True
    """False: another CRM record owns the shared Xero contact or item, so this one writes nothing to it."""
    terms_day: int | None = None
    terms_type: str | None = None
    """Contacts: Xero's sales payment terms (Xero: Contacts page, PaymentTerms)."""
    bill_terms_day: int | None = None
    bill_terms_type: str | None = None
    """Contacts: Xero's payment terms for bills."""
    people: tuple[str, ...] | None = None
    """Accounts: the CRM ids of their contacts; None while they are not known."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column; defaults are left out."""
        plain: dict[str, Any] = {}
        for name, default in _DEFAULTS:
            value = getattr(self, name)
            if value is None or value is default or value in (default, {}):
                continue
            plain[name] = _to_plain(value)
        return plain


_DEFAULTS: Final = tuple((item.name, item.default) for item in fields(LinkFacts))
_NAMES: Final = frozenset(name for name, _ in _DEFAULTS)
_LINE_NAMES: Final = tuple(item.name for item in fields(LinkedLine) if item.name != "tracking")


def link_facts_from_json(value: Mapping[str, Any] | None) -> LinkFacts:
    """The facts of a JSON column; None and unknown keys are passed over."""
    given = {name: item for name, item in (value or {}).items() if name in _NAMES}
    if given.get("dated") is not None:
        given["dated"] = date.fromisoformat(given["dated"])
    if given.get("kind") is not None:
        given["kind"] = XeroKind(given["kind"])
    if given.get("people") is not None:
        given["people"] = tuple(given["people"])
    given["lines"] = tuple(read_linked_line(line) for line in given.get("lines", ()))
    return LinkFacts(**given)


def read_linked_line(value: Mapping[str, Any]) -> LinkedLine:
    """A line of a JSON column; unknown keys are passed over."""
    tracking = tuple((str(category), str(option)) for category, option in value.get("tracking") or ())
    return LinkedLine(**{name: value[name] for name in _LINE_NAMES if name in value}, tracking=tracking)


def line_to_json(line: LinkedLine) -> dict[str, Any]:
    """Plain values of one line; what is not known is left out."""
    plain: dict[str, Any] = {name: value for name in _LINE_NAMES if (value := getattr(line, name))}
    if line.tracking:
        plain["tracking"] = [list(option) for option in line.tracking]
    return plain


def _to_plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, XeroKind):
        return value.value
    if isinstance(value, tuple):
        return [line_to_json(item) if isinstance(item, LinkedLine) else item for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value
