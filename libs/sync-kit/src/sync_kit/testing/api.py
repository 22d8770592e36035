"""Call a service's API in a test, through our own HTTP client and without a socket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync_kit.clock import Clock, SystemClock
from sync_kit.contracts import codec
from sync_kit.http import AsgiApp, HttpClient, HttpRequest, HttpResponse, asgi_transport, parse_json

_HOST = "http://service.test"


@dataclass(frozen=True)
class ApiAnswer:
    """A status, headers with lower case names, and a body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        """The body's JSON, fractions as Decimal."""
        return parse_json(HttpResponse(self.status, self.headers, self.body))


class ApiClient:
    """One caller of one application. `token` is sent as bearer on every call that does not bring its own headers."""

    def __init__(self, app: AsgiApp, *, token: str | None = None, clock: Clock | None = None) -> None:
        self._http = HttpClient(clock=clock or SystemClock(), transport=asgi_transport({_HOST: app}))
        self._token = token

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        body: bytes | None = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiAnswer:
        """Any call; give `json`, `body` or `form`."""
        sent = {"authorization": f"Bearer {self._token}"} if self._token else {}
        if json is not None:
            body = codec.dumps(json)
            sent["content-type"] = "application/json"
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        request = HttpRequest(method, _HOST + path, headers=sent, body=body, form=form, params=params or ())
        response = await self._http.send(request, timeout_seconds=30)
        return ApiAnswer(response.status, response.headers, response.body)

    async def get(self, path: str, **options: Any) -> ApiAnswer:
        """GET; options as of `call`."""
        return await self.call("GET", path, **options)

    async def post(self, path: str, json: object = None, **options: Any) -> ApiAnswer:
        """POST; options as of `call`."""
        return await self.call("POST", path, json=json, **options)

    async def put(self, path: str, json: object = None, **options: Any) -> ApiAnswer:
        """PUT; options as of `call`."""
        return await self.call("PUT", path, json=json, **options)

    async def delete(self, path: str, **options: Any) -> ApiAnswer:
        """DELETE; options as of `call`."""
        return await self.call("DELETE", path, **options)
