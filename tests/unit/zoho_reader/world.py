"""A whole little world for one test: a simulated CRM, the reader as it runs, and the other ends of its topics."""

import itertools
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select
from tests.fixtures.engines import drop_databases, make_database_url

from sync_kit.app import ServiceRuntime
from sync_kit.bus import LocalLog, Message
from sync_kit.contracts import topics
from sync_kit.contracts.envelope import Envelope, seal, unseal
from sync_kit.contracts.events import (
    ConnectionFacts,
    Event,
    ExtractedRecord,
    ExtractionAnnounced,
    RecordsExtracted,
    RunEnded,
    RunRequested,
    RunSettings,
    StageReported,
    TenantChanged,
)
from sync_kit.contracts.vendor_tokens import VendorToken
from sync_kit.contracts.vocabulary import DEFAULT_MODULES, MODULE_ORDER, ConnectionState, Module, Vendor
from sync_kit.errors import NeedsReauthorisationError, TryLaterError
from sync_kit.http import asgi_transport
from sync_kit.loops import Loop
from sync_kit.testing import SERVICE_KEY, ManualClock, memory_bus
from vendor_sandbox.app import Sandbox, create_sandbox
from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.switches import Switches
from vendor_sandbox.zoho.record_checks import start_writing
from vendor_sandbox.zoho.rendering import render_whole
from vendor_sandbox.zoho.writing import delete_record, insert_record, update_record
from zoho_reader.app import build
from zoho_reader.domain.sources import SHAPES, STANDARD_COLUMNS
from zoho_reader.settings import Settings
from zoho_reader.store.tables import KIT

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TENANT, PARTNER = "tenant-1", "partner-1"
HOST = "http://crm.test"
SCOPES = frozenset(
    {
        *("ZohoCRM.modules.ALL", "ZohoCRM.coql.READ", "ZohoCRM.settings.ALL", "ZohoCRM.org.READ"),
        "ZohoCRM.composite_requests.CUSTOM",
    }
)


class FakeTokens:
    """Lends tokens of the simulated CRM as auth would, and keeps a list of what it was asked."""

    def __init__(self, sandbox: Sandbox, org: Any) -> None:
        self.sandbox, self.org = sandbox, org
        self.scopes = SCOPES
        self.generation = 0
        self.connection_generation = 1
        self.asked: list[int | None] = []
        self.reported: list[int] = []
        self.failure: Exception | None = None
        self._current: VendorToken | None = None
        self._may_be_refused_from = START
        """A renewed token that is refused within a minute is not renewed again, as auth has it."""

    async def borrow(self, tenant_id: str, vendor: Vendor, failed_generation: int | None = None) -> VendorToken:
        if self.failure is not None:
            raise self.failure
        now = self.sandbox.clock.now()
        worn = self._current is None or self._current.expires_at <= now + timedelta(seconds=60)
        if worn or (failed_generation is not None and failed_generation >= self.generation):
            self.asked.append(failed_generation)
            if failed_generation is not None and now < self._may_be_refused_from:
                raise NeedsReauthorisationError("a fresh token is refused too", cause="expired")
            self._may_be_refused_from = now + timedelta(minutes=1) if failed_generation is not None else now
            self.generation += 1
            access = self.sandbox.zoho.state.tokens.issue_access_token(
                self.org.dc, "zoho-sandbox-client", self.org.id, self.scopes, now
            )
            self._current = VendorToken(
                access_token=SecretStr(access.value),
                generation=self.generation,
                connection_generation=self.connection_generation,
                expires_at=access.expires_at,
                api_url=f"{HOST}/zoho/{self.org.dc}",
                external_id=self.org.id,
            )
        assert self._current is not None
        return self._current

    async def report_missing_scope(self, tenant_id: str, vendor: Vendor, generation: int) -> None:
        self.reported.append(generation)
        raise NeedsReauthorisationError("consent again", cause="scope_missing")

    def forget(self, tenant_id: str) -> None:
        self._current = None


class CrashError(BaseException):
    """The process dies here."""


@dataclass
class World:
    """`told` are all events that the reader published, as they came, twice-published ones twice."""

    clock: ManualClock
    sandbox: Sandbox
    org: Any
    tokens: FakeTokens
    bus: LocalLog
    path: Path
    reader: ServiceRuntime
    told: list[Event] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    run_seq: int = 0
    tenant_version: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    _listening: Any = None
    _numbers: Any = field(default_factory=itertools.count)

    # --- the CRM, edited by a person ---

    def add(self, module: str, *records: Mapping[str, Any]) -> list[str]:
        writing = start_writing(
            self.sandbox.state, self.org, self.sandbox.clock.now(), 0, by_person=True, lift_cap=True
        )
        ids = []
        for record in records:
            result = insert_record(writing, self.org.tables[module], dict(record))
            assert result["status"] == "success", result
            ids.append(result["details"]["id"])
        return ids

    def edit(self, module: str, record_id: str, **values: Any) -> None:
        writing = start_writing(
            self.sandbox.state, self.org, self.sandbox.clock.now(), 0, by_person=True, lift_cap=True
        )
        result = update_record(writing, self.org.tables[module], record_id, values)
        assert result["status"] == "success", result

    def delete(self, module: str, record_id: str) -> None:
        writing = start_writing(self.sandbox.state, self.org, self.sandbox.clock.now(), 0, by_person=True)
        assert delete_record(writing, self.org.tables[module], record_id)["status"] == "success"

    def whole(self, module: str, record_id: str) -> dict[str, Any]:
        table = self.org.tables[module]
        return dict(render_whole(self.org, table, table.records[record_id]))

    def line_ids(self, invoice_id: str) -> list[str]:
        return [line["id"] for line in self.whole("Invoices", invoice_id)["Invoiced_Items"]]

    def calls(self) -> list[Any]:
        return list(self.sandbox.ledger.list_calls(vendor="zoho", kind="api"))

    # --- time ---

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.sandbox.clock.advance(seconds)

    # --- the other services ---

    async def say(self, *events: Event) -> None:
        messages = []
        for event in events:
            envelope, value = seal(event, event_id=f"said-{next(self._numbers)}", source="test", at=START)
            messages.append(Message(event.topic.name, event.tenant_id, envelope.to_headers(), value))
        await self.bus.publish(messages)

    def tenant(self, state: ConnectionState = ConnectionState.CONNECTED, **changes: Any) -> TenantChanged:
        self.tenant_version += 1
        facts = ConnectionFacts(
            vendor=Vendor.ZOHO,
            connection_id="connection-1",
            state=state,
            generation=self.tokens.connection_generation,
            external_id=self.org.id,
        )
        values = {"version": self.tenant_version, "connections": (facts,), **changes}
        return TenantChanged(tenant_id=TENANT, partner_id=PARTNER, **values)

    def request(self, *modules: Module, **changes: Any) -> RunRequested:
        self.run_seq += 1
        return RunRequested(
            tenant_id=TENANT,
            run_id=f"run-{self.run_seq}",
            run_seq=self.run_seq,
            modules=modules or DEFAULT_MODULES,
            settings=RunSettings(books_start_date=START.date()),
            requested_at=self.clock.now(),
            **changes,
        )

    def end(self) -> RunEnded:
        return RunEnded(tenant_id=TENANT, run_id=f"run-{self.run_seq}", run_seq=self.run_seq)

    async def run(self, *modules: Module, **changes: Any) -> str:
        """A whole run as far as the reader goes, and its end."""
        request = self.request(*modules, **changes)
        await self.say(request)
        await self.settle()
        await self.say(self.end())
        await self.settle()
        return request.run_id

    async def settle(self, *, waits: int = 200) -> None:
        """Let the reader work until it rests; waiting times pass."""
        for _ in range(waits):
            await self._work()
            due = await self._find_due()
            if due is None:
                return
            self.advance(max((due - self.clock.now()).total_seconds(), 0) + 1)
        raise AssertionError("the reader finds no rest")

    async def work_until_waiting(self) -> None:
        """Let the reader work until it rests or waits."""
        await self._work()

    async def _work(self) -> None:
        for _ in range(2_000):
            done = 0
            for loop in self.loops():
                done += await loop.step()
            if not done:
                break
        await self.listen()

    def loops(self) -> Sequence[Loop]:
        return [loop for loop in self.reader.loops if loop.name != "purge"]

    async def _find_due(self) -> datetime | None:
        async with self.reader.store.reading() as session:
            rows = await session.fetch_all(select(KIT.leases.c.due_at, KIT.leases.c.expires_at))
        moments = [row["due_at"] or row["expires_at"] for row in rows]
        return min((moment for moment in moments if moment is not None), default=None)

    async def listen(self) -> None:
        if self._listening is None:
            self._listening = self.bus.subscribe(
                "listener", [topics.RECORDS.name, topics.RESULTS.name, topics.METADATA.name]
            )
        while deliveries := await self._listening.poll(500):
            for delivery in deliveries:
                envelope = Envelope.from_headers(delivery.message.headers)
                self.told.append(unseal(envelope, delivery.message.value))
                self.envelopes.append(envelope)
                self.sizes.append(len(delivery.message.value))
            await self._listening.commit(deliveries)

    async def restart(self) -> None:
        """The process is gone; another one starts on the same store and bus, after the dead one's lease."""
        await self.reader.close()
        self.reader = await open_reader(self.path, self.bus, self.clock, self.sandbox, self.tokens, **self.options)

    # --- what was told ---

    def events(self, kind: type[Event], run_id: str | None = None) -> list[Any]:
        return [
            event
            for event in self.told
            if isinstance(event, kind) and (run_id is None or getattr(event, "run_id", None) == run_id)
        ]

    def emitted(self, module: Module, run_id: str | None = None) -> list[str]:
        """Ids in the order of emission, one for each version."""
        return [
            record.record_id
            for event in self.events(RecordsExtracted, run_id)
            if event.module is module
            for record in event.records
            if record.part == 1
        ]

    def state(self, events: Iterable[Event] | None = None) -> dict[Module, dict[str, ExtractedRecord]]:
        """What a consumer holds after max-merging all records by extraction_seq, parts put together."""
        return merge_records(self.told if events is None else events)

    def announced(self, run_id: str) -> dict[Module, ExtractionAnnounced]:
        newest: dict[Module, ExtractionAnnounced] = {}
        for event in self.events(ExtractionAnnounced, run_id):
            known = newest.get(event.module)
            if known is None or (event.closed, event.emitted) >= (known.closed, known.emitted):
                newest[event.module] = event
        return newest

    def report(self, run_id: str) -> StageReported:
        return max(self.events(StageReported, run_id), key=lambda event: event.progress_seq)

    def assert_all_newest(self) -> None:
        """Every record that the CRM holds was emitted, in its newest version, with all its children."""
        self.assert_all_newest_of(*MODULE_ORDER)

    def assert_all_newest_of(self, *modules: Module) -> None:
        """The same for some modules."""
        held = self.state()
        for module in modules:
            expected = self.expect(module)
            assert held.get(module, {}).keys() >= expected.keys(), module
            for record_id, fields in expected.items():
                assert leave_names_out(held[module][record_id].fields) == fields, (module, record_id)

    def expect(self, module: Module) -> dict[str, dict[str, Any]]:
        shape = SHAPES[module]
        table = self.org.tables[shape.headers.value]
        expected = {}
        for record_id in table.records:
            whole = self.whole(shape.headers.value, record_id)
            fields = pick(whole, STANDARD_COLUMNS[shape.headers])
            if module is Module.CONTACTS and fields["Account_Name"] is not None:
                continue
            if shape.is_document:
                key = shape.children.value
                fields[key] = [pick(line, STANDARD_COLUMNS[shape.children]) for line in whole[key]]
            if module is Module.ACCOUNTS:
                people = [self.whole("Contacts", contact) for contact in self.org.tables["Contacts"].records]
                fields["Contacts"] = [
                    pick(person, STANDARD_COLUMNS[shape.children])
                    for person in people
                    if person["Account_Name"] is not None and person["Account_Name"]["id"] == record_id
                ]
            expected[record_id] = fields
        return expected


def pick(whole: Mapping[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    """The columns as COQL gives them: lookups with their id alone."""
    return {
        name: {"id": value["id"]} if isinstance(value := whole.get(name), dict) and "id" in value else value
        for name in columns
    }


def leave_names_out(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Lookups with their id alone, in lines too: a name is as old as the read, and no version of the record."""
    return {
        name: pick(value, ("id",))
        if isinstance(value, dict) and value.keys() == {"id", "name"}
        else [leave_names_out(row) for row in value]
        if isinstance(value, list) and name.endswith("_Items")
        else value
        for name, value in fields.items()
    }


def merge_records(events: Iterable[Event]) -> dict[Module, dict[str, ExtractedRecord]]:
    newest: dict[tuple[Module, str], dict[int, ExtractedRecord]] = {}
    for event in events:
        if not isinstance(event, RecordsExtracted):
            continue
        for record in event.records:
            parts = newest.setdefault((event.module, record.record_id), {})
            known = next(iter(parts.values()), None)
            if known is not None and known.extraction_seq > record.extraction_seq:
                continue
            if known is not None and known.extraction_seq < record.extraction_seq:
                parts.clear()
            parts[record.part] = record
    merged: dict[Module, dict[str, ExtractedRecord]] = {}
    for (module, record_id), parts in newest.items():
        first = parts[1]
        assert set(parts) == set(range(1, first.parts + 1)), (module, record_id)
        fields = dict(first.fields)
        for number in range(2, first.parts + 1):
            for name, rows in parts[number].fields.items():
                fields[name] = [*fields[name], *rows]
        merged.setdefault(module, {})[record_id] = first.model_copy(update={"fields": fields})
    return merged


async def open_reader(
    path: Path, bus: LocalLog, clock: ManualClock, sandbox: Sandbox, tokens: FakeTokens, **options: Any
) -> ServiceRuntime:
    settings = Settings(
        database_url=make_database_url(path, "zoho_reader", clock),
        bus_url="local://",
        auth_url="http://auth.test",
        public_url="http://api.test",
        service_key=SERVICE_KEY,
        workers=1,
        **options,
    )
    return build(settings, bus=bus, clock=clock, transport=asgi_transport({HOST: sandbox.app}), tokens=tokens)


@asynccontextmanager
async def open_world(path: Path, *, switches: Switches | None = None, **options: Any) -> AsyncIterator[World]:
    """`options` are settings of the reader."""
    clock = ManualClock(START)
    sandbox = create_sandbox(switches, VirtualClock(START))
    org = sandbox.zoho.state.add_org(company_name="Acme Ltd", dc="eu", time_zone="+05:30", users=50)
    tokens = FakeTokens(sandbox, org)
    bus = memory_bus(clock)
    reader = await open_reader(path, bus, clock, sandbox, tokens, **options)
    world = World(clock, sandbox, org, tokens, bus, path, reader, options=options)
    await world.say(world.tenant())
    try:
        yield world
    finally:
        await world.reader.close()
        await bus.close()
        drop_databases(path)


__all__ = ["TENANT", "CrashError", "FakeTokens", "TryLaterError", "World", "merge_records", "open_world"]
