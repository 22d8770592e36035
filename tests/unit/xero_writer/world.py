"""A whole xero-writer in a test: events in, the simulated Xero as the oracle, events out, time by hand."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.fixtures.engines import drop_databases, make_database_url

from sync_kit.app import ServiceRuntime
from sync_kit.bus import LocalLog, Message
from sync_kit.contracts import codec, topics
from sync_kit.contracts.envelope import Envelope, seal, unseal
from sync_kit.contracts.events import (
    ConnectionFacts,
    Event,
    ExtractedRecord,
    ModuleAccounted,
    ModuleExtracted,
    RecordOutcome,
    RecordsExtracted,
    RecordsSettled,
    RunCancelled,
    RunEnded,
    RunRequested,
    RunSettings,
    StageReported,
    TenantChanged,
)
from sync_kit.contracts.vocabulary import MODULE_ORDER, ConnectionState, Module, RunMode, Sending, Vendor
from sync_kit.http import HttpClient, HttpRequest, asgi_transport, parse_json
from sync_kit.loops import settle
from sync_kit.testing import ManualClock
from vendor_sandbox.app import Sandbox, create_sandbox
from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.xero.control_edits import write_as_person
from vendor_sandbox.xero.writing import WriteContext
from xero_writer.app import build
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.settings import Settings
from xero_writer.store import KIT_TABLES
from xero_writer.store import mappings as mapping_store

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TENANT = "tenant-1"
XERO = "http://xero.test/xero"
AUTH = "http://auth.test"
SCOPES = "offline_access accounting.contacts accounting.invoices accounting.payments accounting.settings"
MODIFIED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Crash(BaseException):
    """The process dies here: nothing of it runs any more."""


class World:
    """One tenant with a Xero organisation, and the service that writes to it."""

    def __init__(self, folder: Path, sandbox: Sandbox, clock: ManualClock) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.clock = clock
        self.xero_app: ASGIApp = sandbox.app
        """What the service reaches as Xero; a test may put something in between."""
        self.xero_tenant_id = ""
        self.user_id = ""
        self.access_token = ""
        self.token_generation = 1
        self.connection_generation = 1
        self.tenant_version = 0
        self.run_seq = 0
        self.run_id = ""
        self.seq = 0
        self.emitted: Counter[tuple[str, Module]] = Counter()
        self.bus: LocalLog
        self.runtime: ServiceRuntime
        self.ignored_reports: set[str] = set()
        """What auth is told of a token that was renewed meanwhile: it lends the newer one."""
        self._events = 0
        self._emitted_ids: dict[tuple[str, Module], set[str]] = {}
        self._pages = 0

    @property
    def database_url(self) -> str:
        """The service's store."""
        return make_database_url(self.folder, "xero_writer", self.clock)

    async def start(self) -> None:
        """Start the service on the same files as before."""
        self.bus = LocalLog(self.folder / "bus.db", self.clock)
        settings = Settings(
            database_url=self.database_url,
            bus_url=f"local:///{self.folder / 'bus.db'}",
            auth_url=AUTH,
            public_url="http://api.test",
            service_key=SecretStr("a-key-for-tests-that-is-long-enough"),
            workers=1,
        )
        transport = asgi_transport({"http://xero.test": self._serve_xero, AUTH: self._serve_auth})
        self.runtime = build(settings, bus=self.bus, clock=self.clock, transport=transport)
        self.results = self.bus.subscribe("test", [topic.name for topic in topics.ALL])

    async def stop(self) -> None:
        """The process is gone; its files stay."""
        await self.runtime.close()
        await self.bus.close()

    async def restart(self) -> None:
        """Another process on the same files."""
        await self.stop()
        await self.start()

    def advance(self, seconds: float) -> None:
        """Time passes, here and at Xero."""
        self.clock.advance(seconds)
        self.sandbox.clock.advance(seconds)

    async def _serve_xero(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.xero_app(scope, receive, send)

    async def _serve_auth(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await receive()
        asked = codec.loads(request["body"])
        reported = {name for name in ("withdrawn", "missing_scope") if asked.get(name)}
        if reported - self.ignored_reports:
            cause = "withdrawn" if "withdrawn" in reported else "scope_missing"
            headers = [(b"content-type", b"application/problem+json")]
            await send({"type": "http.response.start", "status": 409, "headers": headers})
            problem = codec.dumps({"code": "needs_reauthorisation", "cause": cause})
            await send({"type": "http.response.body", "body": problem})
            return
        if asked.get("failed_generation") is not None and asked["failed_generation"] >= self.token_generation:
            await self.connect_xero()
        body = codec.dumps(
            {
                "access_token": self.access_token,
                "generation": self.token_generation,
                "connection_generation": self.connection_generation,
                "expires_at": (self.clock.now() + timedelta(minutes=30)).isoformat(),
                "api_url": XERO,
                "external_id": self.xero_tenant_id,
            }
        )
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def ask_xero(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """A call that is not the service's."""
        http = HttpClient(clock=self.clock, transport=asgi_transport({"http://xero.test": self.sandbox.app}))
        content = codec.dumps(body) if body is not None else None
        request = HttpRequest(method, f"http://xero.test{path}", headers=headers, body=content)
        answer = await http.send(request, timeout_seconds=30)
        assert answer.status < 400, answer.body
        return parse_json(answer) if answer.body and answer.status != 302 else answer

    async def person(self, method: str, kind: str, body: object = None) -> Any:
        """What a person does in Xero's own pages."""
        return await self.ask_xero(method, f"/_control/xero/{self.xero_tenant_id}/{kind}", body)

    async def connect_xero(self) -> None:
        """A new access token by OAuth."""
        query = f"response_type=code&client_id=xero-sandbox-client&redirect_uri=http://localhost:9000/cb&state=s&scope={SCOPES}"
        answer = await self.ask_xero("GET", "/xero/identity/connect/authorize?" + query.replace(" ", "%20"))
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        http = HttpClient(clock=self.clock, transport=asgi_transport({"http://xero.test": self.sandbox.app}))
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": "http://localhost:9000/cb",
            "client_id": "xero-sandbox-client",
            "client_secret": "xero-sandbox-secret",
        }
        tokens = await http.send(HttpRequest("POST", f"{XERO}/connect/token", form=form), timeout_seconds=30)
        self.access_token = parse_json(tokens)["access_token"]
        self.token_generation += 1

    def list_documents(self, kind: str) -> list[dict[str, Any]]:
        """The newest version of every document that the vendor's API made, by the sandbox's history."""
        newest: dict[str, dict[str, Any]] = {}
        for version in self.sandbox.ledger.versions:
            if version.vendor == "xero" and version.kind.lower() in (kind.lower(), kind.lower() + "s"):
                newest[version.id] = version.snapshot
        return list(newest.values())

    def list_versions(self, kind: str, document_id: str | None = None) -> list[tuple[str, dict[str, Any]]]:
        """Actions and snapshots in order."""
        return [
            (version.action, version.snapshot)
            for version in self.sandbox.ledger.versions
            if version.kind.lower() in (kind.lower(), kind.lower() + "s") and document_id in (None, version.id)
        ]

    def list_calls(self, method: str | None = None, path: str = "") -> list[Any]:
        """Calls of the API (OAuth left out)."""
        return [
            call
            for call in self.sandbox.ledger.calls
            if call.vendor == "xero" and call.kind == "api" and method in (None, call.method) and path in call.path
        ]

    def fault(self, kind: str, **rule: Any) -> str:
        """Trouble at Xero."""
        return self.sandbox.faults.add_rule("xero", kind, **rule)

    def before_call(self, method: str, path: str, kind: str, raw: dict[str, Any], *, named: str | None = None) -> None:
        """A person makes a record in Xero, or changes the contact `named`, just before the next such call is served."""

        def write(_: object) -> None:
            self.write_as_person(kind, raw, named=named)

        self.sandbox.faults.add_rule("xero", "call", method=method, path=path, callback=write)

    def write_as_person(self, kind: str, raw: dict[str, Any], *, named: str | None = None) -> None:
        """A person makes a record in Xero, or changes the contact `named`."""
        state = self.sandbox.xero.state
        organisation = state.organisations[self.xero_tenant_id]
        ids = [each.contact_id for each in organisation.contacts.values() if each.name == named]
        context = WriteContext(state.core, organisation, state.now(), unit_places=4)
        write_as_person(context, kind, raw, ids[0] if named is not None else None)

    async def publish(self, *events: Event, copies: int = 1) -> None:
        """Put events on the bus as other services would; `copies`: how often each is delivered."""
        messages = []
        for event in events:
            self._events += 1
            envelope, value = seal(event, event_id=f"event-{self._events}", source="test", at=self.clock.now())
            message = Message(event.topic.name, event.tenant_id, envelope.to_headers(), value)
            messages += [message] * copies
        await self.bus.publish(messages)

    async def tell_tenant(self, state: ConnectionState = ConnectionState.CONNECTED, *, deleted: bool = False) -> None:
        """auth tells the tenant's state."""
        self.tenant_version += 1
        await self.publish(
            TenantChanged(
                tenant_id=TENANT,
                partner_id="partner-1",
                version=self.tenant_version,
                deleted=deleted,
                connections=(
                    ConnectionFacts(
                        vendor=Vendor.ZOHO,
                        connection_id="z",
                        state=ConnectionState.CONNECTED,
                        generation=1,
                        external_id="org20001",
                        web_url="https://crm.zoho.eu/crm/org20001",
                    ),
                    ConnectionFacts(
                        vendor=Vendor.XERO,
                        connection_id="x",
                        state=state,
                        generation=self.connection_generation,
                        external_id=self.xero_tenant_id,
                        web_url="https://go.xero.com",
                    ),
                ),
            )
        )

    async def save_mapping(self, **changes: Any) -> None:
        """A new mapping version, as the API saves it; `taxes` and `accounts` are completed."""
        taxes = {
            "sales": {"VAT": "OUTPUT2"},
            "purchases": {"VAT": "INPUT2"},
            "untaxed_sales": "NONE",
            "untaxed_purchases": "NONE",
            **changes.pop("taxes", {}),
        }
        accounts = {"sales": "200", "purchases": "400", **changes.pop("accounts", {})}
        mapping = TenantMapping.model_validate({"taxes": taxes, "accounts": accounts, **changes})
        async with self.runtime.store.transaction() as session:
            before = await mapping_store.find_mapping(session, TENANT)
            version = (before["version"] if before is not None else 0) + 1
            await mapping_store.add_version(session, TENANT, version, mapping.model_dump(), self.clock.now())

    def request_run(
        self,
        *,
        modules: Sequence[Module] = MODULE_ORDER,
        sending: Sending = Sending.USED,
        start: date = date(2020, 1, 1),
        retry_of: str | None = None,
        mode: RunMode = RunMode.APPLY,
    ) -> RunRequested:
        """The next run's request; not published yet."""
        self.run_seq += 1
        self.run_id = f"run-{self.run_seq}"
        return RunRequested(
            tenant_id=TENANT,
            run_id=self.run_id,
            run_seq=self.run_seq,
            mode=mode,
            modules=tuple(modules),
            settings=RunSettings(books_start_date=start, sending=sending),
            retry_of=retry_of,
            requested_at=self.clock.now(),
        )

    def extract(self, module: Module, *records: ExtractedRecord) -> RecordsExtracted:
        """A page of records of the current run."""
        self._pages += 1
        known = self._emitted_ids.setdefault((self.run_id, module), set())
        known |= {record.record_id for record in records}
        return RecordsExtracted(
            tenant_id=TENANT, run_id=self.run_id, module=module, page=self._pages, records=tuple(records)
        )

    def close(self, module: Module) -> ModuleExtracted:
        """The reader's word that the module's extraction has closed."""
        emitted = len(self._emitted_ids.get((self.run_id, module), ()))
        return ModuleExtracted(tenant_id=TENANT, run_id=self.run_id, module=module, emitted=emitted)

    def close_all(self, modules: Iterable[Module] = MODULE_ORDER) -> list[Event]:
        """All modules of the run are closed."""
        return [self.close(module) for module in modules]

    def end_run(self) -> RunEnded:
        """The scheduler closes the current run."""
        return RunEnded(tenant_id=TENANT, run_id=self.run_id, run_seq=self.run_seq)

    def cancel_run(self) -> RunCancelled:
        """A person cancels the current run."""
        return RunCancelled(tenant_id=TENANT, run_id=self.run_id, run_seq=self.run_seq)

    def record(self, record_id: str, fields: Mapping[str, Any], **more: Any) -> ExtractedRecord:
        """The next version of a record."""
        self.seq += 1
        return ExtractedRecord(
            record_id=record_id, extraction_seq=self.seq, modified_at=MODIFIED, fields=fields, **more
        )

    def account(self, record_id: str = "100", **fields: Any) -> ExtractedRecord:
        """An account; its name is its own."""
        return self.record(record_id, {"Account_Name": f"Customer {record_id}", "Contacts": [], **fields})

    def contact(self, record_id: str = "150", **fields: Any) -> ExtractedRecord:
        """A person without an account."""
        named = {"First_Name": "Ann", "Last_Name": f"Lee {record_id}", "Email": f"ann{record_id}@lee.example"}
        return self.record(record_id, {**named, **fields})

    def product(self, record_id: str = "200", **fields: Any) -> ExtractedRecord:
        """A product; its code is its own."""
        named = {"Product_Name": f"Lantern {record_id}", "Product_Code": f"P{record_id}"}
        return self.record(record_id, {**named, "Unit_Price": Decimal("3.39"), **fields})

    def invoice(
        self,
        record_id: str = "300",
        *,
        price: str = "10",
        account: str = "100",
        product: str | None = "200",
        **fields: Any,
    ) -> ExtractedRecord:
        """An approved invoice of one line."""
        return self.record(
            record_id,
            {
                "Invoice_Number": f"INV-{record_id}",
                "Subject": f"Sale {record_id}",
                "Status": "Approved",
                "Invoice_Date": "2026-11-01",
                "Due_Date": "2026-12-01",
                "Account_Name": {"id": account, "name": f"Customer {account}"},
                "Invoiced_Items": [self._line(record_id, price, product)],
                "Grand_Total": Decimal(price),
                **fields,
            },
        )

    def vendor(self, record_id: str = "160", **fields: Any) -> ExtractedRecord:
        """A supplier; its name is its own."""
        return self.record(record_id, {"Vendor_Name": f"Supplier {record_id}", **fields})

    def order(
        self,
        record_id: str = "400",
        *,
        price: str = "10",
        vendor: str = "160",
        product: str | None = "200",
        **fields: Any,
    ) -> ExtractedRecord:
        """A delivered purchase order of one line."""
        return self.record(
            record_id,
            {
                "PO_Number": f"PO-{record_id}",
                "Subject": f"Order {record_id}",
                "Status": "Delivered",
                "PO_Date": "2026-11-01",
                "Due_Date": "2026-12-01",
                "Vendor_Name": {"id": vendor, "name": f"Supplier {vendor}"},
                "Purchase_Items": [self._line(record_id, price, product)],
                "Grand_Total": Decimal(price),
                **fields,
            },
        )

    def quote(
        self, record_id: str = "500", *, price: str = "10", product: str = "200", **fields: Any
    ) -> ExtractedRecord:
        """A confirmed quote of one line."""
        return self.record(
            record_id,
            {
                "Quote_Number": f"QU-{record_id}",
                "Subject": f"Offer {record_id}",
                "Quote_Stage": "Confirmed",
                "Valid_Till": "2026-12-01",
                "Created_Time": "2026-11-01T09:00:00+00:00",
                "Account_Name": {"id": "100", "name": "Customer 100"},
                "Quoted_Items": [self._line(record_id, price, product)],
                "Grand_Total": Decimal(price),
                **fields,
            },
        )

    def _line(self, record_id: str, price: str, product: str | None) -> dict[str, Any]:
        return {
            "id": f"{record_id}1",
            "Quantity": Decimal(1),
            "List_Price": Decimal(price),
            "Description": "Lantern",
            "Line_Tax": [],
            **({"Product_Name": {"id": product, "name": "Lantern"}} if product is not None else {}),
        }

    async def step(self) -> None:
        """Run every loop until nothing can be done at this moment."""
        await settle(self.runtime.loops)

    async def work(self, *, most_minutes: int = 60) -> None:
        """Run until nothing is due any more, letting time pass where the service waits for it."""
        for _ in range(2000):
            await self.step()
            due_at = await self.find_due()
            if due_at is None:
                return
            wait = (due_at - self.clock.now()).total_seconds()
            assert wait < most_minutes * 60, f"waits for {wait} s"
            self.advance(max(wait, 0) + 0.001)
        raise AssertionError("no end")

    async def find_due(self) -> datetime | None:
        """When the tenant is due next."""
        leases = KIT_TABLES.leases.c
        async with self.runtime.store.reading() as session:
            row = await session.fetch_one(
                select(leases.due_at, leases.owner, leases.expires_at).where(leases.tenant_id == TENANT)
            )
        if row is None:
            return None
        # A lease that a dead process left behind runs out by itself.
        moment: datetime | None = row["expires_at"] if row["owner"] is not None else row["due_at"]
        return moment

    async def begin(
        self,
        records: Mapping[Module, Sequence[ExtractedRecord]] | None = None,
        *,
        page: int = 200,
        copies: int = 1,
        **request: Any,
    ) -> None:
        """A run is requested, its records are emitted in pages, and all its modules are closed."""
        events: list[Event] = [self.request_run(**request)]
        for module, found in (records or {}).items():
            events += [self.extract(module, *found[at : at + page]) for at in range(0, len(found), page)]
        await self.publish(*events, *self.close_all(events[0].modules), copies=copies)  # type: ignore[attr-defined]

    async def end(self) -> None:
        """The scheduler ends the current run."""
        await self.publish(self.end_run())
        await self.step()

    async def sync(
        self, records: Mapping[Module, Sequence[ExtractedRecord]] | None = None, **request: Any
    ) -> Counter[tuple[str, str]]:
        """A whole run; returns how many records have each outcome."""
        await self.begin(records, **request)
        await self.work()
        await self.end()
        return await self.count_outcomes()

    def sale(self, count: int = 1) -> dict[Module, list[ExtractedRecord]]:
        """Invoices with a customer and a product of their own."""
        numbers = range(count)
        return {
            Module.ACCOUNTS: [self.account(str(1000 + number)) for number in numbers],
            Module.PRODUCTS: [self.product(str(2000 + number)) for number in numbers],
            Module.INVOICES: [
                self.invoice(str(3000 + number), account=str(1000 + number), product=str(2000 + number))
                for number in numbers
            ],
        }

    def purchase(self, count: int = 1) -> dict[Module, list[ExtractedRecord]]:
        """Purchase orders with a supplier and a product of their own."""
        numbers = range(count)
        return {
            Module.VENDORS: [self.vendor(str(1600 + number)) for number in numbers],
            Module.PRODUCTS: [self.product(str(2000 + number)) for number in numbers],
            Module.PURCHASE_ORDERS: [
                self.order(str(4000 + number), vendor=str(1600 + number), product=str(2000 + number))
                for number in numbers
            ],
        }

    async def read_told(self) -> list[Event]:
        """All events on the bus that the service wrote."""
        told = []
        fresh = self.bus.subscribe(
            f"reader-{self.clock.now()}-{self._events}", [topics.RESULTS.name, topics.WANTED.name, topics.MAPPINGS.name]
        )
        while found := await fresh.poll(500):
            for delivery in found:
                told.append(unseal(Envelope.from_headers(delivery.message.headers), delivery.message.value))
        return told

    async def list_told(self, kind: type[Event], run_id: str | None = None) -> list[Any]:
        """Events of one kind about a run (the current one by default)."""
        wanted = run_id or self.run_id
        return [
            event
            for event in await self.read_told()
            if isinstance(event, kind) and getattr(event, "run_id", wanted) == wanted
        ]

    async def list_outcomes(self, run_id: str | None = None) -> dict[tuple[Module, str], RecordOutcome]:
        """The newest outcome of each record, as the scheduler's log would have it."""
        newest: dict[tuple[Module, str], RecordOutcome] = {}
        for event in await self.list_told(RecordsSettled, run_id):
            for outcome in event.outcomes:
                key = (outcome.module, outcome.record_id)
                if key not in newest or outcome.settled_seq > newest[key].settled_seq:
                    newest[key] = outcome
        return newest

    async def count_outcomes(self, run_id: str | None = None) -> Counter[tuple[str, str]]:
        """How many records have each outcome, by module."""
        return Counter((key[0].value, told.outcome.value) for key, told in (await self.list_outcomes(run_id)).items())

    async def find_state(self, run_id: str | None = None) -> StageReported | None:
        """The stage's newest report."""
        reports = await self.list_told(StageReported, run_id)
        return max(reports, key=lambda report: report.progress_seq, default=None)

    async def check_equation(self, modules: Iterable[Module] = MODULE_ORDER, run_id: str | None = None) -> None:
        """E + C outcomes for every module, and the sum that proves that they are the newest."""
        outcomes = await self.list_outcomes(run_id)
        accounted: dict[Module, ModuleAccounted] = {}
        for event in await self.list_told(ModuleAccounted, run_id):
            before = accounted.get(event.module)
            if before is None or event.progress_seq > before.progress_seq:
                accounted[event.module] = event
        for module in modules:
            mine = [told for (kind, _), told in outcomes.items() if kind is module]
            event = accounted[module]
            assert event.emitted + event.carried == len(mine), module
            assert event.settled_sum == sum(told.settled_seq for told in mine), module
            assert event.emitted == len(self._emitted_ids.get((run_id or self.run_id, module), ())), module


@contextlib.asynccontextmanager
async def open_world(folder: Path, **organisation: Any) -> AsyncIterator[World]:
    """A started world with a mapping, connected to a fresh organisation."""
    switches = organisation.pop("switches", None)
    sandbox = create_sandbox(switches, clock=VirtualClock(START))
    world = World(folder, sandbox, ManualClock(START))
    made = await world.ask_xero("POST", "/_control/xero/organisations", {"name": "Books Ltd", **organisation})
    world.xero_tenant_id = made["tenant_id"]
    user = await world.ask_xero(
        "POST", "/_control/xero/users", {"name": "Ann Lee", "organisations": [world.xero_tenant_id]}
    )
    world.user_id = user["user_id"]
    await world.ask_xero("POST", "/_control/xero/consent", {"user_id": world.user_id})
    await world.connect_xero()
    await world.start()
    try:
        await world.tell_tenant()
        await world.save_mapping()
        yield world
    finally:
        await world.stop()
        drop_databases(folder)
