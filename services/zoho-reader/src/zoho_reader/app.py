"""The zoho-reader, put together: the only place that reads its settings and builds its parts."""

from datetime import timedelta
from importlib.metadata import version
from typing import Final

from sync_kit.app import ServiceRuntime, create_service_app
from sync_kit.bus import Bus
from sync_kit.clock import Clock
from sync_kit.consumer import Consumer
from sync_kit.contracts.topics import MAX_EVENT_BYTES
from sync_kit.http import HttpClient, HttpTransport
from sync_kit.identity import JwksVerifier, ServiceIdentity, jwks_fetcher
from sync_kit.leases import Lease
from sync_kit.limits import Rate
from sync_kit.loops import Loop
from sync_kit.metrics import open_registry
from sync_kit.relay import Relay
from sync_kit.store import Store
from sync_kit.vendor_tokens import VendorTokens
from sync_kit.worker import SliceResult, Worker
from zoho_reader import jobs, routes
from zoho_reader.clients.zoho_exchange import TokenLender
from zoho_reader.consumer import HANDLERS, TOPICS
from zoho_reader.domain.pace import Pace
from zoho_reader.metrics import ReaderMetrics
from zoho_reader.settings import Settings
from zoho_reader.store import KIT, METADATA
from zoho_reader.usecases.work_slice import work_slice

NAME: Final = "zoho-reader"
IDLE_SECONDS: Final = 1.0
MAX_ANSWER_BYTES: Final = 64 * MAX_EVENT_BYTES
"""2,000 rows of the widest module come to a few MiB; an endless body is cut here."""


def build(
    settings: Settings,
    *,
    bus: Bus,
    clock: Clock,
    transport: HttpTransport | None = None,
    tokens: TokenLender | None = None,
) -> ServiceRuntime:
    """Build the service; nothing runs yet. `transport` replaces the network, `tokens` takes the place of auth."""
    store = Store.open(settings.database_url, metadata=METADATA, clock=clock, name=NAME)
    http = HttpClient(transport=transport, clock=clock, max_body_bytes=MAX_ANSWER_BYTES)
    identity = ServiceIdentity(NAME, settings.service_key, clock)
    lender = tokens or VendorTokens(http, settings.auth_url, identity, clock)
    registry = open_registry()
    metrics = ReaderMetrics(registry)
    pace = Pace(
        overlap=timedelta(seconds=settings.overlap_seconds),
        settled_after=timedelta(seconds=settings.settled_after_seconds),
        slice_calls=settings.slice_calls,
        slice_seconds=settings.slice_seconds,
    )

    async def work(lease: Lease) -> SliceResult:
        return await work_slice(lease, store=store, clock=clock, http=http, tokens=lender, pace=pace, metrics=metrics)

    subscription = bus.subscribe(NAME, TOPICS)
    consumer = Consumer(store, KIT, subscription, HANDLERS)
    relay = Relay(store, KIT, bus)
    workers = [Worker(store, KIT, clock, f"{NAME}-{number}", work) for number in range(settings.workers)]

    async def close() -> None:
        await subscription.close()
        await http.close()
        await store.close()

    app = create_service_app(
        NAME,
        version=version("sync-zoho-reader"),
        routers=[routes.make_router(store)],
        readiness={"store": store.check},
        side_checks={"bus": bus.check},
        registry=registry,
        verifier=JwksVerifier(jwks_fetcher(http, settings.auth_url), clock),
        service_identity=identity,
        clock=clock,
        client_rate=Rate(settings.client_calls_per_second, settings.client_burst),
        address_rate=Rate(settings.address_calls_per_second, settings.address_burst),
        description="How far each tenant's Zoho CRM has been read.",
    )
    loops = [
        Loop("relay", relay.step, IDLE_SECONDS, relay.wake),
        Loop("consumer", consumer.step, IDLE_SECONDS, consumer.wake),
        *(Loop(f"worker-{number}", worker.step, IDLE_SECONDS, worker.wake) for number, worker in enumerate(workers)),
        Loop("purge", lambda: jobs.purge(store, relay, consumer, metrics), jobs.PURGE_SECONDS),
    ]
    return ServiceRuntime(NAME, app, loops, store, close)
