"""Xero's Accounting API on the wire: one request, one answer, its limits read from its headers. Decides nothing.

Xero: requests need `xero-tenant-id` and, since answers are XML otherwise, `Accept: application/json`. Limits: 5 calls
at once, 60 a minute and 1,000 or 5,000 a day per organisation, 10,000 a minute per app; every answer says what is left.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from sync_kit.contracts.vendor_tokens import VendorToken
from sync_kit.errors import BadAnswerError
from sync_kit.http import HttpClient, HttpRequest, HttpResponse, parse_json

API_PATH: Final = "/api.xro/2.0/"
CALL_TIMEOUT_SECONDS: Final = 30.0


@dataclass(frozen=True)
class XeroRequest:
    """One call. `path` is relative to the API; `body` the exact bytes of a write."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    idempotency_key: str | None = None
    if_modified_since: str | None = None

    @property
    def writes(self) -> bool:
        """Whether it may change the ledger."""
        return self.method != "GET"


@dataclass(frozen=True)
class XeroAnswer:
    """A whole answer. `body` is the parsed JSON, None when there is none that can be read."""

    status: int
    body: object | None = field(default=None, repr=False)
    minute_remaining: int | None = None
    day_remaining: int | None = None
    app_remaining: int | None = None
    retry_after_seconds: int | None = None
    limit: str | None = None
    """Which limit a 429 names: minute, day, concurrent, app; "unknown" for another word."""
    lacks_scope: bool = False
    vendor_at: datetime | None = None
    """Xero's own clock."""

    @property
    def good(self) -> bool:
        """A 2xx whose JSON object could be read; 304 counts as one that has nothing new."""
        return self.status == 304 or (200 <= self.status < 300 and isinstance(self.body, dict))


class XeroAccounting:
    """Sends requests for whoever holds a token."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def send(
        self,
        token: VendorToken,
        request: XeroRequest,
        *,
        before_send: Callable[[], None],
        after_send: Callable[[], None] | None = None,
    ) -> XeroAnswer:
        """One call, whatever its answer. Raises NotSentError, AnswerLostError, or what `before_send` raises."""
        headers = {
            "accept": "application/json",
            "authorization": f"Bearer {token.access_token.get_secret_value()}",
            "xero-tenant-id": token.external_id,
        }
        if request.body is not None:
            headers["content-type"] = "application/json"
        if request.idempotency_key is not None:
            headers["idempotency-key"] = request.idempotency_key
        if request.if_modified_since is not None:
            headers["if-modified-since"] = request.if_modified_since
        outgoing = HttpRequest(
            request.method,
            token.api_url.rstrip("/") + API_PATH + request.path,
            headers=headers,
            params=dict(request.params),
            body=request.body,
        )
        response = await self._http.send(
            outgoing, timeout_seconds=CALL_TIMEOUT_SECONDS, before_send=before_send, after_send=after_send
        )
        return _read(response)


def _read(response: HttpResponse) -> XeroAnswer:
    try:
        body: object | None = parse_json(response) if response.body else None
    except BadAnswerError:
        body = None
    headers = response.headers
    return XeroAnswer(
        status=response.status,
        body=body,
        minute_remaining=_find_number(headers, "x-minlimit-remaining"),
        day_remaining=_find_number(headers, "x-daylimit-remaining"),
        app_remaining=_find_number(headers, "x-appminlimit-remaining"),
        retry_after_seconds=_find_number(headers, "retry-after"),
        limit=_find_limit(headers) if response.status == 429 else None,
        # Xero's pages spell it both ways.
        lacks_scope=any(
            word in headers.get("www-authenticate", "") for word in ("insufficient_scope", "insufficent_scope")
        ),
        vendor_at=_find_date(headers),
    )


def _find_number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def _find_limit(headers: Mapping[str, str]) -> str:
    word = headers.get("x-rate-limit-problem", "").strip().lower()
    # The literal for the app-wide limit is not documented: appminute, app-minute and app are all taken for it.
    if word.startswith("app"):
        return "app"
    return word if word in {"minute", "day", "concurrent"} else "unknown"


def _find_date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, TypeError):
        return None
