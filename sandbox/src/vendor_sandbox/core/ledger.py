"""The oracle: every vendor call and every version of every document.

Tests judge a run by this, not by what the product says about itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Vendor = Literal["zoho", "xero"]
CallKind = Literal["oauth", "api"]
BODY_CUT = 4096


@dataclass(slots=True)
class Call:
    """One vendor call. `status` is None while it is served and when the answer was never sent."""

    seq: int
    at: datetime
    vendor: Vendor
    kind: CallKind
    method: str
    path: str
    query: str
    headers: dict[str, str]
    request_body: str
    status: int | None = None
    response_body: str = ""
    fault: str | None = None
    org: str | None = None
    client_id: str | None = None
    credits_used: int = 0
    refusal: str | None = None
    committed_at: datetime | None = None

    def describe(self) -> dict[str, object]:
        """The call as JSON."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "vendor": self.vendor,
            "kind": self.kind,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "request_body": self.request_body,
            "status": self.status,
            "response_body": self.response_body,
            "fault": self.fault,
            "org": self.org,
            "client_id": self.client_id,
            "credits": self.credits_used,
            "refusal": self.refusal,
            "committed_at": self.committed_at.isoformat() if self.committed_at else None,
        }


@dataclass(slots=True)
class Version:
    """One state of one document. `call_seq` 0 means a person (control API), not a vendor call."""

    vendor: Vendor
    kind: str
    id: str
    action: str
    snapshot: dict[str, Any]
    call_seq: int
    at: datetime

    def describe(self) -> dict[str, object]:
        """The version as JSON."""
        return {
            "vendor": self.vendor,
            "kind": self.kind,
            "id": self.id,
            "action": self.action,
            "snapshot": self.snapshot,
            "call_seq": self.call_seq,
            "at": self.at.isoformat(),
        }


def _copy_plain(value: Any) -> Any:
    """Copy dicts and lists; the rest of a document (str, int, Decimal, date, bool, None) cannot change."""
    if isinstance(value, dict):
        return {name: _copy_plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copy_plain(inner) for inner in value]
    return value


@dataclass(slots=True)
class Ledger:
    """Append-only lists of calls and versions."""

    calls: list[Call] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    _by_document: dict[tuple[str, str, str], list[Version]] = field(default_factory=dict)
    _last_seq: int = 0

    def record_call(
        self,
        *,
        at: datetime,
        vendor: Vendor,
        kind: CallKind,
        method: str,
        path: str,
        query: str,
        headers: dict[str, str],
        request_body: str,
    ) -> Call:
        """Open the record of a call; the wrapper fills in the answer. Sequence numbers start at 1."""
        self._last_seq += 1
        call = Call(self._last_seq, at, vendor, kind, method, path, query, headers, request_body)
        self.calls.append(call)
        return call

    def record_version(
        self,
        vendor: Vendor,
        kind: str,
        id: str,  # noqa: A002 - the vendors' own word
        action: str,
        snapshot: dict[str, Any],
        call_seq: int,
        at: datetime,
    ) -> None:
        """Keep a copy of a document as it is now (dicts, lists and values that cannot change).

        `action` is a past participle: created, updated, deleted, voided ...
        """
        version = Version(vendor, kind, id, action, _copy_plain(snapshot), call_seq, at)
        self.versions.append(version)
        self._by_document.setdefault((vendor, kind, id), []).append(version)

    def list_calls(self, *, vendor: str | None = None, since_seq: int = 0, kind: str | None = None) -> list[Call]:
        """Calls with a sequence number above `since_seq`, oldest first."""
        return [
            call
            for call in self.calls
            if call.seq > since_seq
            and (vendor is None or call.vendor == vendor)
            and (kind is None or call.kind == kind)
        ]

    def list_versions(
        self,
        *,
        vendor: str | None = None,
        kind: str | None = None,
        id: str | None = None,  # noqa: A002 - the vendors' own word
    ) -> list[Version]:
        """The history of one document, of a kind, or of all, oldest first."""
        if vendor is not None and kind is not None and id is not None:
            return list(self._by_document.get((vendor, kind, id), ()))
        return [
            version
            for version in self.versions
            if (vendor is None or version.vendor == vendor)
            and (kind is None or version.kind == kind)
            and (id is None or version.id == id)
        ]

    def count_calls(self, *, since_seq: int = 0) -> dict[str, object]:
        """API calls by vendor, OAuth calls of both, Zoho credits, and refusals by "vendor:reason"."""
        counts = {"zoho": 0, "xero": 0, "oauth": 0, "credits": 0}
        refused: Counter[str] = Counter()
        for call in self.calls:
            if call.seq <= since_seq:
                continue
            counts["oauth" if call.kind == "oauth" else call.vendor] += 1
            counts["credits"] += call.credits_used
            if call.refusal is not None:
                refused[f"{call.vendor}:{call.refusal}"] += 1
        return {**counts, "refused": dict(refused)}

    def clear(self) -> None:
        """Forget everything; sequence numbers go on."""
        self.calls.clear()
        self.versions.clear()
        self._by_document.clear()
