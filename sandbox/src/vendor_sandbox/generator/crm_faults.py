"""What goes wrong in a CRM, one of each: faults that need nothing of the ledger to be seen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from vendor_sandbox.generator import names
from vendor_sandbox.generator.catalogue import CAPITAL, EXPORT, STANDARD, Product
from vendor_sandbox.generator.parties import EURO, Directory
from vendor_sandbox.generator.plan import Company, Customer, Document, Line, Planted
from vendor_sandbox.generator.trade import plan_rate
from vendor_sandbox.generator.trading_year import Terms, find_due_date, find_working_day

PENDING = "Pending Approval"
UNMAPPED_STATUS = "Shipped"
DOLLARS_FOR_ONE = Decimal("1.27")
_OLDEST_DAYS = 40


class Saboteur:
    """Plants faults in a plan. Each gets a document of its own, so that one fault hides no other."""

    def __init__(self, company: Company, directory: Directory) -> None:
        self.company = company
        self.directory = directory
        self._shops = [one for one in company.customers if not one.private and one.kind == "shop"] or company.customers
        self._taken = 0
        self.product = next(one for one in company.products if one.tax == STANDARD and one.category != "carriage")

    def take_shop(self) -> Customer:
        """The next of the ordinary customers, the seldom ones first."""
        self._taken += 1
        return self._shops[-1 - (self._taken - 1) % len(self._shops)]

    def add_invoice(self, name: str, customer: Customer | None, lines: list[Line] | None = None) -> Document:
        """A delivered invoice of the last weeks that is right in every way."""
        today = self.company.today
        back = 12 + len([one for one in self.company.documents if one.key.startswith("extra:")]) % _OLDEST_DAYS
        day = find_working_day(today - timedelta(days=back))
        due = find_due_date(day, customer.terms if customer is not None else Terms.DAYS_30)
        if lines is None:
            lines = [Line(self.product, 3 + self._taken, self.product.price, STANDARD)]
        subject = f"Order {80_000 + len(self.company.documents)}"
        party = customer.key if customer is not None else None
        invoice = Document(f"extra:{name}", "Invoices", subject, party, day, due, "Delivered", lines)
        self.company.documents.append(invoice)
        return invoice

    def add_firm(self, name: str, *, people: int = 1) -> Customer:
        """A customer who is there for one fault alone."""
        number = len(self.company.customers)
        firm = self.directory.plan_firm(number, people=people, name=name)
        firm.kind = "special"
        self.company.customers.append(firm)
        return firm

    def add_product(self, key: str, name: str, code: str | None, price: str) -> Product:
        """A product that is there for one fault alone."""
        product = Product(key, name, code, Decimal(price), STANDARD, "special")
        self.company.products.append(product)
        return product

    def plant(self, kind: str, module: str, key: str, about: str, **more: object) -> Planted:
        """Write a fault down."""
        planted = Planted(kind, module, key, about, **more)  # type: ignore[arg-type]
        self.company.planted.append(planted)
        return planted


def plant_crm_faults(saboteur: Saboteur, *, abroad: bool) -> None:
    """All of them; without currencies, those of customers abroad are left out."""
    _plant_wrong_fields(saboteur)
    _plant_wrong_sums(saboteur)
    _plant_wrong_products(saboteur)
    _plant_wrong_people(saboteur)
    if abroad:
        _plant_wrong_currencies(saboteur)


def _plant_wrong_fields(saboteur: Saboteur) -> None:
    plant = saboteur.plant
    invoice = saboteur.add_invoice("status_unmapped", saboteur.take_shop())
    invoice.status = UNMAPPED_STATUS
    plant("status_unmapped", "Invoices", invoice.key, f'The status is "{UNMAPPED_STATUS}", which nobody has mapped.')
    invoice = saboteur.add_invoice("status_blank", saboteur.take_shop())
    invoice.status = None
    plant("status_blank", "Invoices", invoice.key, "The status is empty.")
    invoice = saboteur.add_invoice("no_due_date_on_approved", saboteur.take_shop())
    invoice.due = None
    plant(
        "no_due_date_on_approved",
        "Invoices",
        invoice.key,
        "Delivered, so it would be approved, but there is no due date; there are no payment terms in Xero either.",
    )
    invoice = saboteur.add_invoice("no_customer", None)
    plant("no_customer", "Invoices", invoice.key, "There is neither an account nor a contact.")
    invoice = saboteur.add_invoice("approval_pending", saboteur.take_shop())
    invoice.record_status = PENDING
    plant("approval_pending", "Invoices", invoice.key, f'Record_Status__s is "{PENDING}", not "Available".')


def _plant_wrong_sums(saboteur: Saboteur) -> None:
    product, plant = saboteur.product, saboteur.plant
    free = [Line(product, 2, product.price, STANDARD, "100%")]
    invoice = saboteur.add_invoice("zero_invoice", saboteur.take_shop(), free)
    plant("zero_invoice", "Invoices", invoice.key, "Samples free of charge: it adds up to 0.00.")
    returned = [Line(product, -3, product.price, STANDARD)]
    invoice = saboteur.add_invoice("negative_total", saboteur.take_shop(), returned)
    plant("negative_total", "Invoices", invoice.key, "Goods returned: it adds up to less than nothing.")
    goods = [Line(product, 20, product.price, STANDARD)]
    invoice = saboteur.add_invoice("discount_after_tax", saboteur.take_shop(), goods)
    invoice.discount = Decimal("10.00")
    plant(
        "discount_after_tax",
        "Invoices",
        invoice.key,
        "10.00 off the whole of a taxed invoice: the CRM takes it off after tax, Xero would take it off before.",
    )


def _plant_wrong_products(saboteur: Saboteur) -> None:
    plant = saboteur.plant
    cabinet = saboteur.add_product("capital", "Display Cabinet, used", "FIX-01", "240.00")
    sold = [Line(cabinet, 1, cabinet.price, CAPITAL)]
    invoice = saboteur.add_invoice("purchase_rate_on_sale", saboteur.take_shop(), sold)
    plant(
        "purchase_rate_on_sale",
        "Invoices",
        invoice.key,
        f'Its one line has the tax "{CAPITAL}", which somebody mapped to a rate for purchases.',
    )
    codeless = saboteur.add_product("codeless", "Reindeer Garland", None, "12.40")
    invoice = saboteur.add_invoice("no_code", saboteur.take_shop(), [Line(codeless, 4, codeless.price, STANDARD)])
    plant("no_code", "Products", codeless.key, "The product has no code.", holds=[invoice.key])
    for key, code in (("upper", "XMS-7A"), ("lower", "xms-7a")):
        twin = saboteur.add_product(key, "Paper Star", code, "3.20")
        saboteur.add_invoice(
            f"codes_differ_by_case:{key}", saboteur.take_shop(), [Line(twin, 30, twin.price, STANDARD)]
        )
        about = 'Two products of one name have codes that differ by capitals alone ("XMS-7A" and "xms-7a").'
        plant("codes_differ_by_case", "Products", key, about, goes=True)


def _plant_wrong_people(saboteur: Saboteur) -> None:
    firm = saboteur.add_firm(f"{names.FIRST_WORDS[3]} Fairs Ltd", people=2)
    for person in firm.people:
        person.is_main = False
    saboteur.add_invoice("no_main_person", firm)
    about = "The firm has two people and neither is ticked as the main contact."
    saboteur.plant("no_main_person", firm.module, firm.key, about, goes=True)
    elsewhere = next((one for one in saboteur.company.customers if one.people and not one.private), None)
    if elsewhere is not None and elsewhere is not firm:
        invoice = saboteur.add_invoice(
            "person_of_another_account", saboteur.add_firm(f"{names.FIRST_WORDS[5]} Pantry Ltd")
        )
        invoice.person = elsewhere.people[0].key
        about = "The person on it belongs to another account than the invoice."
        saboteur.plant("person_of_another_account", "Invoices", invoice.key, about, goes=True)


def _plant_wrong_currencies(saboteur: Saboteur) -> None:
    product = saboteur.product
    firm = saboteur.add_firm(f"{names.FIRST_WORDS[7]} Home Stores Inc")
    town, country, code = names.US_TOWN
    firm.address = type(firm.address)("12 Congress Street", town, "ME", code, country)
    firm.currency = "USD"
    invoice = saboteur.add_invoice("currency_not_enabled", firm, [Line(product, 12, product.price, EXPORT)])
    invoice.currency, invoice.rate = "USD", DOLLARS_FOR_ONE
    about = "It is in US dollars, which Xero does not have switched on."
    saboteur.plant("currency_not_enabled", "Invoices", invoice.key, about)
    buyer = next((one for one in saboteur.company.customers if one.currency == EURO), None)
    if buyer is None:
        return
    invoice = saboteur.add_invoice("rate_upside_down", buyer, [Line(product, 12, product.price, EXPORT)])
    invoice.currency, invoice.rate = EURO, (1 / plan_rate(invoice.dated)).quantize(Decimal("0.0001"))
    about = "The exchange rate is pounds for a euro; everywhere else it is euros for a pound."
    saboteur.plant("rate_upside_down", "Invoices", invoice.key, about)
