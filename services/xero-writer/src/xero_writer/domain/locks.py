"""What may still change in Xero: the tenant's lock policy, and Xero's lock dates.

SEED policy: a document that is approved, part-paid or paid never changes from the CRM. Policy `xero`: what Xero allows
(Xero: Invoices page, editing). A lock date holds for drafts and advisers too: we never test whether Xero would let it
through. What Xero allows on quotes and purchase orders is not documented: they change until they are settled with the
other side.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.mapping_model import LockPolicy
from xero_writer.domain.reference import Organisation

ENDED_STATUSES: Final = frozenset({"VOIDED", "DELETED"})
_OPEN: Final[Mapping[XeroKind, frozenset[str]]] = {
    XeroKind.SALES_INVOICE: frozenset({"DRAFT", "SUBMITTED"}),
    XeroKind.BILL: frozenset({"DRAFT", "SUBMITTED"}),
    XeroKind.PURCHASE_ORDER: frozenset({"DRAFT", "SUBMITTED"}),
    XeroKind.QUOTE: frozenset({"DRAFT", "SENT"}),
}
_FORWARD: Final = ("DRAFT", "SENT", "SUBMITTED", "AUTHORISED")
_EDITABLE_WHEN_PAID: Final = frozenset({"Reference", "DueDate", "InvoiceNumber", "Contact", "LineTexts"})


def is_open(kind: XeroKind, status: str) -> bool:
    """Whether nobody has approved it yet."""
    return status in _OPEN[kind]


def say_state(status: str, amount_paid: Decimal, amount_credited: Decimal) -> str:
    """A document's state in words; part payment is no status of Xero's own."""
    if status == "PAID":
        return "paid"
    if status == "AUTHORISED":
        if amount_paid:
            return "part paid"
        return "part credited" if amount_credited else "awaiting payment"
    return status.lower()


def may_change(
    kind: XeroKind,
    policy: LockPolicy,
    status: str,
    amount_paid: Decimal,
    amount_credited: Decimal,
    changed: Iterable[str],
) -> bool:
    """Whether these fields of a document may change from the CRM."""
    if is_open(kind, status):
        return True
    if policy is LockPolicy.SEED or status in ENDED_STATUSES:
        return False
    if status == "AUTHORISED" and not amount_paid and not amount_credited:
        return True
    if kind is not XeroKind.SALES_INVOICE:
        return False
    allowed = _EDITABLE_WHEN_PAID - {"Contact"} if amount_credited else _EDITABLE_WHEN_PAID
    return set(changed) <= allowed


def may_become(kind: XeroKind, now: str, new: str) -> bool:
    """Whether a document that is still open may be given this status (Xero: Invoices page, transitions).

    Whether Xero takes orders and quotes back is not documented: they only go forward.
    """
    if not is_open(kind, now) or new == now:
        return False
    return kind in (XeroKind.SALES_INVOICE, XeroKind.BILL) or _FORWARD.index(new) > _FORWARD.index(now)


def find_end_status(kind: XeroKind, status: str, amount_paid: Decimal, amount_credited: Decimal) -> str | None:
    """The status that ends a document in Xero; None where Xero allows none or a person should look first."""
    if is_open(kind, status):
        return "DELETED"
    if status != "AUTHORISED" or amount_paid or amount_credited:
        return None
    if kind is XeroKind.PURCHASE_ORDER:
        return "DELETED"
    return None if kind is XeroKind.QUOTE else "VOIDED"


def find_period_lock(organisation: Organisation, dates: Iterable[date | None], record_text: str) -> Reason | None:
    """`period_locked` for the earliest date on or before a lock date; compared with both of Xero's lock dates."""
    locks = [
        (lock, name)
        for lock, name in (
            (organisation.period_lock_date, "period"),
            (organisation.end_of_year_lock_date, "year end"),
        )
        if lock is not None
    ]
    known = [dated for dated in dates if dated is not None]
    if not locks or not known:
        return None
    earliest = min(known)
    lock, name = max(locks)
    if earliest > lock:
        return None
    return Reason(
        code="period_locked",
        facts={"record": record_text, "date": earliest.isoformat(), "lock": f"{lock.isoformat()} ({name})"},
    )
