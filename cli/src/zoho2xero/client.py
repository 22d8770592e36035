"""A client of the public REST API: what a partner's developer would write, nothing more."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from sync_kit.clock import Clock
from sync_kit.contracts import codec
from sync_kit.http import HttpClient, HttpRequest, HttpResponse

TIMEOUT_SECONDS = 30.0
RENEW_BEFORE_SECONDS = 60.0

Json = dict[str, Any]


class ApiError(Exception):
    """The API refused; `problem` is its problem+json."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or f"HTTP {status}"))
        self.status = status
        self.problem = problem

    @property
    def faults(self) -> list[str]:
        """Every named fault, one line each."""
        return [f"{fault.get('where')}: {fault.get('what')}" for fault in self.problem.get("faults", [])]


@dataclass(frozen=True)
class Credentials:
    """Where the system is and as whom to speak to it."""

    url: str
    client_id: str
    client_secret: str


class ApiClient:
    """Calls with a bearer token that is fetched when needed and renewed before it ends."""

    def __init__(self, http: HttpClient, credentials: Credentials, *, clock: Clock) -> None:
        self._http = http
        self._credentials = credentials
        self._clock = clock
        self._token = ""
        self._renew_at = 0.0

    async def get(self, path: str, **query: str | int | None) -> Json:
        """GET a resource; query values of None are left out."""
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        return await self._call("GET", f"{path}?{asked}" if asked else path)

    async def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> Json:
        """POST a body, under an Idempotency-Key if one is given."""
        return await self._call("POST", path, body or {}, {"idempotency-key": key} if key else {})

    async def put(self, path: str, body: Mapping[str, Any], *, based_on: str | None = None) -> Json:
        """PUT a whole resource; `based_on` is the version that the change is meant for (If-Match)."""
        return await self._call("PUT", path, body, {"if-match": based_on} if based_on else {})

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Json:
        bearer = {"authorization": f"Bearer {await self._bearer()}"}
        return await call_json(self._http, method, self._credentials.url + path, body, {**bearer, **(headers or {})})

    async def _bearer(self) -> str:
        if self._clock.monotonic() >= self._renew_at:
            pair = f"{quote(self._credentials.client_id)}:{quote(self._credentials.client_secret)}"
            request = HttpRequest(
                "POST",
                f"{self._credentials.url}/v1/oauth/token",
                headers={
                    "authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
                    "content-type": "application/x-www-form-urlencoded",
                },
                body=b"grant_type=client_credentials",
            )
            answer = _read(await self._http.send(request, timeout_seconds=TIMEOUT_SECONDS))
            self._token = answer["access_token"]
            self._renew_at = self._clock.monotonic() + float(answer["expires_in"]) - RENEW_BEFORE_SECONDS
        return self._token


async def call_json(
    http: HttpClient, method: str, url: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
) -> Json:
    """One call with JSON both ways. Raises ApiError for every status of 400 and above."""
    request = HttpRequest(
        method,
        url,
        headers={"accept": "application/json", "content-type": "application/json", **headers},
        body=codec.dumps(body) if body is not None else None,
    )
    return _read(await http.send(request, timeout_seconds=TIMEOUT_SECONDS))


def _read(response: HttpResponse) -> Json:
    try:
        answer = codec.loads(response.body) if response.body else {}
    except ValueError:
        answer = {}
    if response.status >= 400:
        raise ApiError(response.status, answer if isinstance(answer, dict) else {})
    return answer if isinstance(answer, dict) else {"items": answer}
