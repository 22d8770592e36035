"""The vendor requests of a run, as the sandbox's ledger saw them, cut into stages that can be played again."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from zoho2xero.demo.sandbox import SandboxControl

WRITERS: Final = 4
"""Requests that the writer has under way at once."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One request without its token."""

    method: str
    path: str
    query: str
    body: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Stage:
    """Requests that may travel together, at most `at_once`, all of one vendor."""

    vendor: str
    at_once: int
    requests: tuple[Request, ...]

    def to_json(self) -> Json:
        """Plain values."""
        return {"vendor": self.vendor, "at_once": self.at_once, "requests": [asdict(each) for each in self.requests]}


async def record_stages(control: SandboxControl, since_seq: int) -> list[Stage]:
    """Stages of all API calls after `since_seq`: Zoho's one by one, then Xero's: reads one by one, writes of one list
    `WRITERS` at a time."""
    answer = await control.call("GET", f"/calls?since_seq={since_seq}&kind=api")
    calls = [call for call in answer["calls"] if call["status"] is not None and call["status"] < 400]
    stages: list[Stage] = []
    for vendor in ("zoho", "xero"):
        group: list[Request] = []
        shape: tuple[str, str] | None = None
        for call in (call for call in calls if call["vendor"] == vendor):
            writes = vendor == "xero" and call["method"] != "GET"
            found = ("write", call["path"].partition("?")[0]) if writes else ("read", "")
            if group and found != shape:
                stages.append(Stage(vendor, WRITERS if shape and shape[0] == "write" else 1, tuple(group)))
                group = []
            shape = found
            group.append(_read(call))
        if group:
            stages.append(Stage(vendor, WRITERS if shape and shape[0] == "write" else 1, tuple(group)))
    return stages


def _read(call: Json) -> Request:
    kept = {"content-type", "if-modified-since", "idempotency-key", "accept", "xero-tenant-id"}
    headers = {name.lower(): value for name, value in call["headers"].items() if name.lower() in kept}
    return Request(call["method"], call["path"], call["query"], call["request_body"], headers)
