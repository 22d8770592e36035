"""Creates and updates purchase orders and quotes.

PUT only creates. POST updates by id, or (by switch) by number; otherwise it creates. Lines, totals, currencies and
tracking follow the rules of invoices; lock dates do not apply, since nothing is posted. An element is accepted whole or
not at all. On an update an empty Contact or LineItems counts as not sent (OpenAPI, example of updatePurchaseOrder).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.document_head import apply_branding, apply_contact_currency, apply_currency, check_length
from vendor_sandbox.xero.invoices.contact_choice import choose_existing_contact
from vendor_sandbox.xero.invoices.line_rules import check_lines
from vendor_sandbox.xero.invoices.lines import apply_sent_lines, recompute_taxes
from vendor_sandbox.xero.invoices.totals import sum_document
from vendor_sandbox.xero.orders.kinds import OrderKind
from vendor_sandbox.xero.orders.numbering import (
    enter_order,
    find_order_numbered,
    is_order_number_taken,
    make_order_number,
)
from vendor_sandbox.xero.orders.records import Order
from vendor_sandbox.xero.refusals import Problems, refuse_element
from vendor_sandbox.xero.writing import WriteContext

T = TypeVar("T", bound=Order)
MAX_NUMBER = 255


def put_order(context: WriteContext, kind: OrderKind[T], sent: Sent) -> T:
    """PUT: create. Raises ElementRefusedError."""
    order_id = sent.find_text(kind.id_name)
    if order_id is not None and order_id in kind.get_book(context.organisation).records:
        raise refuse_element(f"A {kind.word.lower()} with this {kind.id_name} already exists")
    return create_order(context, kind, sent)


def post_order(context: WriteContext, kind: OrderKind[T], sent: Sent) -> T:
    """POST: update by id or number, else create. Raises ElementRefusedError."""
    known = find_sent_order(context, kind, sent)
    if known is not None:
        return update_order(context, kind, known, sent)
    if sent.has(kind.id_name):
        raise refuse_element(f"The {kind.word.lower()} with the specified {kind.id_name} could not be found")
    return create_order(context, kind, sent)


def find_sent_order(context: WriteContext, kind: OrderKind[T], sent: Sent) -> T | None:
    """The order that a POST is about; None when it makes one, or names an id that is unknown."""
    book = kind.get_book(context.organisation)
    order_id = sent.find_text(kind.id_name)
    if order_id is not None:
        return book.records.get(order_id)
    number = (sent.find_text(kind.number_name) or "").strip()
    if not number or context.switches.order_post_by_number == "refused":
        return None
    return find_order_numbered(book, number, context.switches)


def create_order(context: WriteContext, kind: OrderKind[T], sent: Sent) -> T:
    """A new order. Raises ElementRefusedError."""
    organisation, problems = context.organisation, Problems()
    status = sent.find_text("Status") or "DRAFT"
    if status not in kind.choose_machine(context.switches).born:
        raise refuse_element(kind.not_valid_for_modification)
    if not sent.has("Date") and context.switches.order_date == "required":
        problems.add("The Date field is mandatory")
    order = kind.make(
        order_id=context.make_id(),
        contact_id="",
        dated_on=organisation.find_local_date(context.at),
        updated_at=context.updated_at,
        status=status,
        currency_code=organisation.base_currency,
        created_by=context.app_id,
    )
    contact = choose_existing_contact(context, sent.find_object("Contact"), problems)
    if contact is not None:
        order.contact_id = contact.contact_id
        apply_contact_currency(context, order, contact, sent)
    _apply_head(context, kind, order, sent, problems)
    apply_sent_lines(context, order, sent.find_list("LineItems") or [], problems)
    return _finish(context, kind, None, order, sent, problems)


def update_order(context: WriteContext, kind: OrderKind[T], before: T, sent: Sent) -> T:
    """Change what was sent. Where the content is closed, the status alone moves on. Raises ElementRefusedError."""
    switches, problems = context.switches, Problems()
    machine = kind.choose_machine(switches)
    status = sent.find_text("Status") or before.status
    if not machine.allows(before.status, status):
        raise refuse_element(kind.not_valid_for_modification)
    after = kind.copy(before)
    after.lines = list(before.lines)
    after.status = status
    if before.status not in machine.editable:
        return _commit(context, kind, before, after)
    named = sent.find_object("Contact")
    is_named = named is not None and (named.has("ContactID") or named.has("ContactNumber") or named.has("Name"))
    if kind.is_resent_whole(switches) and not sent.has("Date"):
        problems.add("The Date field is mandatory")
    if is_named or kind.is_resent_whole(switches):
        contact = choose_existing_contact(context, named, problems)
        after.contact_id = contact.contact_id if contact is not None else before.contact_id
    kind.reset_for_update(switches, after)
    _apply_head(context, kind, after, sent, problems)
    lines = sent.find_list("LineItems")
    if lines:
        apply_sent_lines(context, after, lines, problems)
    elif after.line_amount_types != before.line_amount_types:
        after.lines = [replace(line) for line in before.lines]
        recompute_taxes(context, after)
    return _finish(context, kind, before, after, sent, problems)


def _apply_head(context: WriteContext, kind: OrderKind[T], order: T, sent: Sent, problems: Problems) -> None:
    order.dated_on = sent.find_date("Date") or order.dated_on
    reference = sent.find_text("Reference")
    if reference is not None:
        order.reference = reference
    apply_branding(context, order, sent, problems)
    takes_rate = order.is_sale or context.switches.purchase_order_rate == "taken"
    apply_currency(context, order, sent, problems, takes_rate=takes_rate)
    kind.apply_head(context, order, sent, problems)


def _finish(context: WriteContext, kind: OrderKind[T], before: T | None, order: T, sent: Sent, problems: Problems) -> T:
    sum_document(order, context.switches.half_rounding)
    if order.status != "DELETED":
        check_lines(context, order, kind.find_line_needs(context.switches, order.status), problems)
    if order.total < 0:
        problems.add("The document total must be greater than or equal to zero")
    _apply_number(context, kind, order, sent, problems)
    problems.raise_if_any()
    if not order.number:
        order.number = make_order_number(kind.get_book(context.organisation), kind.number_prefix)
    return _commit(context, kind, before, order)


def _apply_number(context: WriteContext, kind: OrderKind[T], order: T, sent: Sent, problems: Problems) -> None:
    number = (sent.find_text(kind.number_name) or "").strip()
    if not number:
        return
    check_length(kind.number_name, number, MAX_NUMBER, problems)
    book = kind.get_book(context.organisation)
    if is_order_number_taken(book, number, context.switches, except_id=order.order_id):
        problems.add(kind.not_unique)
    order.number = number


def _commit(context: WriteContext, kind: OrderKind[T], before: T | None, order: T) -> T:
    order.updated_at = context.updated_at
    enter_order(kind.get_book(context.organisation), order)
    action = "created" if before is None else "updated"
    if before is not None and order.status == "DELETED":
        action = "deleted"
    record_order(context, kind, order, action)
    return order


def record_order(context: WriteContext, kind: OrderKind[T], order: T, action: str) -> None:
    """Put the document as it is now into the ledger of history."""
    context.record(kind.plural, order.order_id, action, kind.show(context.organisation, order, 4))
