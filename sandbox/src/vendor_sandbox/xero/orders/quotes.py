"""What only quotes have: texts, expiry, and updates that replace what they leave out.

An update clears the texts that it does not send and falls back to EXCLUSIVE amounts, while lines that are not sent stay
(field report of 2026; switch `quote_update`). Lengths: OpenAPI, Quote.
"""

from __future__ import annotations

from dataclasses import replace

from vendor_sandbox.core.switches import Switches
from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.document_head import check_length
from vendor_sandbox.xero.invoices.line_rules import COMPLETE, COUNTED, DESCRIBED, LineNeeds
from vendor_sandbox.xero.orders.body import QUOTE_SHAPE
from vendor_sandbox.xero.orders.kinds import OrderKind
from vendor_sandbox.xero.orders.records import Quote
from vendor_sandbox.xero.orders.rendering import QUOTE_AMOUNT_TYPES, render_quote
from vendor_sandbox.xero.orders.status_machine import choose_quote_machine
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import WriteContext

_AMOUNT_TYPES = {theirs: ours for ours, theirs in QUOTE_AMOUNT_TYPES.items()}
_TEXTS = (("Title", "title", 100), ("Summary", "summary", 3000), ("Terms", "terms", 4000))
MAX_REFERENCE = 4000


def _apply_head(_: WriteContext, quote: Quote, sent: Sent, problems: Problems) -> None:
    amount_types = sent.find_text("LineAmountTypes")
    if amount_types is not None:
        quote.line_amount_types = _AMOUNT_TYPES[amount_types]
    quote.expiry_date = sent.find_date("ExpiryDate") or quote.expiry_date
    for name, attribute, limit in _TEXTS:
        text = sent.find_text(name)
        if text is not None:
            setattr(quote, attribute, text)
        check_length(name, getattr(quote, attribute), limit, problems)
    check_length("Reference", quote.reference, MAX_REFERENCE, problems)


def _reset_for_update(switches: Switches, quote: Quote) -> None:
    if switches.quote_update == "sparse":
        return
    quote.reference = quote.title = quote.summary = quote.terms = ""
    quote.expiry_date = None
    quote.branding_theme_id = None
    quote.line_amount_types = "Exclusive"


def _find_line_needs(switches: Switches, status: str) -> LineNeeds:
    if status == "DRAFT":
        return DESCRIBED
    return COMPLETE if switches.order_line_accounts == "required" else COUNTED


def _find_action(statuses: set[str]) -> str:
    return "CreateDraftQuote" if statuses <= {"DRAFT", "DELETED"} else "CreateSentQuote"


QUOTES: OrderKind[Quote] = OrderKind(
    plural="Quotes",
    id_name="QuoteID",
    number_name="QuoteNumber",
    word="Quote",
    number_prefix="QU-",
    not_unique="Quote number must be unique",
    shape=QUOTE_SHAPE,
    get_book=lambda organisation: organisation.quotes,
    choose_machine=choose_quote_machine,
    find_line_needs=_find_line_needs,
    find_action=_find_action,
    make=Quote,
    copy=replace,
    apply_head=_apply_head,
    reset_for_update=_reset_for_update,
    is_resent_whole=lambda switches: switches.quote_update_needs == "contact_and_date",
    show=render_quote,
)
