"""30 days after a sync no store and no topic of the local log holds anything of a person or of a paper.

A broker forgets by its topics' retention; that has its own proof beside the bus.
"""

import pytest
from tests.factories import crm
from tests.fixtures.raw_stores import holds, read_bytes, read_tables
from tests.fixtures.world import World

from sync_kit.bus import LocalLog
from zoho2xero.standalone import shorten_log

SECRET = "Qzplanted7f"
DAY_SECONDS = 86_400


def find_planted(world: World) -> set[str]:
    """Every table that holds it, every SQLite store whose bytes do, and the local log."""
    places = set()
    for service, url in world.database_urls.items():
        tables = read_tables(url)
        places |= {f"{service}.{name}" for name, rows in tables.items() if holds(rows, SECRET)}
        if SECRET.encode() in read_bytes(url):
            places.add(service)
    for file in world.home.glob("events.db*"):
        if SECRET.encode() in file.read_bytes():
            places.add("events")
    return places


async def plant(world: World) -> None:
    """In names, texts and addresses of records that go, and of some that are held."""
    (customer,) = await world.add_crm("Accounts", crm.account(f"{SECRET} Ltd", Billing_Street=SECRET))
    await world.add_crm("Contacts", crm.person(SECRET, customer, Email=f"{SECRET}@customer.example"))
    (supplier,) = await world.add_crm("Vendors", crm.vendor(f"{SECRET} supplier", Street=SECRET))
    (goods,) = await world.add_crm("Products", crm.product())
    line = crm.line(goods, Description=SECRET)
    await world.add_crm(
        "Invoices",
        crm.invoice(customer, line, Subject=SECRET),
        crm.invoice(customer, line, Subject=SECRET, status="Shipped"),
    )
    await world.add_crm("Purchase_Orders", crm.purchase_order(supplier, line, Subject=SECRET))


async def clean_up(world: World) -> None:
    await world.settle()
    if isinstance(world.bus, LocalLog):
        await shorten_log(world.bus, world.clock).step()


@pytest.mark.thorough
async def test_thirty_days_later_nothing_of_people_is_left_anywhere(world: World) -> None:
    await plant(world)
    await world.sync(mode="plan")
    run = await world.sync()
    assert run["state"] == "partial"
    await clean_up(world)
    assert find_planted(world) >= {"zoho_reader.outbox", "xero_writer.staged_records", "scheduler.log_entries"}
    for seconds in (31 * DAY_SECONDS, 2 * 3600):
        await world.pass_time(seconds)
        await clean_up(world)
    assert find_planted(world) == set()


@pytest.mark.thorough
async def test_a_day_before_that_the_log_still_tells_of_it(world: World) -> None:
    await plant(world)
    run = await world.sync()
    await world.pass_time(29 * DAY_SECONDS)
    await clean_up(world)
    assert "scheduler.log_entries" in find_planted(world)
    assert SECRET in repr(await world.log(run["run_id"]))
