"""xero-writer, put together: the only place that reads its settings and builds its parts."""

import uuid
from functools import partial
from importlib.metadata import version

from sync_kit.app import ServiceRuntime, create_service_app
from sync_kit.bus import Bus
from sync_kit.clock import Clock
from sync_kit.http import HttpClient, HttpTransport
from sync_kit.identity import JwksVerifier, ServiceIdentity, jwks_fetcher
from sync_kit.limits import Rate
from sync_kit.loops import Loop
from sync_kit.metrics import open_registry
from sync_kit.relay import Relay
from sync_kit.store import Store
from sync_kit.vendor_tokens import VendorTokens
from sync_kit.worker import Worker
from xero_writer.clients.xero_accounting import XeroAccounting
from xero_writer.consumer import build_consumer
from xero_writer.jobs import CleanUp
from xero_writer.metrics import Metrics
from xero_writer.routes import build_routes
from xero_writer.settings import Settings
from xero_writer.store import KIT_TABLES, METADATA
from xero_writer.store.digest_keys import DigestKeys
from xero_writer.usecases.desk import Tools
from xero_writer.usecases.work_tenant import work_tenant

NAME = "xero-writer"
IDLE_SECONDS = 1.0
CLEAN_UP_SECONDS = 20.0


def build(settings: Settings, *, bus: Bus, clock: Clock, transport: HttpTransport | None = None) -> ServiceRuntime:
    """Build the service; nothing runs yet. `transport` replaces the network."""
    store = Store.open(settings.database_url, metadata=METADATA, clock=clock, name=NAME)
    http = HttpClient(clock=clock, transport=transport, user_agent=f"zoho2xero/{version('sync-xero-writer')}")
    registry = open_registry()
    identity = ServiceIdentity(NAME, settings.service_key, clock)
    tokens = VendorTokens(http, settings.auth_url, identity, clock)
    configured = settings.digest_key.get_secret_value().encode() if settings.digest_key is not None else None
    tools = Tools(
        store=store,
        xero=XeroAccounting(http),
        tokens=tokens,
        clock=clock,
        digest_keys=DigestKeys(configured),
        metrics=Metrics(registry),
        boot_id=uuid.uuid4().hex,
    )
    consumer = build_consumer(store, bus, tokens=tokens, digest_keys=tools.digest_keys)
    relay = Relay(store, KIT_TABLES, bus)
    workers = [
        Worker(store, KIT_TABLES, clock, f"{NAME}-{tools.boot_id}-{number}", partial(work_tenant, tools=tools))
        for number in range(settings.workers)
    ]
    app = create_service_app(
        NAME,
        version=version("sync-xero-writer"),
        description="Mappings, record links and what Xero was told",
        routers=build_routes(store),
        readiness={"store": store.check},
        side_checks={"bus": bus.check},
        registry=registry,
        verifier=JwksVerifier(jwks_fetcher(http, settings.auth_url), clock),
        service_identity=identity,
        clock=clock,
        client_rate=Rate(settings.client_calls_per_second, settings.client_burst),
        address_rate=Rate(settings.address_calls_per_second, settings.address_burst),
    )

    async def close() -> None:
        await http.close()
        await store.close()

    loops = [
        Loop("consume", consumer.step, IDLE_SECONDS, consumer.wake),
        *(Loop(f"work-{number}", worker.step, IDLE_SECONDS, worker.wake) for number, worker in enumerate(workers)),
        Loop("relay", relay.step, IDLE_SECONDS, relay.wake),
        Loop("clean-up", CleanUp(store, relay, consumer).step, CLEAN_UP_SECONDS),
    ]
    return ServiceRuntime(NAME, app, loops, store, close)
