"""Events in: which use case takes in what. No logic here."""

from collections.abc import Mapping
from typing import Final

from sync_kit.consumer import Handler
from sync_kit.contracts import topics
from sync_kit.contracts.events import (
    Event,
    MappingChanged,
    RecordsWanted,
    RunCancelled,
    RunEnded,
    RunRequested,
    StateRequested,
    TenantChanged,
)
from zoho_reader.usecases.take_in_run import take_in_cancel, take_in_end, take_in_request, tell_state
from zoho_reader.usecases.take_in_tenant import take_in_tenant
from zoho_reader.usecases.take_in_wanted import take_in_mapping, take_in_wanted

TOPICS: Final = tuple(topic.name for topic in (topics.TENANTS, topics.MAPPINGS, topics.RUNS, topics.WANTED))

HANDLERS: Final[Mapping[type[Event], Handler]] = {
    TenantChanged: take_in_tenant,
    MappingChanged: take_in_mapping,
    RunRequested: take_in_request,
    RunCancelled: take_in_cancel,
    RunEnded: take_in_end,
    StateRequested: tell_state,
    RecordsWanted: take_in_wanted,
}
