"""What an event says of one tenant changes nothing of another: every type of event, with every foreign id in it.

Whole tables of all four services are compared, before and after; what the event's own tenant gets of it is its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import pytest
from tests.contract.house import House, open_house
from tests.contract.raw_calls import json_call
from tests.factories import crm
from tests.unit.sync_kit.contracts.samples import SAMPLES

from sync_kit.bus import Message
from sync_kit.contracts.envelope import Envelope, seal
from sync_kit.contracts.events import EVENT_TYPES, Event, RecordsSettled, RunCancelled, TenantChanged

Rows: TypeAlias = dict[str, list[tuple[Any, ...]]]

POST = ("inbox", "parked_events", "dead_letters", "outbox", "sqlite_sequence")
"""Tables that tell of events themselves, as the bus does; each row of theirs belongs to the event's own tenant."""
TYPES = {sample.type: sample for sample in SAMPLES}
FAR_AHEAD = 1_000_000
"""A version, sequence or run number above all real ones, so that no max-merge drops the event unread."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The first partner's tenant has synced a sale and holds another record back; the other's is not connected."""
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        world = opened.world
        opened.run(fill_crm(opened))
        opened.run(world.finish(opened.first.ids["run_id"]))
        opened.run(world.pass_time(600))
        opened.run(world.sync())
        opened.run(world.pass_time(7200))  # what time alone does has been done
        opened.run(world.settle())
        yield opened


async def fill_crm(house: House) -> None:
    world = house.world
    (customer,) = await world.add_crm("Accounts", crm.account())
    (goods,) = await world.add_crm("Products", crm.product())
    await world.add_crm(
        "Invoices",
        crm.invoice(customer, crm.line(goods)),
        crm.invoice(customer, crm.line(goods), status="Shipped"),
    )


def forge(sample: Event, tenant_id: str, run_id: str, record_ids: tuple[str, ...]) -> Event:
    """The sample as this tenant's, with somebody else's run and records in it."""
    changes: dict[str, Any] = {"tenant_id": tenant_id}
    fields = type(sample).model_fields
    if "run_id" in fields:
        changes["run_id"] = run_id
    if "retry_of" in fields:
        changes["retry_of"] = run_id
    if "record_ids" in fields:
        changes["record_ids"] = record_ids
    for name in ("run_seq", "version", "progress_seq", "extraction_seq"):
        if name in fields:
            changes[name] = FAR_AHEAD
    for name in ("records", "outcomes"):
        if name in fields:
            (part,) = getattr(sample, name)
            changes[name] = tuple(part.model_copy(update={"record_id": each}) for each in record_ids)
    return sample.model_copy(update=changes)


def publish(house: House, event: Event, *, subject: str | None = None) -> None:
    """Onto the bus as a service would put it there, and everybody works; `subject` is the tenant on the envelope."""
    number = len(house.dump_stores()["scheduler.inbox"])
    envelope, value = seal(event, event_id=f"forged-{event.type}-{number}", source="forger", at=house.world.clock.now())
    headers = Envelope(**{**vars(envelope), "tenant_id": subject or event.tenant_id}).to_headers()
    message = Message(topic=event.topic.name, key=subject or event.tenant_id, headers=headers, value=value)
    house.run(house.world.bus.publish([message]))
    house.run(house.world.settle())
    house.run(house.world.pass_time(120))
    house.run(house.world.settle())


def list_rows_of(rows: Rows, ids: Mapping[str, str]) -> Rows:
    """Of each table the rows that name one of these ids, or a rehearsal of theirs."""
    found: Rows = {}
    for table, all_rows in rows.items():
        mine = [row for row in all_rows if any(names_one(value, ids) for value in row)]
        if mine:
            found[table] = mine
    return found


def names_one(value: object, ids: Mapping[str, str]) -> bool:
    return isinstance(value, str) and any(value == each or value.startswith(f"{each}~") for each in ids.values())


def own_rows(house: House) -> Rows:
    """Everything of the first partner's tenant, save the other's rows that a forger put its ids into."""
    rows = without_post(house.dump_stores())
    others = list_rows_of(rows, {"tenant_id": house.other.ids["tenant_id"]})
    mine = list_rows_of(rows, house.first.ids)
    return {table: [row for row in found if row not in others.get(table, [])] for table, found in mine.items()}


def without_post(rows: Rows) -> Rows:
    return {
        table: found for table, found in rows.items() if not table.endswith(POST) and not table.startswith("events.")
    }


def list_record_ids(house: House) -> tuple[str, ...]:
    """The CRM ids of the first tenant's records."""
    token = house.issue_token(house.first)
    target = f"/v1/log?tenant_id={house.first.ids['tenant_id']}&limit=200"
    items = house.send("scheduler", json_call("GET", target, token)).json["items"]
    found = tuple(sorted({item["record_id"] for item in items}))
    assert len(found) >= 4
    return found


def look(house: House, token: str, tenant_id: str) -> list[Any]:
    """What a partner sees of a tenant of its own."""
    targets = [
        ("scheduler", f"/v1/syncs?tenant_id={tenant_id}&limit=200"),
        ("scheduler", f"/v1/log?tenant_id={tenant_id}&limit=200"),
        ("xero-writer", f"/v1/links/{tenant_id}?limit=200"),
        ("xero-writer", f"/v1/mappings/{tenant_id}"),
        ("auth", f"/v1/connections?tenant_id={tenant_id}"),
    ]
    return [house.send(service, json_call("GET", target, token)).json for service, target in targets]


def test_every_type_of_event_has_a_sample_to_forge() -> None:
    assert set(TYPES) == set(EVENT_TYPES)


@pytest.mark.parametrize("name", TYPES)
def test_an_event_with_foreign_runs_and_records_in_it_changes_nothing_of_theirs(house: House, name: str) -> None:
    first, other = house.first.ids, house.other.ids
    before, seen = own_rows(house), look(house, house.issue_token(house.first), first["tenant_id"])
    assert sum(len(rows) for rows in before.values()) > 20
    publish(house, forge(TYPES[name], other["tenant_id"], first["run_id"], list_record_ids(house)))
    assert own_rows(house) == before
    assert look(house, house.issue_token(house.first), first["tenant_id"]) == seen


def test_the_other_partner_sees_nothing_of_the_first_after_all_that(house: House) -> None:
    for sample in SAMPLES:
        publish(house, forge(sample, house.other.ids["tenant_id"], house.first.ids["run_id"], list_record_ids(house)))
    token = house.issue_token(house.other)
    text = repr(look(house, token, house.other.ids["tenant_id"]))
    for record_id in list_record_ids(house):
        assert record_id not in text
    assert house.send("scheduler", json_call("GET", f"/v1/syncs/{house.first.ids['run_id']}", token)).status == 404


@pytest.mark.parametrize("name", TYPES)
def test_an_event_whose_envelope_names_another_tenant_than_its_content_is_not_taken_in(house: House, name: str) -> None:
    first, other = house.first.ids, house.other.ids
    before = own_rows(house)
    event = forge(TYPES[name], first["tenant_id"], first["run_id"], list_record_ids(house))
    publish(house, event, subject=other["tenant_id"])
    assert own_rows(house) == before


@pytest.mark.parametrize("name", [name for name in TYPES if name != TenantChanged.type])
def test_an_event_of_a_tenant_that_nobody_knows_is_only_parked(house: House, name: str) -> None:
    before = without_post(house.dump_stores())
    publish(house, forge(TYPES[name], "ten_nobody", house.first.ids["run_id"], list_record_ids(house)))
    assert without_post(house.dump_stores()) == before


@pytest.mark.parametrize("name", TYPES)
def test_an_event_of_a_deleted_tenant_is_refused_for_ever(house: House, name: str) -> None:
    token = house.issue_token(house.other)
    gone = house.json("POST", "/v1/tenants", token, {"name": "Gone"})["tenant_id"]
    house.run(house.world.settle())
    assert house.send("auth", json_call("DELETE", f"/v1/tenants/{gone}", token)).status == 204
    house.run(house.world.settle())
    house.run(house.world.pass_time(120))
    house.run(house.world.settle())
    before = without_post(house.dump_stores())
    publish(house, forge(TYPES[name], gone, house.first.ids["run_id"], list_record_ids(house)))
    after = house.dump_stores()
    assert without_post(after) == before
    parked = [row for table, rows in after.items() if table.endswith(("parked_events", "dead_letters")) for row in rows]
    assert not any(gone in map(str, row) for row in parked), "its payload is not kept either"


@pytest.mark.parametrize("deleted", [False, True])
def test_a_tenant_does_not_change_hands_by_an_event(house: House, deleted: bool) -> None:
    before = own_rows(house)
    (partner_id,) = {
        row[1] for row in house.dump_stores()["auth.registered_tenants"] if row[0] == house.other.ids["tenant_id"]
    }
    stolen = TenantChanged(
        tenant_id=house.first.ids["tenant_id"], partner_id=partner_id, version=FAR_AHEAD, deleted=deleted
    )
    publish(house, stolen)
    assert own_rows(house) == before
    token = house.issue_token(house.other)
    for service, target in (
        ("scheduler", f"/v1/log?tenant_id={stolen.tenant_id}"),
        ("xero-writer", f"/v1/links/{stolen.tenant_id}"),
        ("zoho-reader", f"/v1/zoho/{stolen.tenant_id}/fields?module=invoices"),
    ):
        assert house.send(service, json_call("GET", target, token)).status == 404


async def step_loops(house: House, *services: str) -> None:
    for service in services:
        for loop in house.world.services[service].loops:
            await loop.step()


def test_the_comparison_sees_what_a_true_event_of_the_tenant_changes(house: House) -> None:
    """Else the walks above would prove nothing. Last: it does change something."""
    run_id = house.run(house.world.start())
    house.run(step_loops(house, "scheduler", "zoho-reader"))
    before = own_rows(house)
    publish(house, forge(TYPES[RecordsSettled.type], house.first.ids["tenant_id"], run_id, list_record_ids(house)))
    assert own_rows(house) != before
    before = own_rows(house)
    publish(house, RunCancelled(tenant_id=house.first.ids["tenant_id"], run_id="run_made_up", run_seq=FAR_AHEAD))
    assert own_rows(house) != before
