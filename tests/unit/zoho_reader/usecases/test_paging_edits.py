"""Edits made while pages are being read end in the newest version."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.unit.zoho_reader.crm import line
from tests.unit.zoho_reader.world import World, open_world

from sync_kit.contracts.vocabulary import Module
from vendor_sandbox.core.switches import Switches
from zoho_reader.usecases import read_source

pytestmark = pytest.mark.thorough


@pytest.fixture(params=[True, False], ids=["bumps", "keeps"])
async def paged(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Pages of 4 rows, so that few records fill many."""
    monkeypatch.setattr(read_source, "MOST_ROWS", 4)
    async with open_world(tmp_path, switches=Switches(line_edit_bumps_parent=request.param)) as world:
        yield world
        assert all(rule.struck for rule in world.sandbox.faults.list_rules()), "an edit never happened"


def fill(world: World) -> list[str]:
    product = world.add("Products", {"Product_Name": "Thing", "Product_Code": "T"})[0]
    ids = []
    for number in range(9):
        ids += world.add(
            "Invoices", {"Subject": f"Sale {number}", "Invoiced_Items": [line(product), line(product, price="5.00")]}
        )
        world.advance(1)
    world.advance(600)
    return ids


def during(world: World, pattern: str, skip: int, act: Callable[[], None]) -> None:
    """Do something in the CRM just before a question is answered, a second after the one before."""

    def strike(_: object) -> None:
        world.advance(1)
        act()
        world.advance(1)

    world.sandbox.faults.add_rule("zoho", "call", body=pattern, skip=skip, callback=strike)


@pytest.mark.parametrize("at", [0, 2])
async def test_a_header_edited_while_headers_are_paged(paged: World, at: int) -> None:
    ids = fill(paged)

    def edit() -> None:
        for victim in (ids[0], ids[5], ids[8]):
            paged.edit("Invoices", victim, Subject="Newer")

    during(paged, "from Invoices where", at, edit)
    await paged.run(Module.INVOICES)
    paged.assert_all_newest_of(Module.INVOICES)


@pytest.mark.parametrize(
    ("pattern", "at"), [("from Invoiced_Items where id", 1), ("from Invoices where", 0), ("from Invoices where", 2)]
)
async def test_a_line_edited_while_paging(paged: World, pattern: str, at: int) -> None:
    ids = fill(paged)

    def edit() -> None:
        for number, victim in enumerate((ids[0], ids[1], ids[4], ids[5], ids[7], ids[8])):
            newer = {"Quantity": 3} if number % 2 else {"Description": "newer"}
            paged.edit("Invoices", victim, Invoiced_Items=[{"id": paged.line_ids(victim)[0], **newer}])

    during(paged, pattern, at, edit)
    await paged.run(Module.INVOICES)
    paged.assert_all_newest_of(Module.INVOICES)


@pytest.mark.parametrize(("pattern", "at"), [("from Invoiced_Items where id", 2), ("from Invoices where", 1)])
async def test_lines_added_and_removed_while_paging(paged: World, pattern: str, at: int) -> None:
    ids = fill(paged)
    product = next(iter(paged.org.tables["Products"].records))

    def edit() -> None:
        paged.edit("Invoices", ids[0], Invoiced_Items=[line(product, price="7.77")])
        paged.edit("Invoices", ids[7], Invoiced_Items=[{"id": paged.line_ids(ids[7])[0], "_delete": None}])
        paged.add("Invoices", {"Subject": "New", "Invoiced_Items": [line(product)]})

    during(paged, pattern, at, edit)
    await paged.run(Module.INVOICES)
    paged.assert_all_newest_of(Module.INVOICES)


async def test_edits_in_the_second_of_the_question_end_right_at_the_latest_in_the_next_run(paged: World) -> None:
    ids = fill(paged)

    def edit() -> None:
        for victim in (ids[0], ids[6], ids[8]):
            paged.edit("Invoices", victim, Subject="Newer")
            paged.edit("Invoices", victim, Invoiced_Items=[{"id": paged.line_ids(victim)[1], "Description": "newer"}])

    # No second passes between any of these: only the overlap can bring them.
    for pattern in ("from Invoiced_Items where id", "from Invoices where", "__composite"):
        paged.sandbox.faults.add_rule("zoho", "call", body=pattern, skip=1, callback=lambda _: edit())
    await paged.run(Module.INVOICES)
    await paged.run(Module.INVOICES)
    paged.assert_all_newest_of(Module.INVOICES)


async def test_people_edited_while_accounts_are_read(paged: World) -> None:
    firms = paged.add("Accounts", *({"Account_Name": f"Firm {n}"} for n in range(6)))
    people = paged.add("Contacts", *({"Last_Name": f"P{n}", "Account_Name": {"id": firms[n]}} for n in range(6)))
    paged.advance(600)
    during(paged, "from Contacts where", 1, lambda: paged.edit("Contacts", people[0], Phone="1"))
    during(paged, "from Accounts where", 1, lambda: paged.edit("Contacts", people[5], Account_Name={"id": firms[0]}))
    await paged.run(Module.ACCOUNTS)
    paged.assert_all_newest_of(Module.ACCOUNTS)


async def test_a_line_of_no_money_that_is_removed_while_paging_goes(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        product = world.add("Products", {"Product_Name": "Thing", "Product_Code": "T"})[0]
        lines = [line(product), line(product, price="0.00")]
        (sale,) = world.add("Invoices", {"Subject": "Sale", "Invoiced_Items": lines})
        world.advance(600)
        gone = {"id": world.line_ids(sale)[1], "_delete": None}
        during(world, "from Invoices where", 0, lambda: world.edit("Invoices", sale, Invoiced_Items=[gone]))
        await world.run(Module.INVOICES)
        world.assert_all_newest_of(Module.INVOICES)


async def test_an_edit_that_paging_has_seen_is_not_emitted_again_at_the_end(paged: World) -> None:
    ids = paged.add("Products", *({"Product_Name": f"Thing {n}", "Product_Code": f"T{n}"} for n in range(9)))
    paged.advance(600)
    during(paged, "from Products where", 1, lambda: paged.edit("Products", ids[0], Product_Name="Newer"))
    await paged.run(Module.PRODUCTS)
    assert paged.emitted(Module.PRODUCTS) == [*ids, ids[0]]
    paged.assert_all_newest_of(Module.PRODUCTS)
