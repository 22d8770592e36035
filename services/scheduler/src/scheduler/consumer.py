"""Events in: which use case takes in what. No logic here."""

from collections.abc import Mapping
from typing import Final

from scheduler.usecases.take_in_results import (
    take_in_accounting,
    take_in_extraction,
    take_in_findings,
    take_in_outcomes,
    take_in_report,
)
from scheduler.usecases.take_in_tenant import take_in_tenant
from sync_kit.consumer import Handler
from sync_kit.contracts import topics
from sync_kit.contracts.events import (
    Event,
    ExtractionAnnounced,
    FindingsReported,
    ModuleAccounted,
    RecordsSettled,
    StageReported,
    TenantChanged,
)

TOPICS: Final = (topics.TENANTS.name, topics.RESULTS.name)

HANDLERS: Final[Mapping[type[Event], Handler]] = {
    TenantChanged: take_in_tenant,
    RecordsSettled: take_in_outcomes,
    ExtractionAnnounced: take_in_extraction,
    ModuleAccounted: take_in_accounting,
    StageReported: take_in_report,
    FindingsReported: take_in_findings,
}
