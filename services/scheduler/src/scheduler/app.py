"""The scheduler, put together: the only place that reads its settings and builds its parts."""

from importlib.metadata import version

from scheduler.consumer import HANDLERS, TOPICS
from scheduler.jobs import CleanUp, watch
from scheduler.metrics import SchedulerMetrics
from scheduler.routes import log, readiness, reasons, syncs
from scheduler.routes import settings as settings_routes
from scheduler.settings import Settings
from scheduler.store import KIT_TABLES, METADATA
from sync_kit.app import ServiceRuntime, create_service_app
from sync_kit.bus import Bus
from sync_kit.clock import Clock
from sync_kit.consumer import Consumer
from sync_kit.http import HttpClient, HttpTransport
from sync_kit.identity import JwksVerifier, ServiceIdentity, jwks_fetcher
from sync_kit.limits import Rate
from sync_kit.loops import Loop
from sync_kit.metrics import open_registry
from sync_kit.relay import Relay
from sync_kit.store import Store

NAME = "scheduler"
IDLE_SECONDS = 1.0
WATCH_SECONDS = 5.0
CLEAN_UP_SECONDS = 20.0


def build(settings: Settings, *, bus: Bus, clock: Clock, transport: HttpTransport | None = None) -> ServiceRuntime:
    """Build the service; nothing runs yet. `transport` replaces the network."""
    store = Store.open(settings.database_url, metadata=METADATA, clock=clock, name=NAME)
    http = HttpClient(transport=transport, clock=clock)
    registry = open_registry()
    metrics = SchedulerMetrics(registry)
    subscription = bus.subscribe(NAME, TOPICS)
    consumer = Consumer(store, KIT_TABLES, subscription, HANDLERS)
    relay = Relay(store, KIT_TABLES, bus)

    async def close() -> None:
        await subscription.close()
        await http.close()
        await store.close()

    app = create_service_app(
        NAME,
        version=version("sync-scheduler"),
        routers=[
            syncs.make_router(store),
            readiness.make_router(store),
            log.make_router(store),
            settings_routes.make_router(store),
            reasons.make_router(),
        ],
        readiness={"store": store.check},
        side_checks={"bus": bus.check},
        registry=registry,
        verifier=JwksVerifier(jwks_fetcher(http, settings.auth_url), clock),
        service_identity=ServiceIdentity(NAME, settings.service_key, clock),
        clock=clock,
        client_rate=Rate(settings.client_calls_per_second, settings.client_burst),
        address_rate=Rate(settings.address_calls_per_second, settings.address_burst),
        description="Runs, readiness, the sync log, reasons and tenant settings.",
    )
    loops = [
        Loop("relay", relay.step, IDLE_SECONDS, relay.wake),
        Loop("consumer", consumer.step, IDLE_SECONDS, consumer.wake),
        Loop("watch", lambda: watch(store, metrics), WATCH_SECONDS),
        Loop("clean-up", CleanUp(store, relay, consumer).step, CLEAN_UP_SECONDS),
    ]
    return ServiceRuntime(NAME, app, loops, store, close)
