"""The rules: what people, vendors and operators may do, in any order; and what holds whatever they did.

Hypothesis draws the order, the records and the values, and makes what fails short. Everything happens in a fork
(`fork.py`); the sandbox is the oracle, as in the chaos runs.
"""

import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
)
from tests.chaos import doom
from tests.chaos.moments import MOMENTS, Kill, Pause
from tests.chaos.oracle import PARTY_MODULES
from tests.factories import crm
from tests.state.fork import StageFork

from sync_kit import points

Record = tuple[str, str]
"""A CRM module and an id in it."""

PRICES: Final = st.sampled_from(("10.00", "12.50", "40.35"))
NAMES: Final = st.sampled_from(("Alpha", "Beta", "Gamma"))
TAXES: Final = st.sampled_from((None, "VAT 20%", "VAT 12%"))
"""Nobody has mapped the last one."""
DAYS: Final = st.sampled_from(("2026-01-02", "2026-01-04"))
LOCKS: Final = st.sampled_from(("2026-01-03", None))
ANY_MOMENT: Final = st.sampled_from((*points.POINTS, *MOMENTS))
AROUND_A_WRITE: Final = st.sampled_from(doom.AROUND_A_WRITE)
BEFORE_THE_LAST_LOOK: Final = st.sampled_from(sorted(set(doom.BEFORE_THE_LAST_LOOK)))
SLEEPS: Final = st.sampled_from((130.0, 1000.0))
"""Longer than a lease; longer than a vendor remembers an idempotency key."""
MORTALS: Final = st.sampled_from(("xero-writer", "zoho-reader", "scheduler", "auth", None))
SPANS: Final = st.sampled_from((60.0, 600.0, 4000.0, 90_000.0, 31 * 86_400.0))
TROUBLES: Final = st.sampled_from(("lost_answer", "late_commit", "lost_request", "truncated", "wrote_then_status"))
CALLS: Final = st.sampled_from(("PUT /Invoices", "POST /Invoices", "PUT /Contacts", "PUT /Items"))


class SyncMachine(RuleBasedStateMachine):
    """One tenant, connected and checked, with one customer, one supplier and one product to begin with."""

    customers = Bundle("customers")
    suppliers = Bundle("suppliers")
    goods = Bundle("goods")
    people = Bundle("people")
    sales = Bundle("sales")
    documents = Bundle("documents")
    """Sales and orders."""
    named = Bundle("named")
    """Customers, suppliers and goods. What was deleted may still be named by its own kind: then people are refused."""

    def __init__(self, enter: Callable[[], StageFork]) -> None:
        super().__init__()
        self._stage = enter()
        self._count = 0

    # --- the CRM ---

    @initialize(targets=(customers, named))
    def first_customer(self) -> Record | MultipleResults[Record]:
        return self._add("Accounts", crm.account(self._name("Customer")))

    @initialize(targets=(suppliers, named))
    def first_supplier(self) -> Record | MultipleResults[Record]:
        return self._add("Vendors", crm.vendor(self._name("Supplier")))

    @initialize(targets=(goods, named))
    def first_goods(self) -> Record | MultipleResults[Record]:
        return self._add_goods()

    @initialize(targets=(sales, documents), price=PRICES)
    def first_sale(self, price: str) -> Record | MultipleResults[Record]:
        """To a customer and of a product that nothing else happens to."""
        customer = self._act("add", "Accounts", crm.account(self._name("Customer")))
        product = self._act("add", "Products", crm.product(self._name("SKU"), self._name("Goods")))
        line = _draw_line(("Products", product), price, 1, None)
        return self._add("Invoices", crm.invoice(customer, line, Subject=self._name("Sale")))

    @initialize(target=documents, price=PRICES)
    def first_order(self, price: str) -> Record | MultipleResults[Record]:
        """From a supplier and of a product that nothing else happens to."""
        return self._order_apart(price, "7")

    @rule(targets=(customers, named))
    def add_customer(self) -> Record | MultipleResults[Record]:
        return self._add("Accounts", crm.account(self._name("Customer")))

    @rule(targets=(suppliers, named))
    def add_supplier(self) -> Record | MultipleResults[Record]:
        return self._add("Vendors", crm.vendor(self._name("Supplier")))

    @rule(targets=(goods, named))
    def add_goods(self) -> Record | MultipleResults[Record]:
        return self._add_goods()

    @rule(target=people, customer=customers)
    def meet(self, customer: Record) -> Record | MultipleResults[Record]:
        return self._add("Contacts", crm.person(self._name("Hopper"), customer[1], First_Name="Grace"))

    @rule(
        targets=(sales, documents),
        customer=customers,
        product=goods,
        price=PRICES,
        tax=TAXES,
        status=st.sampled_from(("Approved", "Delivered", "Created")),
        day=DAYS,
    )
    def sell(
        self, customer: Record, product: Record, price: str, tax: str | None, status: str, day: str
    ) -> Record | MultipleResults[Record]:
        line = _draw_line(product, price, 2, tax)
        record = crm.invoice(customer[1], line, status=status, Subject=self._name("Sale"))
        return self._add("Invoices", {**record, "Invoice_Date": day})

    @rule(
        target=documents,
        supplier=suppliers,
        product=goods,
        price=PRICES,
        tax=TAXES,
        number=st.sampled_from(("7", "8", None)),
        status=st.sampled_from(("Delivered", "Created")),
    )
    def order(
        self, supplier: Record, product: Record, price: str, tax: str | None, number: str | None, status: str
    ) -> Record | MultipleResults[Record]:
        line = _draw_line(product, price, 1, tax)
        return self._add(
            "Purchase_Orders",
            crm.purchase_order(supplier[1], line, number=number or self._name("PO"), status=status),
        )

    @rule(document=documents, price=PRICES)
    def reprice(self, document: Record, price: str) -> None:
        self._act("edit_first_line", *document, {"List_Price": Decimal(price)})

    @rule(document=documents, change=st.sampled_from(("quantity", "line more", "line less")), product=goods)
    def change_lines(self, document: Record, change: str, product: Record) -> None:
        if change == "quantity":
            self._act("edit_first_line", *document, {"Quantity": 5})
        elif change == "line more":
            self._act("add_line", *document, product[1])
        else:
            self._act("drop_line", *document)

    @rule(document=documents, status=st.sampled_from(("Delivered", "Created", "Canceled")))
    def change_status(self, document: Record, status: str) -> None:
        spelt = "Cancelled" if status == "Canceled" and document[0] == "Purchase_Orders" else status
        self._act("edit", *document, {"Status": spelt})

    @rule(document=documents, day=DAYS)
    def redate(self, document: Record, day: str) -> None:
        self._act("date", *document, day)

    @rule(sale=sales, customer=customers)
    def sell_to_another(self, sale: Record, customer: Record) -> None:
        self._act("edit", *sale, {"Account_Name": {"id": customer[1]}})

    @rule(record=named, name=NAMES)
    def retype_name(self, record: Record, name: str) -> None:
        """A name of its own still, and one that it may have had before."""
        self._act("rename", *record, f"{name} {record[1][-6:]}")

    @rule(document=documents, name=NAMES)
    def retype_its_partys_name(self, document: Record, name: str) -> None:
        """A name that others may have too."""
        parents = self._act("find_parents", *document)
        if parents is not None:
            self._act("rename", PARTY_MODULES[document[0]], parents[0], f"{name} Ltd")

    @rule(target=documents, document=documents, price=PRICES)
    def trade_again(self, document: Record, price: str) -> Record | MultipleResults[Record]:
        """The same party, the same goods; an order with the same number or another."""
        parents = self._act("find_parents", *document)
        if parents is None:
            return multiple()
        line = _draw_line(("Products", parents[1]), price, 1, None)
        if document[0] == "Invoices":
            return self._add("Invoices", crm.invoice(parents[0], line, Subject=self._name("Sale")))
        return self._add("Purchase_Orders", crm.purchase_order(parents[0], line, number="8"))

    @rule(document=consumes(documents))
    def delete_document(self, document: Record) -> None:
        self._act("delete", *document)

    @rule(record=consumes(named))
    def delete_parent(self, record: Record) -> None:
        self._act("delete", *record)

    @rule(person=consumes(people))
    def delete_person(self, person: Record) -> None:
        self._act("delete", *person)

    # --- Xero ---

    @rule(document=documents, status=st.sampled_from(("AUTHORISED", "SUBMITTED", "DELETED", "VOIDED")))
    def set_status_in_xero(self, document: Record, status: str) -> None:
        self._act("set_status", document[1], status)

    @rule(document=documents, status=st.sampled_from(("ARCHIVED", "ARCHIVED", "ACTIVE")))
    def set_contact_status_in_xero(self, document: Record, status: str) -> None:
        parents = self._act("find_parents", *document)
        if parents is not None:
            self._act("set_contact_status", parents[0], status)

    @rule(day=LOCKS)
    def lock_books(self, day: str | None) -> None:
        self._act("lock_books", day)

    # --- the product ---

    @rule(everything=st.booleans())
    def sync(self, everything: bool) -> None:
        self._act("sync", everything)

    @rule(turns=st.integers(1, 60))
    def begin_sync(self, turns: int) -> None:
        self._act("begin_sync", turns, False)

    @rule(turns=st.integers(1, 60))
    def work_on(self, turns: int) -> None:
        self._act("work", turns)

    @rule(service=MORTALS, down_seconds=st.sampled_from((0.0, 130.0)))
    def crash_between_steps(self, service: str | None, down_seconds: float) -> None:
        self._act("crash", service, down_seconds)

    @rule(target=documents, moment=AROUND_A_WRITE, skip=st.integers(0, 7), document=documents, price=PRICES)
    def sync_through_death_around_a_write(
        self, moment: str, skip: int, document: Record, price: str
    ) -> Record | MultipleResults[Record]:
        ordered = self._make_work(document, price)
        self._act("strike_at", "xero-writer", moment, skip, Kill(1.0))
        self._act("sync", False)
        return ordered

    @rule(target=documents, call=CALLS, trouble=TROUBLES, document=documents, price=PRICES)
    def sync_through_trouble(
        self, call: str, trouble: str, document: Record, price: str
    ) -> Record | MultipleResults[Record]:
        ordered = self._make_work(document, price)
        self._act("spoil_call", *call.split(), trouble)
        self._act("sync", False)
        return ordered

    @rule(
        target=documents,
        moment=BEFORE_THE_LAST_LOOK,
        skip=st.integers(0, 7),
        seconds=SLEEPS,
        document=documents,
        price=PRICES,
    )
    def sync_through_sleep(
        self, moment: str, skip: int, seconds: float, document: Record, price: str
    ) -> Record | MultipleResults[Record]:
        """The writer stands still, is taken for dead, and goes on beside who took its place."""
        ordered = self._make_work(document, price)
        self._act("strike_at", "xero-writer", moment, skip, Pause(seconds, replaced=True))
        self._act("sync", False)
        return ordered

    @rule(service=MORTALS, moment=ANY_MOMENT, skip=st.integers(0, 20))
    def sync_through_death(self, service: str | None, moment: str, skip: int) -> None:
        self._act("strike_at", service, moment, skip, Kill(1.0))
        self._act("sync", False)

    @rule(connect=st.booleans())
    def change_connection(self, connect: bool) -> None:
        self._act("reconnect" if connect else "disconnect")

    @rule(which=st.sampled_from(("signing", "signing at once", "vault")))
    def change_key(self, which: str) -> None:
        self._act("change_key", which)

    @rule(seconds=SPANS)
    def pass_time(self, seconds: float) -> None:
        self._act("pass_time", seconds)

    # --- the promise ---

    def teardown(self) -> None:
        """Peace, a last sync, the judgement and a replay; unless the example has failed already."""
        try:
            if sys.exc_info()[0] is None:
                faults = self._stage.judge()
                assert not faults, "\n".join(faults)
        finally:
            self._stage.close()

    def _act(self, act: str, *given: Any) -> Any:
        """Something happens; nothing is there twice then, and no limit was broken."""
        told = self._stage.call(act, *given)
        breaches = self._stage.call("list_breaches")
        assert not breaches, "\n".join(breaches)
        return told

    def _make_work(self, document: Record, price: str) -> Record | MultipleResults[Record]:
        """An old document changes, and there is a new order from a new supplier, of something new."""
        self._act("edit_first_line", *document, {"List_Price": Decimal(price)})
        return self._order_apart(price, self._name("PO"))

    def _order_apart(self, price: str, number: str) -> Record | MultipleResults[Record]:
        supplier = self._act("add", "Vendors", crm.vendor(self._name("Supplier")))
        product = self._act("add", "Products", crm.product(self._name("SKU"), self._name("Goods")))
        line = _draw_line(("Products", product), price, 1, None)
        return self._add("Purchase_Orders", crm.purchase_order(supplier, line, number=number, PO_Date="2026-01-04"))

    def _add_goods(self) -> Record | MultipleResults[Record]:
        code = self._name("SKU")
        return self._add("Products", crm.product(code, f"Goods {code}"))

    def _add(self, module: str, record: dict[str, Any]) -> Record | MultipleResults[Record]:
        record_id = self._act("add", module, record)
        return multiple() if record_id is None else (module, record_id)

    def _name(self, kind: str) -> str:
        """Words that are used once."""
        self._count += 1
        return f"{kind} {self._count}"


def _draw_line(product: Record, price: str, quantity: int, tax: str | None) -> dict[str, Any]:
    taxed = crm.taxed(tax, int(tax.removeprefix("VAT ").removesuffix("%"))) if tax is not None else {}
    return crm.line(product[1], quantity, price, Description="As agreed", **taxed)
