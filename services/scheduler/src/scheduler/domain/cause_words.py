"""One cause in people's words: so many records, so much money, and the one thing to do about it."""

from collections.abc import Mapping
from typing import Final

from scheduler.domain.causes import Cause
from scheduler.domain.money_words import RECORD_WORDS, join_words, say_count, say_money
from sync_kit.contracts.reason_catalogue import advise
from sync_kit.contracts.reasons import fill
from sync_kit.contracts.vocabulary import MODULE_ORDER, Module

# fmt: off
STAY_OUT: Final[Mapping[str, str]] = {
    "not_ticked": "\"{field}\" is not ticked",
    "status_waits": "the status '{status}' is set to wait",
    "before_start_date": "dated before the start date {start}",
    "canceled_before_sync": "canceled before reaching Xero",
    "deleted_before_sync": "deleted before reaching Xero",
    "not_used_yet": "on no document that goes to Xero yet",
    "zero_total": "a total of 0.00",
    "crm_approval_pending": "waiting for an approval in the CRM",
}
"""Not meant to go (yet): why."""

ONE_THING: Final[Mapping[str, str]] = {
    "status_unmapped": "map the status '{status}'",
    "status_blank": "choose their status in the CRM",
    "account_missing": "choose a default {side} account",
    "account_unusable": "choose another account than {account}, or restore it in Xero",
    "tax_unmapped": "map the tax '{tax}' for {side}",
    "tax_not_said": "say what a line without tax means for {side}",
    "tax_percent_differs": "map the right rate for the tax '{tax}'",
    "tax_not_allowed_here": "map another rate than '{rate}' for {side}",
    "tax_not_registered": "correct the taxes in the CRM, or the tax settings in Xero",
    "tax_basis_unclear": "say whether their amounts include tax",
    "currency_not_enabled": "switch on {currency} in Xero",
    "rate_doubtful": "correct the CRM's rate for {currency}, or let Xero's day rate apply",
    "tracking_unknown": "add the option '{value}' to the tracking category '{category}', or map it",
    "mapping_broken": "choose another CRM field than '{field}' in the mapping",
    "number_missing": "fill in the CRM field '{field}', or choose another number field",
    "number_twice_in_crm": "renumber all but one that carry the number {number}",
    "due_date_missing": "set payment terms in Xero, or \"days until due\" in the mapping",
    "item_unknown": "restore the item {code} in Xero, or recode the product",
    "item_code_taken": "recode the item {code} on one side",
    "stock_short": "receive the stock of {code} in Xero",
    "period_locked": "move the lock date {lock}, or their dates",
    "needs_reauthorisation": "connect {vendor} again",
    "permission_missing": "give the connected user the right to {what}",
    "plan_limit": "upgrade the Xero plan, or let invoices go as drafts",
    "waiting_for_limit": "more calls, which {vendor} allows from {until} on",
    "vendor_trouble": "{vendor} to answer properly again",
    "stalled": "start another sync",
}
"""One act mends all of them."""

EACH: Final[Mapping[str, str]] = {
    "customer_missing": "choose the account in the CRM",
    "supplier_missing": "choose the vendor in the CRM",
    "person_name_missing": "fill in the last name",
    "lines_missing": "add at least one line",
    "lines_incomplete": "let the connected user see every field of the lines",
    "date_missing": "fill in the document date",
    "value_unusable": "correct {field} in the CRM",
    "product_code_missing": "enter a product code",
    "waits_for": "mend the record that they wait for",
    "ambiguous_match": "choose the Xero record, or \"create new\"",
    "name_taken": "link the two that share a name, or rename one",
    "number_taken_in_xero": "link the two that share a number, or renumber one",
    "looks_already_entered": "say whether it was typed in already",
    "contact_archived": "restore the contact in Xero",
    "two_in_xero": "leave only one of the documents in Xero",
    "total_differs": "correct the CRM document or the tax mapping",
    "discount_alters_tax": "give the discount on the lines",
    "negative_total": "enter a credit note in Xero",
    "locked_in_xero": "credit it in Xero, or undo the change in the CRM ({state})",
    "changed_in_xero": "choose which side to keep",
    "ended_in_xero": "cancel it in the CRM, or make a new one with a new number",
    "ended_in_crm": "delete, void or credit it in Xero",
    "refused_other": "follow Xero's words, then retry",
}
"""Every record needs its own act of the same kind."""
# fmt: on


def say_cause(cause: Cause) -> str:
    """`37 invoices, GBP 12,300.00, wait for one thing: map the status 'Shipped'.`"""
    known = cause.example.facts
    subject = _say_subject(cause)
    single = cause.size == 1
    if cause.code in STAY_OUT:
        return f"{subject} {'stays' if single else 'stay'} out: {fill(STAY_OUT[cause.code], known)}."
    if cause.code in ONE_THING:
        return f"{subject} {'waits' if single else 'wait'} for one thing: {fill(ONE_THING[cause.code], known)}."
    own = sum(cause.records.values())
    verb = {0: "waits for this" if single else "wait for this", 1: "needs this"}.get(own, "each need this")
    act = fill(EACH[cause.code], known) if cause.code in EACH else advise(cause.example).rstrip(".")
    return f"{subject} {verb}: {act}."


def _say_subject(cause: Cause) -> str:
    waiting = _say_counts(cause.waiting)
    who = f"{_say_counts(cause.records)} with {waiting} waiting" if cause.records and waiting else ""
    counted = who or waiting or _say_counts(cause.records)
    return f"{counted}, {say_money(cause.money)}," if cause.money else counted


def _say_counts(counts: Mapping[Module, int]) -> str:
    return join_words([say_count(counts[module], RECORD_WORDS[module]) for module in MODULE_ORDER if module in counts])
