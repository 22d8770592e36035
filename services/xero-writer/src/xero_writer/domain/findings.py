"""What Xero's side of a set-up lacks before the first sync, found out from data that was read: the writer's findings.

The catalogue of findings says who mends each of them and which ones stop.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sync_kit.contracts.findings import Finding
from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module
from xero_writer.domain.accounts import explain_unusable_account, explain_wrong_side
from xero_writer.domain.document_kinds import XeroKind, choose_kind, list_statuses
from xero_writer.domain.mapping_model import Side, StatusChoice, TenantMapping
from xero_writer.domain.reference import Organisation, Reference
from xero_writer.domain.tax import explain_unusable_rate

SPARE_CALLS: Final = 20
"""Of a day's calls, left for settling what is uncertain."""
_DRAFT_RIGHTS: Final[Mapping[XeroKind, tuple[str, str]]] = {
    XeroKind.SALES_INVOICE: ("CreateDraftInvoice", "create draft invoices"),
    XeroKind.BILL: ("CreateDraftBill", "create draft bills"),
    XeroKind.PURCHASE_ORDER: ("CreateDraftPurchaseOrder", "create draft purchase orders"),
    XeroKind.QUOTE: ("CreateDraftQuote", "create draft quotes"),
}
_APPROVAL_RIGHTS: Final[Mapping[XeroKind, tuple[str, str]]] = {
    XeroKind.SALES_INVOICE: ("CreateApprovedInvoice", "invoices"),
    XeroKind.BILL: ("CreateApprovedBill", "bills"),
    XeroKind.PURCHASE_ORDER: ("CreateApprovedPurchaseOrder", "purchase orders"),
    XeroKind.QUOTE: ("CreateSentQuote", "quotes (mark them as sent)"),
}
"""Xero's names of the key actions (Xero: Organisation/Actions), and what they are called here."""


@dataclass(frozen=True)
class SetUp:
    """All that the findings rest on. `denied` are the actions that the connected user may not do."""

    reference: Reference
    mapping: TenantMapping
    modules: frozenset[Module]
    """What the run was asked for."""
    start: date
    denied: frozenset[str] = frozenset()
    calls_left: int | None = None
    calls_needed: int = 0
    foreign_numbers: int = 0
    """Contacts in Xero whose ContactNumber is not one of this CRM's ids."""

    @property
    def documents(self) -> tuple[Module, ...]:
        """The document modules that go."""
        return tuple(module for module in DOCUMENT_MODULES if module in self.modules)

    def has_side(self, side: Side) -> bool:
        """Whether documents of this side go."""
        purchases = Module.PURCHASE_ORDERS in self.modules
        return purchases if side is Side.PURCHASES else bool(set(self.documents) - {Module.PURCHASE_ORDERS})


def find_findings(set_up: SetUp) -> tuple[Finding, ...]:
    """Everything that is worth telling, in the order of the catalogue's talk: whose books, mapping, rights, limits."""
    return tuple(
        finding
        for find in (_look_at_books, _look_at_accounts, _look_at_rates, _look_at_rights, _look_at_limits)
        for finding in find(set_up)
    )


def find_facts(set_up: SetUp) -> dict[str, Any]:
    """The plain answers that people read beside the findings."""
    organisation = set_up.reference.organisation
    return {
        "xero_organisation": organisation.name,
        "xero_country": organisation.country_code,
        "xero_currency": organisation.base_currency,
        "xero_demo_company": organisation.is_demo_company,
        "xero_pays_tax": organisation.pays_tax,
        "period_lock_date": _say_date(organisation.period_lock_date),
        "end_of_year_lock_date": _say_date(organisation.end_of_year_lock_date),
        "xero_calls_left": set_up.calls_left,
        "xero_calls_needed": set_up.calls_needed,
    }


def list_denied(body: object) -> frozenset[str]:
    """The names of the actions that are NOT-ALLOWED in an answer of Organisation/Actions; lenient about its shape."""
    actions = body.get("Actions") if isinstance(body, Mapping) else None
    return frozenset(
        str(action.get("Name"))
        for action in (actions if isinstance(actions, list) else [])
        if isinstance(action, Mapping) and action.get("Status") == "NOT-ALLOWED"
    )


def _look_at_books(set_up: SetUp) -> Iterator[Finding]:
    organisation = set_up.reference.organisation
    if organisation.is_demo_company:
        yield Finding(code="demo_company", facts={"organisation": organisation.name})
    lock = _find_last_lock(organisation)
    if lock is not None and set_up.start <= lock:
        proposed = lock + timedelta(days=1)
        facts = {"start": set_up.start.isoformat(), "lock": lock.isoformat(), "proposed": proposed.isoformat()}
        yield Finding(code="start_date_locked", facts=facts)
    if set_up.foreign_numbers:
        yield Finding(code="other_integration", facts={"count": set_up.foreign_numbers})


def _look_at_accounts(set_up: SetUp) -> Iterator[Finding]:
    accounts, reference = set_up.mapping.accounts, set_up.reference
    for side in Side:
        if not set_up.has_side(side):
            continue
        code = accounts.find_default(side)
        if code is None:
            yield Finding(code=f"{side.value}_account_missing")
            continue
        problem = explain_unusable_account(code, reference) or explain_wrong_side(code, reference, side)
        if problem is not None:
            yield _account(f"default {side.value}", code, problem)
    if accounts.rounding is not None:
        problem = explain_unusable_account(accounts.rounding, reference, rounding=True)
        if problem is not None:
            yield _account("rounding", accounts.rounding, problem)
    for product in accounts.by_product:
        for side in Side:
            code = accounts.find_for_product(side, product)
            problem = explain_unusable_account(code, reference) if code is not None else None
            if code is not None and problem is not None and set_up.has_side(side):
                yield _account(f"{side.value} account of product {product}, the", code, problem)


def _account(where: str, code: str, problem: str) -> Finding:
    return Finding(code="mapping_account_unusable", facts={"where": where, "account": code, "problem": problem})


def _look_at_rates(set_up: SetUp) -> Iterator[Finding]:
    taxes = set_up.mapping.taxes
    for side in Side:
        if not set_up.has_side(side):
            continue
        named = [(f'{side.value}, for the CRM tax "{name}"', rate) for name, rate in taxes.get_table(side).items()]
        untaxed = taxes.find_untaxed(side)
        if untaxed is not None:
            named.append((f"{side.value}, for lines without tax", untaxed))
        for where, rate in named:
            problem = explain_unusable_rate(rate, set_up.reference, side)
            if problem is not None:
                facts = {"rate": rate, "where": where, "problem": problem}
                yield Finding(code="mapping_rate_unusable", facts=facts)


def _look_at_rights(set_up: SetUp) -> Iterator[Finding]:
    kinds = dict.fromkeys(choose_kind(module, set_up.mapping) for module in set_up.documents)
    for kind in kinds:
        action, what = _DRAFT_RIGHTS[kind]
        if action in set_up.denied:
            yield Finding(code="right_missing", facts={"what": what})
    beyond = dict.fromkeys(
        choose_kind(module, set_up.mapping)
        for module in set_up.documents
        if {StatusChoice.AUTHORISED, StatusChoice.SENT} & set(list_statuses(module, set_up.mapping).values())
    )
    for kind in beyond:
        action, what = _APPROVAL_RIGHTS[kind]
        if action in set_up.denied:
            yield Finding(code="approval_right_missing", facts={"what": what})


def _look_at_limits(set_up: SetUp) -> Iterator[Finding]:
    left = set_up.calls_left
    if left is not None and set_up.calls_needed > left - SPARE_CALLS:
        yield Finding(code="xero_calls_low", facts={"left": left, "needed": set_up.calls_needed})


def _find_last_lock(organisation: Organisation) -> date | None:
    dates = [organisation.period_lock_date, organisation.end_of_year_lock_date]
    return max((each for each in dates if each is not None), default=None)


def _say_date(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None
