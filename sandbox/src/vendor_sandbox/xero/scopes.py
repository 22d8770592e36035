"""Scopes: the granular family (apps since March 2026) and the broad one, and what each resource needs.

Source: Xero granular-scopes FAQ. Which scope writes items is open (switch `item_write_scope`).
"""

from __future__ import annotations

from vendor_sandbox.core.switches import Switches

_READ_WRITE = (
    "accounting.attachments",
    "accounting.banktransactions",
    "accounting.contacts",
    "accounting.invoices",
    "accounting.manualjournals",
    "accounting.payments",
    "accounting.settings",
    "accounting.transactions",
)
_OTHERS = (
    "openid",
    "profile",
    "email",
    "offline_access",
    "accounting.budgets.read",
    "accounting.journals.read",
    "accounting.reports.read",
    "accounting.reports.aged.read",
    "accounting.reports.balancesheet.read",
    "accounting.reports.banksummary.read",
    "accounting.reports.budgetsummary.read",
    "accounting.reports.executivesummary.read",
    "accounting.reports.profitandloss.read",
    "accounting.reports.taxreports.read",
    "accounting.reports.tenninetynine.read",
    "accounting.reports.trialbalance.read",
)
KNOWN_SCOPES = frozenset(_OTHERS) | {name for base in _READ_WRITE for name in (base, f"{base}.read")}

# resource -> scope families, any of which opens it
_FAMILIES: dict[str, tuple[str, ...]] = {
    "invoices": ("accounting.invoices", "accounting.transactions"),
    "purchaseorders": ("accounting.invoices", "accounting.transactions"),
    "quotes": ("accounting.invoices", "accounting.transactions"),
    "payments": ("accounting.payments", "accounting.transactions"),
    "contacts": ("accounting.contacts",),
    "items": ("accounting.settings", "accounting.invoices"),
}
_SETTINGS = ("accounting.settings",)
_ITEM_WRITES = {
    "either": ("accounting.settings", "accounting.invoices"),
    "settings": ("accounting.settings",),
    "invoices": ("accounting.invoices",),
}


def allows(scopes: frozenset[str], resource: str, method: str, switches: Switches) -> bool:
    """May a token with these scopes use this method on this resource (lower-case name)?"""
    families = _FAMILIES.get(resource, _SETTINGS)
    if method == "GET":
        return any(family in scopes or f"{family}.read" in scopes for family in families)
    if resource == "items":
        families = _ITEM_WRITES[switches.item_write_scope]
    return any(family in scopes for family in families)
