"""Events are written with the state that they tell of, or not at all."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from tests.fixtures.kit_house import House

from sync_kit.contracts.envelope import Envelope, unseal
from sync_kit.contracts.events import ExtractedRecord, RecordsExtracted, RunCancelled
from sync_kit.contracts.topics import MAX_EVENT_BYTES
from sync_kit.contracts.vocabulary import Module
from sync_kit.outbox import OUTBOX_SIGNAL, write_events

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)


def make_page(letters: int) -> RecordsExtracted:
    record = ExtractedRecord(record_id="r", extraction_seq=1, modified_at=MOMENT, fields={"Note": "x" * letters})
    return RecordsExtracted(tenant_id="t1", run_id="run", module=Module.INVOICES, page=7, records=(record,))


async def test_an_event_lies_in_the_outbox_with_its_envelope(house: House) -> None:
    event = make_page(10)
    async with house.store.transaction() as session:
        await write_events(session, house.tables, [event], source="zoho-reader", context={"traceparent": "00-1"})
        row = await session.fetch_one(select(house.tables.outbox))
    assert row is not None
    assert (row["topic"], row["key"], row["published_at"]) == ("zoho.records.v1", "t1", None)
    assert row["headers"]["traceparent"] == "00-1"
    envelope = Envelope.from_headers(row["headers"])
    assert envelope == Envelope(
        row["event_id"], event.type, "zoho-reader", house.clock.now(), "t1", "run", "invoices", 7, 1
    )
    assert unseal(envelope, row["value"]) == event


async def test_events_of_an_undone_transaction_are_never_told(house: House) -> None:
    woken = house.store.watch(OUTBOX_SIGNAL)
    with pytest.raises(ValueError, match="undone"):
        await write_and_fail(house)
    assert not woken.is_set()
    async with house.store.reading() as session:
        assert await session.fetch_all(select(house.tables.outbox)) == []


async def write_and_fail(house: House) -> None:
    async with house.store.transaction() as session:
        await write_events(session, house.tables, [make_page(1)], source="zoho-reader")
        raise ValueError("undone")


async def test_every_event_has_an_id_of_its_own_and_wakes_the_relay(house: House) -> None:
    woken = house.store.watch(OUTBOX_SIGNAL)
    event = RunCancelled(tenant_id="t1", run_id="run", run_seq=1)
    async with house.store.transaction() as session:
        await write_events(session, house.tables, [], source="scheduler")
        await write_events(session, house.tables, [event] * 50, source="scheduler")
        ids = {row["event_id"] for row in await session.fetch_all(select(house.tables.outbox))}
    assert len(ids) == 50
    assert woken.is_set()


async def test_an_event_above_512_kib_is_refused_by_type_and_size(house: House) -> None:
    async with house.store.transaction() as session:
        with pytest.raises(ValueError, match=r"zoho.records-extracted.v1 has \d{6} bytes"):
            await write_events(session, house.tables, [make_page(MAX_EVENT_BYTES)], source="zoho-reader")
        await write_events(session, house.tables, [make_page(MAX_EVENT_BYTES - 1000)], source="zoho-reader")
