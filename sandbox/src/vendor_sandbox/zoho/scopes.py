"""OAuth scopes: which exist, and which of them a call needs."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPERATIONS = "ALL|READ|CREATE|UPDATE|WRITE|DELETE"
_MODULES = "accounts|contacts|vendors|products|pricebooks|quotes|salesorders|purchaseorders|invoices|deals|leads"
_KNOWN = re.compile(
    rf"ZohoCRM\.modules\.({_OPERATIONS})"
    rf"|ZohoCRM\.modules\.({_MODULES}|custom)\.({_OPERATIONS})"
    rf"|ZohoCRM\.settings\.({_OPERATIONS})"
    rf"|ZohoCRM\.settings\.(modules|fields|layouts|currencies|taxes|roles|profiles|custom_views)\.({_OPERATIONS})"
    rf"|ZohoCRM\.(org|users|notifications|coql|bulk)\.({_OPERATIONS})"
    r"|ZohoCRM\.composite_requests\.CUSTOM"
    r"|ZohoSearch\.securesearch\.READ"
)


@dataclass(frozen=True, slots=True)
class ScopeNeed:
    """One right that a call needs: any of the scopes in `accepted` gives it."""

    accepted: frozenset[str]

    def is_met_by(self, granted: frozenset[str]) -> bool:
        """True if one of the accepted scopes was granted."""
        return not self.accepted.isdisjoint(granted)


def parse_scopes(text: str) -> frozenset[str] | None:
    """The scopes of an authorize request (comma or blank between them); None if one does not exist."""
    names = [name for name in re.split(r"[,\s]+", text) if name]
    if not names or any(_KNOWN.fullmatch(name) is None for name in names):
        return None
    return frozenset(names)


def need_module(scope_name: str, operation: str) -> ScopeNeed:
    """The right to READ, CREATE, UPDATE or DELETE records of a module."""
    return _need(["ZohoCRM.modules", f"ZohoCRM.modules.{scope_name}"], operation)


def need_settings(area: str, operation: str = "READ") -> ScopeNeed:
    """The right to a part of the settings, such as "fields"."""
    return _need(["ZohoCRM.settings", f"ZohoCRM.settings.{area}"], operation)


def need_area(area: str, operation: str = "READ") -> ScopeNeed:
    """The right to "org", "users" or "coql"."""
    return _need([f"ZohoCRM.{area}"], operation)


def need_taxes() -> ScopeNeed:
    """Taxes: no document names the scope, so the org's and the settings' both open it."""
    return ScopeNeed(need_area("org").accepted | need_settings("taxes").accepted)


NEED_COMPOSITE = ScopeNeed(frozenset({"ZohoCRM.composite_requests.CUSTOM"}))


def _need(families: list[str], operation: str) -> ScopeNeed:
    operations = {"ALL", operation}
    if operation in {"CREATE", "UPDATE"}:
        operations.add("WRITE")
    return ScopeNeed(frozenset(f"{family}.{each}" for family in families for each in operations))
