"""A Zoho with one org, a frozen clock, and a caller who has every right."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import simplejson

from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.messages import VendorRequest
from vendor_sandbox.core.minting import Mint
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.switches import Switches
from vendor_sandbox.core.vendor_call import execute_call
from vendor_sandbox.zoho.orgs import Org
from vendor_sandbox.zoho.routes import ZohoMount, zoho_handlers

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
EVERYTHING = frozenset(
    {
        "ZohoCRM.modules.ALL",
        "ZohoCRM.settings.ALL",
        "ZohoCRM.org.READ",
        "ZohoCRM.users.READ",
        "ZohoCRM.coql.READ",
        "ZohoCRM.composite_requests.CUSTOM",
    }
)


@dataclass
class Reply:
    """An answer with its JSON parsed (exact decimals)."""

    status: int
    json: Any
    headers: dict[str, str]
    text: str


@dataclass
class Zoho:
    """The simulated Zoho and one client of it."""

    core: SandboxCore
    mount: ZohoMount
    org: Org
    token: str

    def switch(self, **changes: object) -> None:
        self.core.switches = self.core.switches.with_changes(changes)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """A raw call to /zoho{path}."""
        query_string = urlencode(query or {})
        request = VendorRequest(
            method=method,
            path=path,
            query=dict(parse_qsl(query_string, keep_blank_values=True)),
            headers=headers or {},
            body=body,
            at=self.core.clock.now(),
            base_url="http://127.0.0.1:8900",
            query_string=query_string,
        )
        answer = execute_call(self.core, self.mount, request)
        if answer.admitted:
            self.mount.release(request)
        response = answer.response
        text = (response.body or b"").decode()
        is_json = "json" in response.headers.get("content-type", "")
        json = simplejson.loads(text, use_decimal=True) if is_json and text else None
        return Reply(response.status, json, response.headers, text)

    def api(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        json: Any = None,
        headers: dict[str, str] | None = None,
        token: str | None = None,
    ) -> Reply:
        """An authorised call to the org's /crm/v8/{path}."""
        sent = {"authorization": f"Zoho-oauthtoken {token or self.token}", **(headers or {})}
        body = b"" if json is None else simplejson.dumps(json, use_decimal=True).encode()
        return self.send(method, f"/{self.org.dc}/crm/v8/{path}", query=query, body=body, headers=sent)

    def insert(self, module: str, *records: dict[str, Any]) -> list[str]:
        """Create records and return their ids."""
        reply = self.api("POST", module, json={"data": list(records)})
        assert reply.status == 201, reply.json
        return [result["details"]["id"] for result in reply.json["data"]]

    def read(self, module: str, record_id: str) -> dict[str, Any]:
        """One record with its lines."""
        reply = self.api("GET", f"{module}/{record_id}")
        assert reply.status == 200, reply.json
        record: dict[str, Any] = reply.json["data"][0]
        return record

    def coql(self, text: str, *, token: str | None = None) -> Reply:
        """Run a query."""
        return self.api("POST", "coql", json={"select_query": text}, token=token)

    def query(self, columns: str, module: str, rest: str) -> Reply:
        """Run `select columns from module where rest`."""
        return self.coql(f"select {columns} from {module} where {rest}")  # noqa: S608 - there is no database

    def token_with(self, *scopes: str) -> str:
        """A token that has these scopes alone."""
        return self.mount.state.tokens.issue_access_token(
            self.org.dc, "client", self.org.id, frozenset(scopes), self.core.clock.now()
        ).value

    def renew(self) -> None:
        """A fresh token, after the clock was moved by more than an hour."""
        self.token = self.token_with(*EVERYTHING)

    def make_product(self, code: str = "A1", price: object = 10) -> str:
        return self.insert("Products", {"Product_Name": f"Product {code}", "Product_Code": code, "Unit_Price": price})[
            0
        ]

    def make_invoice(self, product: str, *, quantity: object = 2, price: object = 10, **fields: Any) -> str:
        line = {"Product_Name": {"id": product}, "Quantity": quantity, "List_Price": price}
        return self.insert("Invoices", {"Subject": "Sale", "Invoiced_Items": [line], **fields})[0]

    def authorize(self, **query: str) -> Reply:
        """Ask for consent as the default app."""
        asked = {
            "client_id": "zoho-sandbox-client",
            "response_type": "code",
            "redirect_uri": "http://127.0.0.1:8000/callback",
            "scope": "ZohoCRM.modules.ALL,ZohoCRM.org.READ",
            "access_type": "offline",
            "prompt": "consent",
            "state": "xyz",
        }
        return self.send("GET", "/eu/oauth/v2/auth", query=asked | query)

    def consent(self, **query: str) -> dict[str, str]:
        """What the redirect brings back."""
        reply = self.authorize(**query)
        assert reply.status == 302, reply.text
        return dict(parse_qsl(urlsplit(reply.headers["location"]).query))

    def exchange(self, code: str, *, dc: str = "eu", **parameters: str) -> Reply:
        """Trade a code for tokens."""
        form = {
            "grant_type": "authorization_code",
            "client_id": "zoho-sandbox-client",
            "client_secret": "zoho-sandbox-secret",
            "redirect_uri": "http://127.0.0.1:8000/callback",
            "code": code,
        }
        return self.send("POST", f"/{dc}/oauth/v2/token", body=urlencode(form | parameters).encode())

    def refresh(self, refresh_token: str, *, dc: str = "eu") -> Reply:
        """Trade a refresh token for an access token, with parameters in the query as the documents show."""
        query = {
            "grant_type": "refresh_token",
            "client_id": "zoho-sandbox-client",
            "client_secret": "zoho-sandbox-secret",
            "refresh_token": refresh_token,
        }
        return self.send("POST", f"/{dc}/oauth/v2/token", query=query)


@pytest.fixture
def zoho() -> Zoho:
    core = SandboxCore(VirtualClock(START), Switches(), Mint("test"))
    mount = zoho_handlers(core)
    org = mount.state.add_org(company_name="Acme Ltd", dc="eu")
    made = Zoho(core, mount, org, "")
    made.renew()
    return made
