"""GET /Invoices: filters, pages, and how much of each document is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.body_shapes import is_guid, normalise_guid
from vendor_sandbox.xero.invoices.numbering import find_sales_invoice, list_invoices_numbered
from vendor_sandbox.xero.invoices.rendering import (
    render_invoice,
    render_invoice_in_list,
    render_invoice_in_page,
    render_invoice_summary,
)
from vendor_sandbox.xero.listing import Listable, Page, answer_list, read_ids, read_page, read_values, select_records
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.records import Contact, Invoice
from vendor_sandbox.xero.refusals import query_invalid, resource_missing
from vendor_sandbox.xero.where_parser import DATE, FLAG, GUID, NUMBER, TEXT, Queryable, fold_text

STATUSES = frozenset({"DRAFT", "SUBMITTED", "DELETED", "AUTHORISED", "PAID", "VOIDED"})


def make_listable(organisation: Organisation) -> Listable[Invoice]:
    """Invoices of one organisation as a list; the default order is UpdatedDateUTC, InvoiceID."""

    def of_contact(read: Callable[[Contact], Any]) -> Callable[[Invoice], Any]:
        return lambda invoice: read(organisation.contacts[invoice.contact_id])

    properties: dict[str, Queryable[Invoice]] = {
        "type": Queryable(TEXT, lambda invoice: invoice.type),
        "status": Queryable(TEXT, lambda invoice: invoice.status),
        "invoiceid": Queryable(GUID, lambda invoice: invoice.invoice_id),
        "invoicenumber": Queryable(TEXT, lambda invoice: invoice.number or None),
        "reference": Queryable(TEXT, lambda invoice: invoice.reference or None),
        "url": Queryable(TEXT, lambda invoice: invoice.url or None),
        "currencycode": Queryable(TEXT, lambda invoice: invoice.currency_code),
        "lineamounttypes": Queryable(TEXT, lambda invoice: invoice.line_amount_types),
        "date": Queryable(DATE, lambda invoice: invoice.dated_on),
        "duedate": Queryable(DATE, lambda invoice: invoice.due_date),
        "fullypaidondate": Queryable(DATE, lambda invoice: invoice.fully_paid_on),
        "updateddateutc": Queryable(DATE, lambda invoice: invoice.updated_at),
        "amountdue": Queryable(NUMBER, lambda invoice: invoice.amount_due),
        "amountpaid": Queryable(NUMBER, lambda invoice: invoice.amount_paid),
        "amountcredited": Queryable(NUMBER, lambda invoice: invoice.amount_credited),
        "subtotal": Queryable(NUMBER, lambda invoice: invoice.sub_total),
        "totaltax": Queryable(NUMBER, lambda invoice: invoice.total_tax),
        "total": Queryable(NUMBER, lambda invoice: invoice.total),
        "senttocontact": Queryable(FLAG, lambda invoice: invoice.sent_to_contact),
        "brandingthemeid": Queryable(GUID, lambda invoice: invoice.branding_theme_id),
        "contact.contactid": Queryable(GUID, lambda invoice: invoice.contact_id),
        "contact.name": Queryable(TEXT, of_contact(lambda contact: contact.name)),
        "contact.contactnumber": Queryable(TEXT, of_contact(lambda contact: contact.contact_number or None)),
    }
    return Listable(
        "Invoices",
        properties,
        lambda invoice: (invoice.updated_at, invoice.invoice_id),
        lambda invoice: invoice.updated_at,
    )


def list_invoices(call: ApiCall) -> ApiAnswer:
    """GET /Invoices. Lines are shown with pages only; Statuses and summaryOnly bring pages."""
    organisation = call.organisation
    unit_places = call.unit_places
    statuses = read_values(call, "statuses")
    summary = call.read_flag("summaryonly")
    if statuses is not None and not set(statuses) <= STATUSES:
        raise query_invalid(f"'{','.join(statuses)}' holds a status that does not exist")
    kind = make_listable(organisation)
    page = read_page(call, enforced=statuses is not None or summary)
    chosen = select_records(call, kind, _filter(call, statuses))
    return answer_list(call, kind, chosen, _choose_show(organisation, unit_places, page, summary), page)


def get_invoice(call: ApiCall) -> ApiAnswer:
    """GET /Invoices/{InvoiceID or InvoiceNumber}. A bill's number is no key."""
    invoice = find_by_key(call)
    if invoice is None:
        raise resource_missing()
    return ApiAnswer({"Invoices": [render_invoice(call.organisation, invoice, call.unit_places)]})


def find_by_key(call: ApiCall) -> Invoice | None:
    """The document that the path names."""
    if is_guid(call.key):
        found = call.organisation.invoices.get(normalise_guid(call.key))
        if found is not None:
            return found
    return find_sales_invoice(call.organisation, call.key, call.core.switches)


def _choose_show(
    organisation: Organisation, unit_places: int, page: Page | None, summary: bool
) -> Callable[[Invoice], dict[str, Any]]:
    if summary:
        return lambda invoice: render_invoice_summary(organisation, invoice)
    if page is not None:
        return lambda invoice: render_invoice_in_page(organisation, invoice, unit_places)
    return lambda invoice: render_invoice_in_list(organisation, invoice)


def _filter(call: ApiCall, statuses: list[str] | None) -> Iterable[Invoice]:
    organisation = call.organisation
    numbers = read_values(call, "invoicenumbers")
    records: Iterable[Invoice]
    if numbers is not None:
        found = {
            invoice.invoice_id: invoice
            for number in numbers
            for invoice in list_invoices_numbered(organisation, number, call.core.switches)
        }
        records = found.values()
    else:
        records = organisation.invoices.values()
    ids, contact_ids = read_ids(call, "ids"), read_ids(call, "contactids")
    app_id = call.request.client_id if call.read_flag("createdbymyapp") else None
    term = call.find_text("searchterm")
    wanted = fold_text(term) if term is not None else None
    return [
        invoice
        for invoice in records
        if (ids is None or invoice.invoice_id in ids)
        and (contact_ids is None or invoice.contact_id in contact_ids)
        and (statuses is None or invoice.status in statuses)
        and (app_id is None or invoice.created_by == app_id)
        and (wanted is None or wanted in fold_text(f"{invoice.number}\n{invoice.reference}"))
    ]
