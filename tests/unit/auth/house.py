"""Auth in one process with the simulated vendors at the other end of its wires, and a browser between them."""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from tests.fixtures.engines import drop_databases, make_database_url
from tests.fixtures.raw_stores import RawRows, read_bytes, run_raw

from auth.app import build, build_keyring, build_vendors, list_data_centres
from auth.metrics import AuthMetrics
from auth.settings import DataCentreUrls, Settings
from auth.usecases.refresh_grant import Refresher
from sync_kit.app import ServiceRuntime
from sync_kit.bus import Bus
from sync_kit.contracts import codec
from sync_kit.contracts.envelope import Envelope, unseal
from sync_kit.contracts.events import TenantChanged
from sync_kit.http import HttpClient, HttpRequest, HttpResponse, HttpTransport, asgi_transport
from sync_kit.identity import ServiceIdentity
from sync_kit.loops import settle
from sync_kit.testing import SERVICE_KEY, ApiAnswer, ApiClient, ManualClock, memory_bus
from vendor_sandbox.app import Sandbox, create_sandbox
from vendor_sandbox.core.clock import VirtualClock

PUBLIC_URL = "http://127.0.0.1:8000"
SANDBOX_URL = "http://sandbox.test"
OPERATOR_TOKEN = "an-operator-token-that-is-long-enough"
OLD_KEY = b64encode(b"o" * 32).decode()
NEW_KEY = b64encode(b"n" * 32).decode()
LOCATIONS = ("us", "eu", "uk", "in", "au")


def make_settings(database_url: str = "sqlite://", **changes: Any) -> Settings:
    """Settings that point at the sandbox."""
    values: dict[str, Any] = {
        "database_url": database_url,
        "bus_url": "local://",
        "auth_url": PUBLIC_URL,
        "public_url": PUBLIC_URL,
        "service_key": SERVICE_KEY,
        "operator_token": SecretStr(OPERATOR_TOKEN),
        "vault_keys": {"old": SecretStr(OLD_KEY)},
        "vault_current_key": "old",
        "zoho_client_id": "zoho-sandbox-client",
        "zoho_client_secret": SecretStr("zoho-sandbox-secret"),
        "zoho_data_centres": {
            name: DataCentreUrls(
                accounts_url=f"{SANDBOX_URL}/zoho/{name}",
                api_url=f"{SANDBOX_URL}/zoho/{name}",
                web_url=f"https://crm.zoho.{name}",
            )
            for name in LOCATIONS
        },
        "xero_client_id": "xero-sandbox-client",
        "xero_client_secret": SecretStr("xero-sandbox-secret"),
        "xero_login_url": f"{SANDBOX_URL}/xero",
        "xero_identity_url": f"{SANDBOX_URL}/xero",
        "xero_api_url": f"{SANDBOX_URL}/xero",
    }
    return Settings(**{**values, **changes})


@dataclass
class House:
    """One auth service, its vendors, its clock and what it told the others."""

    clock: ManualClock
    sandbox: Sandbox
    bus: Bus
    settings: Settings
    transport: HttpTransport
    runtime: ServiceRuntime
    folder: Path
    told: list[TenantChanged] = field(default_factory=list)

    @classmethod
    async def open(cls, folder: Path, *, transport: HttpTransport | None = None, **changes: Any) -> "House":
        """A fresh house on a database of its own."""
        clock = ManualClock()
        sandbox = create_sandbox(clock=VirtualClock(clock.now()))
        bus = memory_bus(clock)
        settings = make_settings(make_database_url(folder, "auth", clock), **changes)
        wire = transport or asgi_transport({SANDBOX_URL: sandbox.app})
        runtime = build(settings, bus=bus, clock=clock, transport=wire)
        return cls(clock, sandbox, bus, settings, wire, runtime, folder)

    async def close(self) -> None:
        """Let go of everything."""
        await self.runtime.close()
        await self.bus.close()
        drop_databases(self.folder)

    def rebuild(self, **changes: Any) -> ServiceRuntime:
        """Another process of the service on the same store and the same wires. Close it."""
        settings = Settings(**{**dict(self.settings), **changes})
        return build(settings, bus=self.bus, clock=self.clock, transport=self.transport)

    def query(self, statement: str, *values: object) -> RawRows:
        """Run a statement in the store, past the service; its rows. `$1`, `$2` stand for the values."""
        return run_raw(self.settings.database_url, statement, *values)

    def read_store(self) -> bytes:
        """All that the store holds."""
        return read_bytes(self.settings.database_url)

    def make_refresher(self) -> Refresher:
        """Another refresher on the same store, to be killed."""
        http = HttpClient(clock=self.clock, transport=self.transport)
        return Refresher(
            store=self.runtime.store,
            keyring=build_keyring(self.settings),
            vendors=build_vendors(self.settings, http, list_data_centres(self.settings)),
            clock=self.clock,
            owner="doomed",
            metrics=AuthMetrics(CollectorRegistry()),
        )

    def advance(self, by: float | timedelta) -> None:
        """Time passes here and at the vendors."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        self.clock.advance(seconds)
        self.sandbox.clock.advance(seconds)

    async def settle(self) -> None:
        """Let every loop run until nothing is left to do."""
        await settle(self.runtime.loops)

    async def list_told(self) -> list[TenantChanged]:
        """Everything published about tenants so far, in order."""
        await self.settle()
        subscription = self.bus.subscribe("test-house", ["tenants.v1"])
        while deliveries := await subscription.poll(100):
            for delivery in deliveries:
                event = unseal(Envelope.from_headers(delivery.message.headers), delivery.message.value)
                assert isinstance(event, TenantChanged)
                self.told.append(event)
            await subscription.commit(deliveries)
        await subscription.close()
        return self.told

    async def newest_told(self, tenant_id: str) -> TenantChanged:
        """A tenant's newest state as others know it."""
        return max(
            (event for event in await self.list_told() if event.tenant_id == tenant_id),
            key=lambda event: event.version,
        )

    def api(self, token: str | None = None) -> ApiClient:
        """A caller of the public API."""
        return ApiClient(self.runtime.app, token=token, clock=self.clock)

    async def add_partner(self, name: str = "Platform", return_urls: tuple[str, ...] = ()) -> "Partner":
        """A registered partner with a token of all scopes."""
        answer = await self.api(OPERATOR_TOKEN).post("/v1/partners", {"name": name, "return_urls": list(return_urls)})
        assert answer.status == 201, answer.body
        return await Partner.log_in(self, answer.json)

    async def add_zoho_org(self, dc: str = "eu", name: str = "Northwind") -> str:
        """An org whose administrator consents next."""
        org = (await self.control("/zoho/orgs", {"company_name": name, "dc": dc}))["id"]
        await self.control("/zoho/consent", {"org_id": org})
        return str(org)

    async def add_xero_user(self, *organisations: str) -> tuple[str, list[str]]:
        """A Xero user of these organisations, who consents next to all of them; user id and xero_tenant_ids."""
        ids = [(await self.control("/xero/organisations", {"name": name}))["tenant_id"] for name in organisations]
        user = (await self.control("/xero/users", {"name": "Pat Owner", "organisations": ids}))["user_id"]
        await self.control("/xero/consent", {"user_id": user})
        return str(user), [str(each) for each in ids]

    async def control(self, path: str, body: object) -> Any:
        """A person or an operator at the vendors."""
        answer = await ApiClient(self.sandbox.app, clock=self.clock).post(f"/_control{path}", body)
        assert answer.status in {200, 201}, answer.body
        return answer.json

    async def ask_vendor(self, url: str, **headers: str) -> HttpResponse:
        """A GET at the vendors, as a browser or as one of our workers would do it."""
        client = HttpClient(clock=self.clock, transport=asgi_transport({SANDBOX_URL: self.sandbox.app}))
        return await client.send(HttpRequest("GET", url, headers=headers), timeout_seconds=30)

    async def consent(self, connect_url: str) -> str:
        """Open a connect link and consent at the vendor; returns the address of the answer, not yet visited."""
        opened = await self.browse(connect_url)
        assert opened.status == 302, opened.body
        consented = await self.ask_vendor(opened.headers["location"])
        assert consented.status == 302, consented.body
        return consented.headers["location"]

    async def browse(self, url: str, **options: Any) -> ApiAnswer:
        """A browser visits one of our pages."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return await self.api().call(options.pop("method", "GET"), path, headers={"accept": "text/html,*/*"}, **options)

    async def borrow(self, tenant_id: str, vendor: str, *, app: Any = None, **report: Any) -> ApiAnswer:
        """One of our services borrows a vendor token."""
        identity = ServiceIdentity("xero-writer", SERVICE_KEY, self.clock)
        caller = ApiClient(app or self.runtime.app, token=identity.issue_token(), clock=self.clock)
        return await caller.post("/internal/vendor-tokens", {"tenant_id": tenant_id, "vendor": vendor, **report})

    def count_token_calls(self, vendor: str) -> int:
        """How often the vendor's token endpoint was called."""
        return sum(call.path.endswith("/token") for call in self.sandbox.ledger.list_calls(vendor=vendor, kind="oauth"))


@dataclass
class Partner:
    """One partner platform."""

    house: House
    credentials: dict[str, Any]
    api: ApiClient

    @classmethod
    async def log_in(cls, house: House, credentials: dict[str, Any]) -> "Partner":
        """With a fresh token."""
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials["client_id"],
            "client_secret": credentials["client_secret"],
        }
        answer = await house.api().call("POST", "/v1/oauth/token", form=form)
        assert answer.status == 200, answer.body
        return cls(house, credentials, house.api(answer.json["access_token"]))

    async def add_tenant(self, name: str = "Northwind Ltd") -> str:
        """A new tenant of this partner."""
        answer = await self.api.post("/v1/tenants", {"name": name})
        assert answer.status == 201, answer.body
        return str(answer.json["tenant_id"])

    async def start(self, tenant_id: str, vendor: str, **options: Any) -> dict[str, Any]:
        """Begin a connection."""
        answer = await self.api.post("/v1/connections", {"tenant_id": tenant_id, "vendor": vendor, **options})
        assert answer.status == 201, answer.body
        return dict(answer.json)

    async def connect(self, tenant_id: str, vendor: str, **options: Any) -> dict[str, Any]:
        """The whole way of a person's consent; the connection as it is afterwards."""
        started = await self.start(tenant_id, vendor, **options)
        page = await self.house.browse(await self.house.consent(started["connect_url"]))
        assert page.status == 200, page.body
        return await self.show(started["connection_id"])

    async def show(self, connection_id: str) -> dict[str, Any]:
        """A connection by API."""
        return dict((await self.api.get(f"/v1/connections/{connection_id}")).json)

    async def connect_choosing(self, tenant_id: str, xero_tenant_id: str) -> dict[str, Any]:
        """Connect Xero and choose one of several organisations by API."""
        started = await self.start(tenant_id, "xero")
        page = await self.house.browse(await self.house.consent(started["connect_url"]))
        assert page.status == 200, page.body
        assert "Which organisation?" in page.body.decode()
        path = f"/v1/connections/{started['connection_id']}/organisation"
        answer = await self.api.post(path, {"xero_tenant_id": xero_tenant_id})
        assert answer.status == 200, answer.body
        return dict(answer.json)


def read_query(url: str) -> dict[str, str]:
    """The query of an address, each name once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


class FormReader(HTMLParser):
    """The hidden fields and the buttons of a page's form."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.buttons: dict[str, str] = {}
        self._open_value: str | None = None
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input":
            self.hidden[str(found["name"])] = str(found["value"])
        if tag == "button":
            self._open_value = str(found["value"])

    def handle_data(self, data: str) -> None:
        if self._open_value is not None:
            self.buttons[data] = self._open_value
            self._open_value = None


def dump(value: object) -> str:
    """Any JSON value as text, for searching in it."""
    return codec.dumps(value).decode()
