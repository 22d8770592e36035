"""Every module on its way to Xero: what it becomes, what an edit of it does, and how it ends."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories import crm
from tests.fixtures.causes import count_writes
from tests.fixtures.shop import Shop, lay_over, list_codes
from tests.fixtures.world import MAPPING, World, open_world

pytestmark = pytest.mark.thorough

Json = dict[str, Any]

DOCUMENTS = {
    "Invoices": ("Invoices", "Invoiced_Items", "sales_invoice"),
    "Purchase_Orders": ("Invoices", "Purchase_Items", "bill"),
    "Quotes": ("Quotes", "Quoted_Items", "quote"),
    "Sales_Orders": ("Invoices", "Ordered_Items", "sales_invoice"),
}
"""CRM module -> list in Xero, subform, kind."""
IDS = {"Invoices": "InvoiceID", "Quotes": "QuoteID", "PurchaseOrders": "PurchaseOrderID"}
ALL_ON = {"quotes": "to_xero", "sales_orders": "to_xero"}


@dataclass
class Story:
    """CRM ids by word, logs by step, and Xero's rows by CRM id after each step."""

    ids: dict[str, str] = field(default_factory=dict)
    logs: dict[str, dict[str, Json]] = field(default_factory=dict)
    rows: dict[str, dict[str, Json]] = field(default_factory=dict)
    writes_at_rest: int = 0

    def tell(self, step: str, word: str) -> Json:
        return self.logs[step][self.ids[word]]

    def show(self, step: str, word: str) -> Json:
        return self.rows[step][self.ids[word]]


async def add_documents(shop: Shop, ids: dict[str, str], suffix: str = "") -> None:
    """One document of each module, of two of the same thing at 10.00."""
    line = shop.line(2)
    ids[f"Invoices{suffix}"] = await shop.invoice(line)
    ids[f"Purchase_Orders{suffix}"] = await shop.order(line)
    ids[f"Quotes{suffix}"] = await shop.add("Quotes", crm.quote(shop.customer, line))
    ids[f"Sales_Orders{suffix}"] = await shop.add("Sales_Orders", crm.sales_order(shop.customer, line))


async def change_lines(shop: Shop, module: str, record_id: str, price: str) -> None:
    lines = DOCUMENTS[module][1]
    (row,) = (await shop.read(module, record_id))[lines]
    await shop.world.edit_crm(module, record_id, **{lines: [{"id": row["id"], "List_Price": Decimal(price)}]})


async def step(shop: Shop, story: Story, name: str) -> None:
    """A run; its log, and what stands in Xero for each record by the log's ids."""
    story.logs[name] = await shop.sync()
    by_id = {
        row[IDS[kind]]: row for kind in IDS for row in await shop.world.list_xero(kind)
    } | {row["ContactID"]: row for row in await shop.world.list_xero("Contacts")}  # fmt: skip
    known = {key: entry["xero_id"] for log in story.logs.values() for key, entry in log.items() if entry["xero_id"]}
    story.rows[name] = {key: by_id[xero_id] for key, xero_id in known.items() if xero_id in by_id}


async def live(folder: Path, *, bumps: bool, ends: bool) -> Story:
    story = Story()
    ids = story.ids
    async with open_world(folder, line_edit_bumps_parent=bumps) as world:
        policies = {"policies": {"ended_in_crm": "end" if ends else "tell"}}
        await world.connect(lay_over(MAPPING, policies), directions=ALL_ON)
        shop = await Shop(world).open()
        await add_documents(shop, ids)
        await add_documents(shop, ids, " gone before")
        ids["person"] = await shop.add("Contacts", crm.person("Alone", First_Name="Ann", Email="ann@alone.example"))
        ids["person's sale"] = await shop.invoice(account=None, Contact_Name={"id": ids["person"]})
        ids["supplier"] = shop.supplier
        ids["firm"] = await shop.add("Accounts", crm.account("Both Ways Ltd"))
        ids["firm as supplier"] = await shop.add("Vendors", crm.vendor("Both Ways Ltd"))
        await shop.invoice(account=ids["firm"])
        await shop.order(supplier=ids["firm as supplier"])
        for module in DOCUMENTS:
            await shop.delete(module, ids[f"{module} gone before"])
        await step(shop, story, "first")
        for module in DOCUMENTS:
            await change_lines(shop, module, ids[module], "12.50")
        await world.edit_crm("Vendors", shop.supplier, Phone="020 7946 0958")
        await world.edit_crm("Contacts", ids["person"], Mobile="07700 900123")
        await step(shop, story, "edited")
        for module in DOCUMENTS:
            await shop.delete(module, ids[module])
        await step(shop, story, "deleted")
        written = count_writes(shop)
        await step(shop, story, "rest")
        story.writes_at_rest = count_writes(shop) - written
    return story


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Deletions are told; an edit of a line moves its document's Modified_Time."""
    return asyncio.run(live(tmp_path_factory.mktemp("told"), bumps=True, ends=False))


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Deletions end what they can in Xero; an edit of a line moves nothing but the line."""
    return asyncio.run(live(tmp_path_factory.mktemp("ended"), bumps=False, ends=True))


@pytest.mark.parametrize("module", DOCUMENTS)
def test_every_document_becomes_a_draft_of_its_kind(told: Story, module: str) -> None:
    entry, row = told.tell("first", module), told.show("first", module)
    assert (entry["outcome"], entry["document"], entry["status"]) == ("created", DOCUMENTS[module][2], "DRAFT")
    assert Decimal(str(row["Total"])) == Decimal(20)
    assert row.get("Type") == ("ACCPAY" if module == "Purchase_Orders" else None if module == "Quotes" else "ACCREC")


@pytest.mark.parametrize("module", DOCUMENTS)
@pytest.mark.parametrize("story", ["told", "ended"], ids=["a line edit moves its document", "it does not"])
def test_an_edit_of_a_line_alone_arrives(story: str, module: str, request: pytest.FixtureRequest) -> None:
    lived: Story = request.getfixturevalue(story)
    assert lived.tell("edited", module)["outcome"] == "updated"
    row = lived.show("edited", module)
    assert (Decimal(str(row["Total"])), len(row["LineItems"])) == (Decimal(25), 1)


@pytest.mark.parametrize("module", DOCUMENTS)
def test_what_was_deleted_before_the_first_sync_never_goes(told: Story, module: str) -> None:
    entry = told.logs["first"].get(told.ids[f"{module} gone before"])
    assert entry is None or list_codes(entry) == ["deleted_before_sync"]
    assert told.ids[f"{module} gone before"] not in told.rows["rest"]


@pytest.mark.parametrize("module", DOCUMENTS)
def test_a_deletion_in_the_crm_is_told_and_nothing_is_written(told: Story, module: str) -> None:
    entry = told.tell("deleted", module)
    assert (entry["outcome"], list_codes(entry)) == ("locked", ["ended_in_crm"])
    assert told.show("deleted", module)["Status"] == "DRAFT"


@pytest.mark.parametrize("module", DOCUMENTS)
def test_a_deletion_in_the_crm_ends_the_draft_where_the_policy_says_so(ended: Story, module: str) -> None:
    assert ended.tell("deleted", module)["outcome"] == "updated"
    assert ended.show("deleted", module)["Status"] == "DELETED"


def test_a_person_without_an_account_is_a_customer(told: Story) -> None:
    assert told.tell("first", "person")["outcome"] == "created"
    assert told.show("first", "person's sale")["Contact"]["Name"] == "Ann Alone"
    assert told.tell("edited", "person")["outcome"] == "updated"


def test_an_edit_of_a_vendor_arrives(told: Story) -> None:
    assert told.tell("edited", "supplier")["outcome"] == "updated"
    phones = told.show("edited", "supplier")["Phones"]
    assert "020 7946 0958" in {phone["PhoneNumber"] for phone in phones}


def test_a_firm_that_buys_and_sells_is_one_contact_with_two_records(told: Story) -> None:
    customer, supplier = told.show("rest", "firm"), told.show("rest", "firm as supplier")
    assert customer["ContactID"] == supplier["ContactID"]


@pytest.mark.parametrize("story", ["told", "ended"])
def test_rest_is_rest(story: str, request: pytest.FixtureRequest) -> None:
    lived: Story = request.getfixturevalue(story)
    assert lived.writes_at_rest == 0


async def test_purchase_orders_stay_orders_where_the_policy_says_so(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.connect(lay_over(MAPPING, {"policies": {"purchase_orders_as": "purchase_order"}}))
        shop = await Shop(world).open()
        order = await shop.order(shop.line(2), number="PO-1")
        twin = await shop.order(shop.line(3), number="PO-1")
        log = await shop.sync()
        assert list_codes(log[order]) == list_codes(log[twin]) == ["number_twice_in_crm"]
        await world.edit_crm("Purchase_Orders", twin, PO_Number="PO-2")
        log = await shop.sync()
        assert (log[order]["outcome"], log[order]["document"], log[twin]["outcome"]) == (
            "created",
            "purchase_order",
            "created",
        )
        await shop.reprice("Purchase_Orders", order, "12.00")
        log = await shop.sync()
        assert log[order]["outcome"] == "updated"
        totals = {
            row["PurchaseOrderNumber"]: Decimal(str(row["Total"])) for row in await world.list_xero("PurchaseOrders")
        }
        assert totals == {"PO-1": Decimal(24), "PO-2": Decimal(30)}
        assert await world.list_xero("Invoices") == []


async def test_quotes_and_sales_orders_stay_in_the_crm_until_they_are_switched_on(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.connect()
        shop = await Shop(world).open()
        ids: dict[str, str] = {}
        await add_documents(shop, ids)
        log = await shop.sync()
        assert {log[ids[module]]["outcome"] for module in ("Invoices", "Purchase_Orders")} == {"created"}
        assert not {ids["Quotes"], ids["Sales_Orders"]} & log.keys()
        await world.change_settings(directions=ALL_ON)
        log = await shop.sync()
        assert {log[ids[module]]["outcome"] for module in ("Quotes", "Sales_Orders")} == {"created"}


async def test_a_new_person_of_a_known_account_is_no_stranger_on_an_invoice(world: World) -> None:
    """Sales add somebody at the customer and write them an invoice, both between two syncs."""
    shop = await Shop(world).open()
    await shop.add("Contacts", crm.person("Known", shop.customer, Email="known@miller.example"))
    await shop.invoice()
    await shop.sync()
    person = await shop.add("Contacts", crm.person("New", shop.customer, Email="new@miller.example"))
    sale = await shop.invoice(Contact_Name={"id": person})
    log = await shop.sync()
    assert (log[sale]["outcome"], list_codes(log[sale])) == ("created", [])
