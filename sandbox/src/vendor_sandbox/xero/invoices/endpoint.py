"""The write side of /Invoices."""

from __future__ import annotations

from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.batch import Writable, write_batch, write_single
from vendor_sandbox.xero.invoices.body import INVOICE_SHAPE
from vendor_sandbox.xero.invoices.queries import find_by_key
from vendor_sandbox.xero.invoices.rendering import render_invoice
from vendor_sandbox.xero.invoices.write import find_invoice_action, post_invoice, put_invoice
from vendor_sandbox.xero.records import Invoice
from vendor_sandbox.xero.refusals import resource_missing

INVOICES: Writable[Invoice] = Writable(
    "Invoices",
    "InvoiceID",
    "HasErrors",
    INVOICE_SHAPE,
    lambda context, invoice: render_invoice(context.organisation, invoice, context.unit_places),
    find_invoice_action,
)


def put_invoices(call: ApiCall) -> ApiAnswer:
    """PUT /Invoices."""
    return write_batch(call, INVOICES, put_invoice)


def post_invoices(call: ApiCall) -> ApiAnswer:
    """POST /Invoices."""
    return write_batch(call, INVOICES, post_invoice)


def post_one_invoice(call: ApiCall) -> ApiAnswer:
    """POST /Invoices/{InvoiceID}."""
    invoice = find_by_key(call)
    if invoice is None:
        raise resource_missing()
    return write_single(call, INVOICES, invoice.invoice_id, post_invoice)
