"""Xero's validation messages as reasons, by their stable prefixes (Xero: error texts seen in the field).

What is not known here becomes `refused_other` with Xero's own words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Outcome
from xero_writer.domain.mapping_model import Side
from xero_writer.domain.reason_order import order_reasons, outcome_of


class RefusalKind(StrEnum):
    """LOOK_UP: a business key is taken, perhaps by our own earlier try. HELD: a person must act."""

    LOOK_UP = "look_up"
    HELD = "held"


@dataclass(frozen=True)
class Refusal:
    """What a refused element means. `reasons` is empty for LOOK_UP."""

    kind: RefusalKind
    outcome: Outcome
    reasons: tuple[Reason, ...]


_TAKEN: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"Invoice # must be unique",
        r"The contact name .* is already assigned to another contact",
        r"Another contact has this contact number",
        r"Price List Item with Code .* already exists",
        r"Order number must be unique",
        r"Quote number must be unique",
    )
)
_KNOWN: Final[tuple[tuple[re.Pattern[str], str, dict[str, Any]], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), code, facts)
    for pattern, code, facts in (
        (
            r"(Invoice|Purchase order|Quote) not of valid status for modification",
            "locked_in_xero",
            {"state": "closed to changes"},
        ),
        (r"This document cannot be edited as it has a payment", "locked_in_xero", {"state": "part paid or paid"}),
        (r"The status .* cannot be applied to the invoice", "locked_in_xero", {"state": "part paid or paid"}),
        (r"The document date cannot be before the .*lock date.*set at (?P<lock>[\w-]+)", "period_locked", {}),
        (r".*contact.* archived", "contact_archived", {}),
        (r"Account code '(?P<account>[^']*)' .*archived", "account_unusable", {"problem": "archived or deleted"}),
        (r"Account code '(?P<account>[^']*)' is not", "account_unusable", {"problem": "not valid for an invoice"}),
        (r"Account code must be specified", "account_missing", {"what": "a line"}),
        (r"Account must be valid", "account_unusable", {"account": "of a line", "problem": "not valid"}),
        (
            r"The TaxType code '(?P<rate>[^']*)' cannot be used with account code '(?P<account>[^']*)'",
            "tax_not_allowed_here",
            {"problem": "it does not go with the account"},
        ),
        (
            r"(Tax rate must be valid|The TaxType field is mandatory)",
            "tax_not_allowed_here",
            {"rate": "of a line", "problem": "not valid"},
        ),
        (
            r"The TaxType code '(?P<rate>[^']*)' does not exist or cannot be used",
            "tax_not_allowed_here",
            {"problem": "Xero does not take it for this kind of document"},
        ),
        (r".*not subscribed to currency", "currency_not_enabled", {}),
        (r"Item code '(?P<code>[^']*)' is not valid", "item_unknown", {}),
        (r"There is not enough quantity on hand of item '(?P<code>[^']*)'", "stock_short", {}),
        (r"You have reached the limit of", "plan_limit", {}),
        (r"You do not have permission to (?P<what>.+)", "permission_missing", {}),
        (r"You are not permitted to access this resource", "permission_missing", {"what": "write this to Xero"}),
        (
            r"Email address must be valid",
            "value_unusable",
            {"field": "The e-mail address", "value": "?", "rule": "valid ones"},
        ),
    )
)


def read_refusal(messages: Sequence[str], record_text: str, label: RecordLabel, side: Side = Side.SALES) -> Refusal:
    """What Xero's messages about one element mean; all of them at once."""
    if any(pattern.match(message) for message in messages for pattern in _TAKEN):
        return Refusal(RefusalKind.LOOK_UP, Outcome.BLOCKED, ())
    reasons = order_reasons(_explain(message, record_text, label, side) for message in messages or ("no message",))
    return Refusal(RefusalKind.HELD, outcome_of(reasons), reasons)


def read_whole_refusal(words: str | None, record_text: str, label: RecordLabel, side: Side = Side.SALES) -> Refusal:
    """What it means that Xero refused a whole request of one element; `words` are Xero's, joined by semicolons."""
    messages = [message for message in (words or "").split("; ") if message]
    known = [message for message in messages if any(pattern.match(message) for pattern, _, _ in _KNOWN)]
    if known:
        return read_refusal(known, record_text, label, side)
    facts = {"record": record_text, "words": words or "Xero gave no message"}
    return Refusal(RefusalKind.HELD, Outcome.FAILED, (Reason(code="refused_other", facts=facts, vendor_words=words),))


def _explain(message: str, record_text: str, label: RecordLabel, side: Side) -> Reason:
    known: dict[str, Any] = {"record": record_text, "side": side.value}
    if label.dated is not None:
        known["date"] = label.dated.isoformat()
    if label.currency is not None:
        known["currency"] = label.currency
    for pattern, code, facts in _KNOWN:
        found = pattern.match(message)
        if found:
            named = {name: value for name, value in found.groupdict().items() if value is not None}
            return Reason(code=code, facts={**known, **facts, **named}, vendor_words=message)
    return Reason(code="refused_other", facts={**known, "words": message}, vendor_words=message)
