"""What may still change in Xero: the tenant's lock policy, and Xero's lock dates.

SEED policy: a document that is approved, part-paid or paid never changes from the CRM. Policy `xero`: what Xero allows
on a sales invoice (Xero: Invoices page, editing). A lock date holds for drafts and advisers too: we never test whether
Xero would let it through.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.mapping_model import LockPolicy
from xero_writer.domain.reference import Organisation

OPEN_STATUSES: Final = frozenset({"DRAFT", "SUBMITTED"})
ENDED_STATUSES: Final = frozenset({"VOIDED", "DELETED"})
_EDITABLE_WHEN_PAID: Final = frozenset({"Reference", "DueDate", "InvoiceNumber", "Contact", "LineTexts"})


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
    policy: LockPolicy, status: str, amount_paid: Decimal, amount_credited: Decimal, changed: Iterable[str]
) -> bool:
    """Whether these fields of a sales invoice may change from the CRM."""
    if status in OPEN_STATUSES:
        return True
    if policy is LockPolicy.SEED or status in ENDED_STATUSES:
        return False
    if status == "AUTHORISED" and not amount_paid and not amount_credited:
        return True
    allowed = _EDITABLE_WHEN_PAID - {"Contact"} if amount_credited else _EDITABLE_WHEN_PAID
    return set(changed) <= allowed


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
