"""A client of the simulated Xero for tests, and bodies of complete documents."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import simplejson

from vendor_sandbox.app import Sandbox

CLIENT_ID, CLIENT_SECRET = "xero-sandbox-client", "xero-sandbox-secret"
REDIRECT = "http://localhost:9000/callback"
SCOPES = "offline_access accounting.contacts accounting.invoices accounting.payments accounting.settings.read"
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
API = "/xero/api.xro/2.0"


def parse(response: httpx.Response) -> Any:
    """The JSON of an answer with exact decimals."""
    return simplejson.loads(response.text, use_decimal=True)


class XeroDriver:
    """Speaks to one sandbox over in-process HTTP."""

    def __init__(self, sandbox: Sandbox, client: httpx.AsyncClient) -> None:
        self.sandbox = sandbox
        self.client = client
        self.tenant_id = ""
        self.user_id = ""
        self.tokens: dict[str, Any] = {}

    async def control(self, method: str, path: str, body: object = None) -> Any:
        content = None if body is None else simplejson.dumps(body, use_decimal=True)
        response = await self.client.request(method, f"/_control/xero{path}", content=content)
        assert response.status_code < 300, response.text
        return parse(response)

    async def person(self, kind: str, body: object) -> Any:
        return await self.control("POST", f"/{self.tenant_id}/{kind}", body)

    async def settings(self, **changes: object) -> Any:
        return await self.control("PATCH", f"/{self.tenant_id}/Organisation", changes)

    async def make_organisation(self, name: str = "Acme Ltd", **settings: object) -> str:
        made = await self.control("POST", "/organisations", {"name": name, **settings})
        tenant_id: str = made["tenant_id"]
        return tenant_id

    async def authorize(self, scope: str = SCOPES, **extra: str) -> httpx.Response:
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT,
            "scope": scope,
            "state": "s1",
            **extra,
        }
        return await self.client.get("/xero/identity/connect/authorize", params=query)

    async def get_code(self, scope: str = SCOPES, **extra: str) -> str:
        answer = await self.authorize(scope, **extra)
        assert answer.status_code == 302, answer.text
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    async def token(self, **form: str) -> httpx.Response:
        return await self.client.post("/xero/connect/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))

    async def connect(self, scope: str = SCOPES) -> dict[str, Any]:
        code = await self.get_code(scope)
        answer = await self.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        return self.tokens

    async def refresh(self, refresh_token: str) -> httpx.Response:
        return await self.token(grant_type="refresh_token", refresh_token=refresh_token)

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        sent = {
            "authorization": f"Bearer {self.tokens['access_token']}",
            "xero-tenant-id": self.tenant_id,
            "accept": "application/json",
            **(headers or {}),
        }
        content = None
        if body is not None:
            content = body if isinstance(body, bytes) else simplejson.dumps(body, use_decimal=True).encode()
            sent["content-type"] = "application/json"
        return await self.client.request(method, API + path, content=content, params=params, headers=sent)

    async def get(self, path: str, **params: str) -> Any:
        answer = await self.call("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return parse(answer)

    async def put(self, kind: str, *elements: object, **params: str) -> list[Any]:
        """PUT with summarizeErrors=false: the elements of the answer."""
        return await self._write("PUT", kind, elements, params)

    async def post(self, kind: str, *elements: object, **params: str) -> list[Any]:
        """POST with summarizeErrors=false: the elements of the answer."""
        return await self._write("POST", kind, elements, params)

    async def _write(self, method: str, kind: str, elements: tuple[object, ...], params: dict[str, str]) -> list[Any]:
        query = {"summarizeErrors": "false", **params}
        answer = await self.call(method, f"/{kind}", {kind: list(elements)}, params=query)
        assert answer.status_code == 200, answer.text
        written: list[Any] = parse(answer)[kind]
        return written

    def advance(self, seconds: float) -> None:
        self.sandbox.clock.advance(seconds)


def messages(element: dict[str, Any]) -> list[str]:
    """The validation messages of an element."""
    return [entry["Message"] for entry in element.get("ValidationErrors", [])]


def line(**fields: object) -> dict[str, object]:
    """A complete sales line: 2 x 10.00 on 200 at 20 %."""
    return {
        "Description": "Widget",
        "Quantity": 2,
        "UnitAmount": Decimal("10.00"),
        "AccountCode": "200",
        "TaxType": "OUTPUT2",
        **fields,
    }


def invoice(**fields: object) -> dict[str, object]:
    """A complete sales invoice for the contact named Bob."""
    return {
        "Type": "ACCREC",
        "Contact": {"Name": "Bob"},
        "Date": "2026-11-20",
        "DueDate": "2026-12-20",
        "LineItems": [line()],
        **fields,
    }


def bill(**fields: object) -> dict[str, object]:
    """A complete bill."""
    lines = [line(AccountCode="400", TaxType="INPUT2")]
    return invoice(**{"Type": "ACCPAY", "Contact": {"Name": "Supplier"}, "LineItems": lines, **fields})


def purchase_order(contact_id: str, **fields: object) -> dict[str, object]:
    """A complete purchase order for an existing contact."""
    lines = [line(AccountCode="400", TaxType="INPUT2")]
    return {"Contact": {"ContactID": contact_id}, "Date": "2026-11-20", "LineItems": lines, **fields}


def quote(contact_id: str, **fields: object) -> dict[str, object]:
    """A complete quote for an existing contact."""
    return {"Contact": {"ContactID": contact_id}, "Date": "2026-11-20", "LineItems": [line()], **fields}


@contextlib.asynccontextmanager
async def open_driver(sandbox: Sandbox) -> AsyncIterator[XeroDriver]:
    """A driver with an organisation and a user, not connected yet."""
    transport = httpx.ASGITransport(app=sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8900") as client:
        driver = XeroDriver(sandbox, client)
        driver.tenant_id = await driver.make_organisation()
        made = await driver.control("POST", "/users", {"name": "Ann Lee", "organisations": [driver.tenant_id]})
        driver.user_id = made["user_id"]
        yield driver
