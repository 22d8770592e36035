"""Payloads are gone after 30 days, and what was still held is asked for again when its turn comes."""

from tests.fixtures.raw_stores import holds, read_tables
from tests.unit.xero_writer.world import World

from sync_kit.contracts.events import RecordsWanted
from sync_kit.contracts.vocabulary import Module, WantedCause

SECRET = "Zweihundertfünfzig-Planted"


def find_in_store(world: World, text: str) -> list[str]:
    """In every table, and on SQLite in every byte of its files."""
    tables = [name for name, rows in read_tables(world.database_url).items() if holds(rows, text)]
    files = [file.name for file in sorted(world.folder.glob("xero_writer.db*")) if text.encode() in file.read_bytes()]
    return tables + files


async def test_a_planted_name_is_nowhere_after_thirty_days_and_the_record_still_goes(world: World) -> None:
    sale = world.sale()
    sale[Module.ACCOUNTS] = [world.account("1000", Account_Name=SECRET)]
    sale[Module.INVOICES] = [world.invoice("3000", account="1000", product="2000", Status="Shipped")]
    sale[Module.INVOICES].append(world.invoice("3001", account="1000", product="2000"))
    await world.sync(sale)
    assert find_in_store(world, SECRET)
    for _ in range(2):
        world.advance(31 * 86_400)
        await world.step()
    await world.stop()
    try:
        assert find_in_store(world, SECRET) == []
    finally:
        await world.start()
    await world.save_mapping(statuses={"invoices": {"Shipped": "DRAFT"}})
    await world.begin()
    await world.work()
    [wanted] = await world.list_told(RecordsWanted)
    assert (wanted.cause, wanted.record_ids) == (WantedCause.PAYLOAD_GONE, ("3000",))
    await world.publish(
        world.extract(Module.INVOICES, world.invoice("3000", account="1000", product="2000", Status="Shipped")),
        world.close(Module.INVOICES),
    )
    await world.work()
    assert await world.count_outcomes() == {("invoices", "created"): 1}
    await world.check_equation()
