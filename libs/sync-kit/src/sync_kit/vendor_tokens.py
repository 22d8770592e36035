"""Borrow vendor access tokens from auth: the caller's half of the one HTTP contract between our services.

Tokens live in memory only, until a minute before they expire. However many workers ask at once for one connection,
auth is asked once; and a token that the vendor refused is never handed out again.
"""

import asyncio
from collections import OrderedDict
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from sync_kit.clock import Clock
from sync_kit.contracts.vendor_tokens import VENDOR_TOKENS_PATH, VendorToken, VendorTokenRequest
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import AnswerLostError, BadAnswerError, NeedsReauthorisationError, NotSentError, TryLaterError
from sync_kit.http import HttpClient, HttpResponse, json_request, parse_json, read_retry_after
from sync_kit.identity import ServiceIdentity

_SPARE_LIFE = timedelta(seconds=60)
_TIMEOUT_SECONDS = 40.0  # auth may be refreshing at the vendor while we wait
_MAX_CACHED = 20_000

_Key = tuple[str, Vendor]


class VendorTokens:
    """Lends tokens to this process's workers."""

    def __init__(self, http: HttpClient, auth_url: str, identity: ServiceIdentity, clock: Clock) -> None:
        self._http = http
        self._url = auth_url.rstrip("/") + VENDOR_TOKENS_PATH
        self._identity = identity
        self._clock = clock
        self._cache: OrderedDict[_Key, VendorToken] = OrderedDict()
        self._flights: dict[_Key, asyncio.Task[VendorToken]] = {}

    async def borrow(self, tenant_id: str, vendor: Vendor, failed_generation: int | None = None) -> VendorToken:
        """A token that works as far as anybody knows.

        `failed_generation` is the generation of the token that the vendor refused with 401. Raises
        NeedsReauthorisationError when a person must connect again, TryLaterError when auth or the vendor cannot
        answer now.
        """
        key = (tenant_id, vendor)
        for _ in range(2):
            cached = self._find_cached(key, failed_generation)
            if cached is not None:
                return cached
            flight = self._flights.get(key)
            joined = flight is not None
            if flight is None:
                flight = self._take_off(key, failed_generation)
            # Shielded: the caller who asked first may be cancelled, the others still wait for the answer.
            token = await asyncio.shield(flight)
            if failed_generation is None or token.generation > failed_generation:
                return token
            if not joined:
                break
        raise TryLaterError("auth lends the token that the vendor refused")

    async def report_missing_scope(self, tenant_id: str, vendor: Vendor, generation: int) -> None:
        """Tell auth that the vendor refused for want of a scope: a person must consent again.

        Raises NeedsReauthorisationError, auth's answer to it, or TryLaterError.
        """
        request = VendorTokenRequest(
            tenant_id=tenant_id, vendor=vendor, failed_generation=generation, missing_scope=True
        )
        await self._report(request)

    async def report_withdrawn(self, tenant_id: str, vendor: Vendor, generation: int) -> None:
        """Tell auth that the vendor says this organisation is no longer connected.

        Raises NeedsReauthorisationError, auth's answer to it, or TryLaterError.
        """
        request = VendorTokenRequest(tenant_id=tenant_id, vendor=vendor, failed_generation=generation, withdrawn=True)
        await self._report(request)

    def forget(self, tenant_id: str) -> None:
        """Drop what is cached for a tenant that was deleted, disconnected or connected anew."""
        for key in [key for key in self._cache if key[0] == tenant_id]:
            del self._cache[key]

    async def _report(self, request: VendorTokenRequest) -> None:
        self._cache.pop((request.tenant_id, request.vendor), None)
        await self._ask(request)

    def _find_cached(self, key: _Key, failed_generation: int | None) -> VendorToken | None:
        token = self._cache.get(key)
        if token is None:
            return None
        worn = token.expires_at - self._clock.now() <= _SPARE_LIFE
        if worn or (failed_generation is not None and token.generation <= failed_generation):
            del self._cache[key]
            return None
        self._cache.move_to_end(key)
        return token

    def _take_off(self, key: _Key, failed_generation: int | None) -> asyncio.Task[VendorToken]:
        request = VendorTokenRequest(tenant_id=key[0], vendor=key[1], failed_generation=failed_generation)
        flight = asyncio.create_task(self._fetch(key, request))
        self._flights[key] = flight

        def land(done: asyncio.Task[VendorToken]) -> None:
            self._flights.pop(key, None)
            if not done.cancelled():
                done.exception()  # seen, even when everybody who waited is gone

        flight.add_done_callback(land)
        return flight

    async def _fetch(self, key: _Key, request: VendorTokenRequest) -> VendorToken:
        token = await self._ask(request)
        if request.failed_generation is None or token.generation > request.failed_generation:
            self._cache[key] = token
            if len(self._cache) > _MAX_CACHED:
                self._cache.popitem(last=False)
        return token

    async def _ask(self, request: VendorTokenRequest) -> VendorToken:
        headers = {"authorization": f"Bearer {self._identity.issue_token()}"}
        outgoing = json_request("POST", self._url, request, headers=headers)
        try:
            response = await self._http.send(outgoing, timeout_seconds=_TIMEOUT_SECONDS, max_bytes=65_536)
            return self._read(response)
        except NotSentError as error:
            raise TryLaterError("auth cannot be reached") from error
        except AnswerLostError as error:
            # Asking again is safe: auth refreshes once however often it is asked.
            raise TryLaterError("auth's answer was lost") from error

    def _read(self, response: HttpResponse) -> VendorToken:
        if response.status == 200:
            try:
                return VendorToken.model_validate(parse_json(response))
            except ValidationError as error:
                raise BadAnswerError("auth answered something else than a token") from error
        problem = _read_problem(response)
        if response.status == 409 and problem.get("code") == "needs_reauthorisation":
            cause = problem.get("cause")
            raise NeedsReauthorisationError(
                "the connection needs a person", cause=cause if isinstance(cause, str) else "expired"
            )
        if response.status == 404:
            raise NeedsReauthorisationError("there is no such connection", cause="never_connected")
        retry_at = read_retry_after(response.headers, self._clock.now())
        raise TryLaterError(f"auth answered {response.status}", retry_at=retry_at)


def _read_problem(response: HttpResponse) -> dict[str, Any]:
    try:
        problem = parse_json(response)
    except BadAnswerError:
        return {}
    return problem if isinstance(problem, dict) else {}
