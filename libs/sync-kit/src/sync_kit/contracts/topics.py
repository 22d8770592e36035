"""Topic names, keys and retention: constants only. The key of every message is its `tenant_id`."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Topic:
    """One topic; `retention_days` is None where it is compacted and keeps the newest value per key."""

    name: str
    retention_days: int | None
    carries_payloads: bool


TENANTS: Final = Topic("tenants.v1", None, carries_payloads=False)
MAPPINGS: Final = Topic("mappings.v1", None, carries_payloads=False)
METADATA: Final = Topic("zoho.metadata.v1", None, carries_payloads=False)
RUNS: Final = Topic("sync.runs.v1", 3, carries_payloads=False)
RECORDS: Final = Topic("zoho.records.v1", 3, carries_payloads=True)
WANTED: Final = Topic("zoho.wanted.v1", 3, carries_payloads=False)
RESULTS: Final = Topic("sync.results.v1", 3, carries_payloads=True)

ALL: Final = (TENANTS, MAPPINGS, METADATA, RUNS, RECORDS, WANTED, RESULTS)

MAX_EVENT_BYTES: Final = 512 * 1024
"""An event stays below this; its writer cuts by bytes before."""
