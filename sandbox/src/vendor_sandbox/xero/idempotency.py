"""The Idempotency-Key store.

A key is remembered for six minutes from its first call, per app (not per organisation). The same request
under it gets the first answer again, a 5xx too; any other method, URL or body is refused. Whether a
whole-request 400 is kept, and what a duplicate in flight gets, are switches. Source: Xero "Idempotent requests".
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

from vendor_sandbox.core.messages import VendorRequest, VendorResponse
from vendor_sandbox.core.switches import Switches

LIFE = timedelta(minutes=6)
MAX_KEY = 128
METHODS = frozenset({"POST", "PUT", "PATCH"})


@dataclass(slots=True)
class _Entry:
    digest: str
    first_at: datetime
    call_seq: int
    response: VendorResponse
    in_flight: bool


@dataclass(frozen=True, slots=True)
class KeyRefusal:
    """Why a key cannot be used: HTTP status and message."""

    status: int
    message: str


class IdempotencyStore:
    """Answers by app and key."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._by_call: dict[int, tuple[str, str]] = {}

    def find_key(self, request: VendorRequest) -> str | None:
        """The key of a request that may have one; other methods ignore the header."""
        if request.method not in METHODS:
            return None
        return request.headers.get("idempotency-key")

    def find_answer(self, request: VendorRequest, key: str, switches: Switches) -> VendorResponse | KeyRefusal | None:
        """The stored answer, a refusal, or None when the request is to be executed."""
        if len(key) > MAX_KEY:
            return KeyRefusal(
                400, f"Idempotency Key: {key} has {len(key)} characters, the maximum length is {MAX_KEY}."
            )
        entry = self._entries.get((request.client_id or "", key))
        if entry is None or request.at - entry.first_at >= LIFE:
            return None
        if entry.digest != _digest(request):
            return KeyRefusal(400, f"Idempotency Key: {key} is used with a different request.")
        if entry.in_flight and switches.idempotency_in_flight == "conflict":
            return KeyRefusal(409, f"Idempotency Key: {key} belongs to a request that is still being processed.")
        return _copy(entry.response)

    def store_answer(
        self,
        request: VendorRequest,
        key: str,
        response: VendorResponse,
        switches: Switches,
        *,
        in_flight: bool,
    ) -> None:
        """Remember an answer. The six minutes count from this call; `in_flight` until `finish_call`."""
        self._drop_expired(request.at)
        if response.status == 400 and not switches.idempotency_caches_400:
            return
        name = (request.client_id or "", key)
        self._entries.pop(name, None)
        entry = _Entry(_digest(request), request.at, request.call_seq, _copy(response), in_flight)
        self._entries[name] = entry
        if in_flight:
            self._by_call[request.call_seq] = name

    def replace_answer(self, request: VendorRequest, response: VendorResponse) -> None:
        """The call was done but answered otherwise (a 500 after the deed): that answer is what is kept."""
        name = self._by_call.get(request.call_seq)
        entry = self._entries.get(name) if name is not None else None
        if entry is not None and entry.call_seq == request.call_seq:
            entry.response = _copy(response)

    def finish_call(self, request: VendorRequest) -> None:
        """The answer has left: the key is no longer in flight."""
        name = self._by_call.pop(request.call_seq, None)
        entry = self._entries.get(name) if name is not None else None
        if entry is not None and entry.call_seq == request.call_seq:
            entry.in_flight = False

    def _drop_expired(self, now: datetime) -> None:
        """Forget the oldest answers, so that a long run does not keep every body that it ever sent."""
        for name, entry in list(itertools.islice(self._entries.items(), 16)):
            if now - entry.first_at >= LIFE:
                del self._entries[name]


def _digest(request: VendorRequest) -> str:
    head = f"{request.method} {request.path}?{request.query_string}\n".encode()
    return hashlib.sha256(head + request.body).hexdigest()


def _copy(response: VendorResponse) -> VendorResponse:
    return VendorResponse(response.status, response.body, dict(response.headers))
