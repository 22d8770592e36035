"""Creates and updates invoices.

PUT only creates. POST updates by InvoiceID, or a sales invoice by its number (and so silently overwrites
it); otherwise it creates. An element is accepted whole or not at all: nothing is changed before all
its checks have passed.
"""

from __future__ import annotations

from dataclasses import replace

from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.document_head import apply_contact_currency
from vendor_sandbox.xero.invoices.approval import add_approval_problems
from vendor_sandbox.xero.invoices.contact_choice import ContactChoice, choose_contact
from vendor_sandbox.xero.invoices.edit_rules import add_edit_problems, bumps_updated_at
from vendor_sandbox.xero.invoices.header import apply_header, apply_number, check_header
from vendor_sandbox.xero.invoices.line_rules import COMPLETE, DRAFT, check_lines
from vendor_sandbox.xero.invoices.lines import apply_sent_lines, recompute_taxes
from vendor_sandbox.xero.invoices.numbering import find_sales_invoice, index_number, unindex_number
from vendor_sandbox.xero.invoices.rendering import render_invoice_in_page
from vendor_sandbox.xero.invoices.status_machine import (
    COMPLETE_STATUSES,
    CREATE_STATUSES,
    ENDED,
    NOT_VALID_FOR_MODIFICATION,
    find_settled_status,
    find_status_problem,
)
from vendor_sandbox.xero.invoices.totals import sum_document
from vendor_sandbox.xero.lock_dates import add_lock_problems
from vendor_sandbox.xero.organisation import add_to_index, remove_from_index
from vendor_sandbox.xero.records import Invoice
from vendor_sandbox.xero.refusals import Problems, refuse_element
from vendor_sandbox.xero.stock import add_stock_problems, apply_stock_moves
from vendor_sandbox.xero.writing import WriteContext

_APPROVED = frozenset({"AUTHORISED", "PAID", "VOIDED"})
_ACTIONS = {"VOIDED": "voided", "DELETED": "deleted"}


def put_invoice(context: WriteContext, sent: Sent) -> Invoice:
    """PUT: create. Raises ElementRefusedError."""
    invoice_id = sent.find_text("InvoiceID")
    if invoice_id is not None and invoice_id in context.organisation.invoices:
        raise refuse_element("An invoice with this InvoiceID already exists")
    return create_invoice(context, sent)


def post_invoice(context: WriteContext, sent: Sent) -> Invoice:
    """POST: update by id or (sales) number, else create. Raises ElementRefusedError."""
    organisation = context.organisation
    invoice_id = sent.find_text("InvoiceID")
    if invoice_id is not None:
        known = organisation.invoices.get(invoice_id)
        if known is None:
            raise refuse_element("The invoice with the specified InvoiceID could not be found")
        return update_invoice(context, known, sent)
    number = (sent.find_text("InvoiceNumber") or "").strip()
    if number and sent.find_text("Type") != "ACCPAY":
        match = find_sales_invoice(organisation, number, context.switches)
        if match is not None:
            return update_invoice(context, match, sent)
    return create_invoice(context, sent)


def find_invoice_action(context: WriteContext, sent: Sent) -> str | None:
    """The right that this element needs: by its type, and whether it is or becomes approved."""
    organisation = context.organisation
    known = organisation.invoices.get(sent.find_text("InvoiceID") or "")
    number = (sent.find_text("InvoiceNumber") or "").strip()
    if known is None and number and sent.find_text("Type") != "ACCPAY":
        known = find_sales_invoice(organisation, number, context.switches)
    kind = sent.find_text("Type") or (known.type if known is not None else "ACCREC")
    statuses = {sent.find_text("Status"), known.status if known is not None else None}
    noun = "Invoice" if kind == "ACCREC" else "Bill"
    return f"CreateApproved{noun}" if statuses & _APPROVED else f"CreateDraft{noun}"


def create_invoice(context: WriteContext, sent: Sent) -> Invoice:
    """A new invoice or bill. Raises ElementRefusedError."""
    organisation = context.organisation
    problems = Problems()
    kind = sent.find_text("Type")
    if kind is None:
        raise refuse_element("The Type field is mandatory")
    status = sent.find_text("Status") or "DRAFT"
    if status not in CREATE_STATUSES:
        raise refuse_element(NOT_VALID_FOR_MODIFICATION)
    invoice = Invoice(
        invoice_id=context.make_id(),
        type=kind,
        contact_id="",
        dated_on=organisation.find_local_date(context.at),
        updated_at=context.updated_at,
        status=status,
        currency_code=organisation.base_currency,
        created_by=context.app_id,
    )
    choice = choose_contact(context, sent.find_object("Contact"), problems)
    if choice is not None:
        invoice.contact_id = choice.contact.contact_id
        apply_contact_currency(context, invoice, choice.contact, sent)
    apply_header(context, invoice, sent, problems)
    apply_sent_lines(context, invoice, sent.find_list("LineItems") or [], problems)
    if status == "AUTHORISED":
        add_lock_problems(organisation, invoice.dated_on, problems)
    return _finish(context, None, invoice, sent, choice, problems)


def update_invoice(context: WriteContext, before: Invoice, sent: Sent) -> Invoice:
    """Change what was sent; without LineItems the lines stay. Raises ElementRefusedError."""
    status = sent.find_text("Status") or before.status
    refusal = find_status_problem(before, status)
    if refusal is not None:
        raise refuse_element(refusal)
    problems = Problems()
    after = replace(
        before,
        type=sent.find_text("Type") or before.type,
        lines=list(before.lines),
        payment_ids=list(before.payment_ids),
        allocations=list(before.allocations),
        status="AUTHORISED" if before.status == "PAID" else status,
    )
    choice: ContactChoice | None = None
    if sent.has("Contact"):
        choice = choose_contact(context, sent.find_object("Contact"), problems)
        if choice is not None:
            after.contact_id = choice.contact.contact_id
    apply_header(context, after, sent, problems)
    lines = sent.find_list("LineItems")
    if lines is not None:
        apply_sent_lines(context, after, lines, problems)
    elif after.line_amount_types != before.line_amount_types:
        after.lines = [replace(line) for line in before.lines]
        recompute_taxes(context, after)
    add_lock_problems(context.organisation, before.dated_on, problems)
    if after.dated_on != before.dated_on:
        add_lock_problems(context.organisation, after.dated_on, problems)
    return _finish(context, before, after, sent, choice, problems)


def _finish(
    context: WriteContext,
    before: Invoice | None,
    invoice: Invoice,
    sent: Sent,
    choice: ContactChoice | None,
    problems: Problems,
) -> Invoice:
    sum_document(invoice, context.switches.half_rounding)
    if before is not None:
        add_edit_problems(before, invoice, problems)
    approves = before is None or before.status not in {invoice.status, "PAID"}
    if invoice.status not in ENDED and (approves or sent.has("LineItems")):
        check_lines(context, invoice, COMPLETE if invoice.status in COMPLETE_STATUSES else DRAFT, problems)
    check_header(invoice, sent, problems)
    is_approved_now = invoice.status == "AUTHORISED" and (before is None or before.approved_at is None)
    if is_approved_now:
        add_approval_problems(context, invoice, problems)
        invoice.approved_at = context.updated_at
    net = add_stock_problems(context, before, invoice, problems)
    # The number comes last: an automatic one is not spent on a refused element.
    problems_so_far = bool(problems.own or problems.contact or problems.lines)
    apply_number(context, invoice, sent, problems, creating=before is None and not problems_so_far)
    problems.raise_if_any()
    if choice is not None:
        choice.commit(context)
    apply_stock_moves(context, net)
    invoice.status = find_settled_status(invoice)
    _commit(context, before, invoice)
    return invoice


def _commit(context: WriteContext, before: Invoice | None, invoice: Invoice) -> None:
    organisation = context.organisation
    if before is not None:
        unindex_number(organisation, before)
        remove_from_index(organisation.invoice_ids_by_contact, before.contact_id, before.invoice_id)
        if bumps_updated_at(before, invoice):
            invoice.updated_at = context.updated_at
    organisation.invoices[invoice.invoice_id] = invoice
    index_number(organisation, invoice)
    add_to_index(organisation.invoice_ids_by_contact, invoice.contact_id, invoice.invoice_id)
    contact = organisation.contacts[invoice.contact_id]
    # These two flags do not move the contact's UpdatedDateUTC (Xero "Contacts").
    if invoice.type == "ACCREC":
        contact.is_customer = True
    else:
        contact.is_supplier = True
    action = "created" if before is None else "updated"
    if before is not None and before.status != invoice.status:
        action = _ACTIONS.get(invoice.status, action)
    record_invoice(context, invoice, action)


def record_invoice(context: WriteContext, invoice: Invoice, action: str) -> None:
    """Put the document as it is now into the ledger of history."""
    shown = render_invoice_in_page(context.organisation, invoice, unit_places=4)
    context.record("Invoices", invoice.invoice_id, action, shown)
