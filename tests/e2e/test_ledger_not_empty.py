# ruff: noqa: E501 (a table has one row a line)
"""Books that are not empty: what is there is found, never doubled, never guessed, and not written to when adopted."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories import crm
from tests.fixtures.causes import WENT, count_writes, expect_words
from tests.fixtures.shop import Shop, list_codes
from tests.fixtures.world import World, open_world

pytestmark = pytest.mark.thorough

Json = dict[str, Any]


@dataclass
class Books:
    """Ids by the words of the story, and what three runs told."""

    crm: dict[str, str] = field(default_factory=dict)
    xero: dict[str, str] = field(default_factory=dict)
    runs: list[dict[str, Json]] = field(default_factory=list)
    touched: list[list[tuple[str, str]]] = field(default_factory=list)
    """By run: action and id of every Xero record that our calls made or changed."""
    questions: dict[str, Json] = field(default_factory=dict)
    writes_at_rest: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    urls: list[str] = field(default_factory=list)

    def tell(self, run: int, word: str) -> Json:
        return self.runs[run][self.crm[word]]


async def type_contact(world: World, name: str, **more: Any) -> str:
    return str((await world.add_xero("Contacts", Name=name, **more))["ContactID"])


async def type_document(world: World, contact: str, number: str, amount: str, **more: Any) -> str:
    kind = more.pop("Type", "ACCREC")
    account = "200" if kind == "ACCREC" else "310"
    line = {"Description": "Goods", "Quantity": 1, "UnitAmount": Decimal(amount), "AccountCode": account, "TaxType": "NONE"}  # fmt: skip
    wanted = {"Date": "2026-01-02", "DueDate": "2026-02-01", "InvoiceNumber": number, **more}
    row = await world.add_xero("Invoices", Type=kind, Contact={"ContactID": contact}, LineItems=[line], **wanted)
    return str(row["InvoiceID"])


async def fill(shop: Shop, books: Books) -> None:
    """What people typed into Xero before, and what stands in the CRM."""
    world, xero, ids = shop.world, books.xero, books.crm
    xero["same"] = await type_contact(world, "Same Name Ltd")
    xero["case"] = await type_contact(world, "OTHER CASE LTD")
    xero["email"] = await type_contact(world, "Known by Mail", EmailAddress="post@mail.example")
    xero["near 1"] = await type_contact(world, "Near & Far Limited", EmailAddress="a@near.example")
    xero["near 2"] = await type_contact(world, "Near and Far Ltd.", EmailAddress="a@near.example")
    xero["taken"] = await type_contact(world, "Taken Ltd", EmailAddress="somebody@else.example")
    xero["number"] = await type_contact(world, "Number Sale Ltd")
    xero["item"] = str((await world.add_xero("Items", Code="TEA-1", Name="Breakfast tea, 1 kg"))["ItemID"])
    await world.add_xero(
        "Items", Code="TRK-1", Name="Kettle", InventoryAssetAccountCode="630",
        PurchaseDetails={"UnitPrice": 20, "COGSAccountCode": "310"}, SalesDetails={"UnitPrice": 38, "AccountCode": "200"},
    )  # fmt: skip

    ids["same"] = await shop.add("Accounts", crm.account("Same Name Ltd"))
    ids["case"] = await shop.add("Accounts", crm.account("Other Case Ltd"))
    ids["email"] = await shop.add("Accounts", crm.account("Known by its e-mail"))
    await shop.add("Contacts", crm.person("Post", ids["email"], Email="post@mail.example"))
    ids["near"] = await shop.add("Accounts", crm.account("Near & Far"))
    await shop.add("Contacts", crm.person("Near", ids["near"], Email="a@near.example"))
    ids["taken"] = await shop.add("Accounts", crm.account("Taken Ltd"))
    await shop.add("Contacts", crm.person("Own", ids["taken"], Email="own@taken.example"))
    ids["number"] = await shop.add("Accounts", crm.account("Number Sale Ltd"))
    ids["firm"] = await shop.add("Accounts", crm.account("Both Ways Ltd"))
    ids["firm as supplier"] = await shop.add("Vendors", crm.vendor("Both Ways Ltd"))
    for word in ("same", "case", "email", "near", "taken", "firm"):
        ids[f"{word} sale"] = await shop.invoice(account=ids[word])
    ids["order"] = await shop.order(supplier=ids["firm as supplier"])
    kettle = await shop.add("Products", crm.product("TRK-1", "Kettle", "38.00"))
    ids["kettle"] = kettle
    ids["kettle sale"] = await shop.invoice(crm.line(kettle, 1, "38.00"), account=ids["same"])

    # The same sale by its number; the same number for something else; the same sale under another number.
    ids["typed"] = await shop.invoice(shop.line(3), account=ids["number"])
    ids["clash"] = await shop.invoice(shop.line(4), account=ids["number"])
    ids["twin"] = await shop.invoice(shop.line(5), account=ids["number"])
    ids["other twin"] = await shop.invoice(shop.line(6), account=ids["number"])
    numbers = {word: (await shop.read("Invoices", ids[word]))["Invoice_Number"] for word in ("typed", "clash")}
    contact = xero["number"]
    xero["typed"] = await type_document(world, contact, numbers["typed"], "30.00", Status="AUTHORISED")
    xero["clash"] = await type_document(world, contact, numbers["clash"], "99.00")
    xero["twin"] = await type_document(world, contact, "BOOK-5", "50.00", Date="2026-01-05")
    xero["other twin"] = await type_document(world, contact, "BOOK-6", "60.00", Date="2025-12-29")

    # Bills: the same number of another supplier says nothing, the same number of the same supplier does.
    xero["supplier"] = await type_contact(world, "Mill Lane Supplies Ltd")
    xero["stranger"] = await type_contact(world, "Stranger Ltd")
    await type_document(world, xero["stranger"], "B-1", "10.00", Type="ACCPAY")
    xero["bill"] = await type_document(world, xero["supplier"], "B-2", "20.00", Type="ACCPAY")
    xero["bill clash"] = await type_document(world, xero["supplier"], "B-3", "77.00", Type="ACCPAY")
    for number, quantity in (("B-1", 1), ("B-2", 2), ("B-3", 3)):
        ids[number] = await shop.order(shop.line(quantity), number=number)


async def run(shop: Shop, books: Books) -> None:
    seen = len(shop.world.sandbox.ledger.versions)
    books.runs.append(await shop.sync())
    new = shop.world.sandbox.ledger.versions[seen:]
    books.touched.append([(each.action, each.id) for each in new if each.vendor == "xero" and each.call_seq])


async def live(folder: Path) -> Books:
    books = Books()
    async with open_world(folder) as world:
        await world.connect()
        shop = await Shop(world).open()
        await fill(shop, books)
        await run(shop, books)
        for word in ("near", "taken", "clash", "twin", "other twin", "B-3"):
            books.questions[word] = await shop.ask(books.crm[word])
        decided = (
            ("near", "link", books.xero["near 1"]), ("taken", "create_new", None), ("twin", "link", books.xero["twin"]),
            ("other twin", "create_new", None), ("clash", "link", books.xero["clash"]), ("B-3", "create_new", None),
        )  # fmt: skip
        for word, decision, xero_id in decided:
            if decision in books.questions[word]["decisions"]:
                await shop.decide(books.crm[word], decision, xero_id)
        await run(shop, books)
        written = count_writes(shop)
        await run(shop, books)
        books.writes_at_rest = count_writes(shop) - written
        rows = await world.list_xero("Invoices")
        books.urls = [row["Url"] for row in rows if row.get("Url")]
        for kind in ("Contacts", "Items", "Invoices"):
            books.counts[kind] = len(await world.list_xero(kind))
    return books


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return asyncio.run(live(tmp_path_factory.mktemp("books")))


@pytest.mark.parametrize("word", ["same", "case", "email", "number"])
def test_a_contact_is_found_by_its_name_in_any_case_or_by_its_e_mail_address(books: Books, word: str) -> None:
    assert (books.tell(0, word)["outcome"], books.tell(0, word)["xero_id"]) == ("linked", books.xero[word])


def test_an_item_is_found_by_its_code_and_stock_is_left_alone(books: Books) -> None:
    assert books.tell(0, "kettle")["outcome"] == "linked"
    assert books.tell(0, "kettle sale")["outcome"] == "created"
    assert books.xero["item"] in {entry["xero_id"] for entry in books.runs[0].values()}


def test_an_invoice_that_was_typed_in_under_its_number_is_adopted(books: Books) -> None:
    assert (books.tell(0, "typed")["outcome"], books.tell(0, "typed")["xero_id"]) == ("linked", books.xero["typed"])


def test_a_bill_is_adopted_from_its_own_supplier_alone(books: Books) -> None:
    assert books.tell(0, "B-1")["outcome"] == "created"
    assert (books.tell(0, "B-2")["outcome"], books.tell(0, "B-2")["xero_id"]) == ("linked", books.xero["bill"])


def test_a_firm_that_buys_and_sells_is_one_contact(books: Books) -> None:
    customer, supplier = books.tell(0, "firm"), books.tell(0, "firm as supplier")
    assert customer["outcome"] == "created"
    told = supplier if supplier["xero_id"] else books.runs[1].get(books.crm["firm as supplier"], supplier)
    assert told["xero_id"] == customer["xero_id"]


ASKED = {
    "near": "ambiguous_match",
    "taken": "name_taken",
    "clash": "number_taken_in_xero",
    "twin": "looks_already_entered",
    "other twin": "looks_already_entered",
    "B-3": "number_taken_in_xero",
}


@pytest.mark.parametrize(("word", "code"), ASKED.items())
def test_what_is_not_certain_is_asked_and_never_guessed(books: Books, word: str, code: str) -> None:
    entry, question = books.tell(0, word), books.questions[word]
    assert list_codes(entry) == [code]
    expect_words(entry)
    assert question["candidates"], "a person sees what there is to choose from"


def test_a_decision_is_carried_out_by_the_next_run(books: Books) -> None:
    linked = {word: books.tell(1, word)["xero_id"] for word in ("near", "twin")}
    assert linked == {"near": books.xero["near 1"], "twin": books.xero["twin"]}
    assert [books.tell(1, word)["outcome"] for word in ("near", "twin")] == ["linked", "linked"]
    assert [books.tell(1, word)["outcome"] for word in ("taken", "other twin")] == ["created", "created"]
    assert [books.tell(1, f"{word} sale")["outcome"] for word in ("near", "taken")] == ["created", "created"]


def test_nothing_that_was_adopted_is_written_to_in_the_same_run(books: Books) -> None:
    for log, touched in zip(books.runs, books.touched, strict=True):
        adopted = {entry["xero_id"] for entry in log.values() if entry["outcome"] == "linked"}
        made = {xero_id for action, xero_id in touched if action == "created"}
        assert adopted & {xero_id for _, xero_id in touched} <= made


def test_no_record_gets_two_counterparts(books: Books) -> None:
    assert len(books.urls) == len(set(books.urls))
    for log in books.runs:
        documents = [entry["xero_id"] for entry in log.values() if entry["document"] and entry["xero_id"]]
        assert len(documents) == len(set(documents))


def test_a_further_run_changes_nothing(books: Books) -> None:
    assert books.writes_at_rest == 0
    assert [entry for entry in books.runs[2].values() if entry["outcome"] in WENT] == []
