"""Payloads are gone after 30 days, and what was still held is asked for again when its turn comes."""

from pathlib import Path

from tests.unit.xero_writer.world import World

from sync_kit.contracts.events import RecordsWanted
from sync_kit.contracts.vocabulary import Module, WantedCause

SECRET = "Zweihundertfünfzig-Planted"


def find_in_files(folder: Path, text: str) -> list[str]:
    return [file.name for file in sorted(folder.glob("writer.db*")) if text.encode() in file.read_bytes()]


async def test_a_planted_name_is_nowhere_after_thirty_days_and_the_record_still_goes(world: World) -> None:
    sale = world.sale()
    sale[Module.ACCOUNTS] = [world.account("1000", Account_Name=SECRET)]
    sale[Module.INVOICES] = [world.invoice("3000", account="1000", product="2000", Status="Shipped")]
    sale[Module.INVOICES].append(world.invoice("3001", account="1000", product="2000"))
    await world.sync(sale)
    assert find_in_files(world.folder, SECRET)
    for _ in range(2):
        world.advance(31 * 86_400)
        await world.step()
    await world.stop()
    try:
        assert find_in_files(world.folder, SECRET) == []
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
