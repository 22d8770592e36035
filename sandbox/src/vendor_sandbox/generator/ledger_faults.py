"""What goes wrong between a CRM and a ledger that is not empty: one of each."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from vendor_sandbox.generator import names
from vendor_sandbox.generator.catalogue import STANDARD
from vendor_sandbox.generator.crm_faults import Saboteur
from vendor_sandbox.generator.ledger_plan import LedgerContact, LedgerPlanner, plan_stock_bill
from vendor_sandbox.generator.plan import Address, Customer, Line
from vendor_sandbox.generator.trading_year import find_due_date, find_working_day

ELSEWHERE = Address("3 Quay Street", "Penzance", "Cornwall", "TR18 4AA")
STOCK_BOUGHT = 400


def plant_ledger_faults(saboteur: Saboteur, planner: LedgerPlanner) -> None:
    """All of them. The contacts of the ledger are planned already, its documents are not."""
    _plant_locked_date(saboteur)
    _plant_names(saboteur, planner)
    _plant_sales(saboteur, planner)
    _plant_stock(saboteur, planner)


def _plant_locked_date(saboteur: Saboteur) -> None:
    customer = saboteur.take_shop()
    invoice = saboteur.add_invoice("date_in_locked_quarter", customer)
    invoice.dated = find_working_day(saboteur.company.lock_date)
    invoice.due = find_due_date(invoice.dated, customer.terms)
    about = f"It is dated in the quarter that is locked in Xero until {saboteur.company.lock_date.isoformat()}."
    saboteur.plant("date_in_locked_quarter", "Invoices", invoice.key, about)


def _plant_names(saboteur: Saboteur, planner: LedgerPlanner) -> None:
    contacts = planner.plan.contacts
    contacts.append(LedgerContact("other:john", "John Smith", "j.smith@elsewhere.example", ELSEWHERE))
    for number in (1, 2):
        person = saboteur.directory.plan_private("John", "Smith")
        saboteur.company.customers.append(person)
        about = (
            "Two private customers are named John Smith; the John Smith in Xero has neither's e-mail address nor town."
        )
        _plant_customer(saboteur, "two_john_smiths", f"john_smith:{number}", person, about)
    firm = saboteur.add_firm(f"{names.FIRST_WORDS[9]} Lane Stores Ltd")
    gone = LedgerContact(f"in-xero:{firm.key}", firm.name, firm.main_email, firm.address, is_archived=True)
    contacts.append(gone)
    _plant_customer(saboteur, "archived_customer", "archived_customer", firm, "The customer is archived in Xero.")
    firm = saboteur.add_firm(f"{names.FIRST_WORDS[11]} & Daughters Ltd")
    contacts.append(LedgerContact("other:namesake", firm.name, "hello@namesake.example", ELSEWHERE))
    about = "Xero has another firm of that name, in another town and with another e-mail address."
    _plant_customer(saboteur, "name_of_another_firm", "name_of_another_firm", firm, about)


def _plant_customer(saboteur: Saboteur, kind: str, name: str, customer: Customer, about: str) -> None:
    invoice = saboteur.add_invoice(name, customer)
    saboteur.plant(kind, customer.module, customer.key, about, holds=[invoice.key])


def _plant_sales(saboteur: Saboteur, planner: LedgerPlanner) -> None:
    company, product = saboteur.company, saboteur.product
    buyer = company.get_customer(planner.adopted[-1].party)
    invoice = saboteur.add_invoice("same_sale_typed_twice", buyer, [Line(product, 7, product.price, STANDARD)])
    twin = planner.type_invoice(invoice, f"in-xero:{buyer.key}")
    twin.dated = invoice.dated + timedelta(days=3)
    twin.number = planner.make_last_number()
    planner.plan.documents.append(twin)
    about = f"Somebody typed the same sale into Xero as {twin.number}, dated three days later."
    saboteur.plant("same_sale_typed_twice", "Invoices", invoice.key, about)

    invoice = saboteur.add_invoice("number_of_another_sale", saboteur.take_shop())
    other = planner.type_invoice(invoice, "other:0")
    other.lines[0].quantity += 2
    other.dated = invoice.dated - timedelta(days=21)
    other.numbered_as = invoice.key
    planner.plan.documents.append(other)
    about = "Xero has an invoice of that number for somebody else, over another amount."
    saboteur.plant("number_of_another_sale", "Invoices", invoice.key, about)

    about = "It stands approved in Xero, typed in under its number; later somebody in sales adds 5.00 to it in the CRM."
    changes = {"Adjustment": Decimal("5.00")}
    saboteur.plant("approved_then_edited", "Invoices", planner.adopted[0].key, about, goes=True, then=changes)


def _plant_stock(saboteur: Saboteur, planner: LedgerPlanner) -> None:
    held = saboteur.add_product("tracked", "Cast Iron Kettle", "TRK-01", "38.00")
    for number in range(3):
        lines = [Line(held, 4 + number, held.price, STANDARD)]
        saboteur.add_invoice(f"tracked:{number}", saboteur.take_shop(), lines)
    empty = saboteur.add_product("sold_out", "Copper Coal Scuttle", "TRK-02", "64.00")
    invoice = saboteur.add_invoice("stock_short", saboteur.take_shop(), [Line(empty, 2, empty.price, STANDARD)])
    planner.plan.tracked = [(held, STOCK_BOUGHT), (empty, 0)]
    supplier = next(one.key for one in planner.plan.contacts if one.key.startswith(("in-xero:supplier", "paid:")))
    planner.plan.documents.append(plan_stock_bill(saboteur.company, supplier, held, STOCK_BOUGHT))
    about = "Xero keeps stock of its one item, and there is none left; delivered, so it would be approved."
    saboteur.plant("stock_short", "Invoices", invoice.key, about)
