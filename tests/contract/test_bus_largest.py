"""The largest thing that we send, a record above one event, goes over each kind of bus in parts and comes out whole."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.buses import open_kit_house, settle_on
from tests.fixtures.engines import drop_databases, make_database_url
from tests.fixtures.kit_house import House

from sync_kit.bus import open_bus
from sync_kit.consumer import Consumer
from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import RecordsExtracted
from sync_kit.contracts.topics import MAX_EVENT_BYTES
from sync_kit.contracts.vocabulary import Module
from sync_kit.outbox import write_events
from sync_kit.relay import MOST_BYTES, Relay
from sync_kit.store import Session
from zoho_reader.domain.assembly import Draft, cut_into_events

LINES = [{"id": str(number), "Description": f"{number} " + "ü" * 3_000} for number in range(2_000)]


@pytest.fixture
async def kit_house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_kit_house(make_database_url(tmp_path, "kit")) as house:
        yield house
    drop_databases(tmp_path)


async def test_a_record_of_twelve_megabytes_arrives_whole(kit_house: House, bus_url: str) -> None:
    store, tables = kit_house.store, kit_house.tables
    draft = Draft(
        module=Module.INVOICES,
        record_id="1",
        modified_at=datetime(2026, 1, 5, tzinfo=UTC),
        fields={"Subject": "the largest", "Invoiced_Items": LINES},
        children_key="Invoiced_Items",
    )
    events, _ = cut_into_events("t1", "r1", [draft], extraction_seq=1, first_page=1)
    assert sum(len(event.model_dump_json().encode()) for event in events) > MOST_BYTES
    taken: dict[int, Any] = defaultdict(list)

    async def take_in(session: Session, event: RecordsExtracted, envelope: Envelope) -> None:
        for record in event.records:
            taken[record.part] += record.fields["Invoiced_Items"]

    bus = open_bus(bus_url, kit_house.clock)
    relay = Relay(store, tables, bus)
    consumer = Consumer(store, tables, bus.subscribe("writer", ["zoho.records.v1"]), {RecordsExtracted: take_in})
    async with store.transaction() as session:
        await write_events(session, tables, events, source="zoho-reader")
    await settle_on(bus, relay.step, consumer.step)
    await bus.close()

    assert [line for part in sorted(taken) for line in taken[part]] == LINES
    assert consumer.counts["taken_in"] == len(events) > 12_000_000 // MAX_EVENT_BYTES
