"""Events in: which use case takes in which event. No logic."""

from functools import partial

from sync_kit.bus import Bus
from sync_kit.consumer import Consumer
from sync_kit.contracts import topics
from sync_kit.contracts.events import (
    CrmDescribed,
    ModuleExtracted,
    RecordsExtracted,
    RecordsNotFound,
    RunCancelled,
    RunEnded,
    RunRequested,
    StateRequested,
    TenantChanged,
)
from sync_kit.store import Store
from sync_kit.vendor_tokens import VendorTokens
from xero_writer.store import KIT_TABLES
from xero_writer.store.digest_keys import DigestKeys
from xero_writer.usecases.ask_for_page import ask_for_page
from xero_writer.usecases.take_in_metadata import take_in_metadata
from xero_writer.usecases.take_in_records import take_in_closing, take_in_not_found, take_in_records
from xero_writer.usecases.take_in_run import (
    take_in_cancelling,
    take_in_end,
    take_in_question,
    take_in_request,
)
from xero_writer.usecases.take_in_tenant import take_in_tenant

GROUP = "xero-writer"
TOPICS = (topics.TENANTS.name, topics.RUNS.name, topics.RECORDS.name, topics.METADATA.name)


def build_consumer(store: Store, bus: Bus, *, tokens: VendorTokens, digest_keys: DigestKeys) -> Consumer:
    """The consumer with its table of handlers."""
    return Consumer(
        store,
        KIT_TABLES,
        bus.subscribe(GROUP, TOPICS),
        {
            TenantChanged: partial(take_in_tenant, tokens=tokens),
            RunRequested: take_in_request,
            RunCancelled: take_in_cancelling,
            RunEnded: take_in_end,
            StateRequested: take_in_question,
            RecordsExtracted: partial(take_in_records, digest_keys=digest_keys),
            ModuleExtracted: take_in_closing,
            RecordsNotFound: take_in_not_found,
            CrmDescribed: take_in_metadata,
        },
        on_unreadable=ask_for_page,
        releasing=(TenantChanged, RunRequested),
    )
