"""Invoice numbers: unique for sales invoices, free for bills.

Whether the number of a VOIDED or DELETED invoice may be used again is open (`void_number_reusable`).
"""

from __future__ import annotations

from vendor_sandbox.core.switches import Switches
from vendor_sandbox.xero.invoices.status_machine import ENDED
from vendor_sandbox.xero.organisation import Organisation, add_to_index, remove_from_index
from vendor_sandbox.xero.records import Invoice

NOT_UNIQUE = "Invoice # must be unique."


def index_number(organisation: Organisation, invoice: Invoice) -> None:
    """Enter an invoice's number."""
    add_to_index(organisation.ids_by_invoice_number, invoice.number.casefold(), invoice.invoice_id)


def unindex_number(organisation: Organisation, invoice: Invoice) -> None:
    """Take an invoice's number out before it changes."""
    remove_from_index(organisation.ids_by_invoice_number, invoice.number.casefold(), invoice.invoice_id)


def list_invoices_numbered(organisation: Organisation, number: str, switches: Switches) -> list[Invoice]:
    """Every document of this number, bills and ended ones too, oldest first."""
    ids = organisation.ids_by_invoice_number.get(number.casefold(), ())
    found = [organisation.invoices[invoice_id] for invoice_id in ids]
    if switches.invoice_numbers == "sensitive":
        return [invoice for invoice in found if invoice.number == number]
    return found


def find_sales_invoice(organisation: Organisation, number: str, switches: Switches) -> Invoice | None:
    """The sales invoice of this number; a living one before an ended one. A bill's number is no key."""
    found = [invoice for invoice in list_invoices_numbered(organisation, number, switches) if invoice.type == "ACCREC"]
    return next((invoice for invoice in found if invoice.status not in ENDED), found[-1] if found else None)


def is_number_taken(
    organisation: Organisation, number: str, switches: Switches, *, except_id: str | None = None
) -> bool:
    """May no (other) sales invoice take this number?"""
    return any(
        invoice.type == "ACCREC"
        and invoice.invoice_id != except_id
        and not (invoice.status in ENDED and switches.void_number_reusable)
        for invoice in list_invoices_numbered(organisation, number, switches)
    )


def make_number(organisation: Organisation, switches: Switches) -> str:
    """The next number of the organisation's own sequence that nobody has taken."""
    while True:
        number = f"{organisation.number_prefix}{organisation.next_number:04d}"
        organisation.next_number += 1
        if not list_invoices_numbered(organisation, number, switches):
            return number
