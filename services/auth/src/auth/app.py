"""The composition root of auth: everything is built here, and only here are settings read."""

import uuid
from collections.abc import Mapping

from auth.clients.vendor_oauth import VendorOAuth
from auth.clients.xero_identity import XeroIdentity
from auth.clients.zoho_accounts import ZohoAccounts
from auth.domain.data_centre import ZOHO_DATA_CENTRES, DataCentre
from auth.domain.sealing import Keyring
from auth.jobs import list_jobs
from auth.metrics import AuthMetrics
from auth.routes.api_tokens import api_token_routes
from auth.routes.connect_pages import connect_page_routes
from auth.routes.connections import connection_routes
from auth.routes.partners import partner_routes
from auth.routes.tenants import tenant_routes
from auth.routes.vendor_tokens import vendor_token_routes
from auth.settings import Settings, decode_key
from auth.store import KIT, METADATA
from auth.usecases.complete_connection import ConnectDesk
from auth.usecases.keep_signing_keys import SigningKeys
from auth.usecases.refresh_grant import Refresher
from auth.usecases.revoke_at_vendor import Revoker
from sync_kit.app import ServiceRuntime, create_service_app
from sync_kit.bus import Bus
from sync_kit.clock import Clock
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.http import HttpClient, HttpTransport
from sync_kit.identity import JwksVerifier, ServiceIdentity
from sync_kit.limits import Rate
from sync_kit.metrics import open_registry
from sync_kit.relay import Relay
from sync_kit.store import Store

NAME = "auth"
VERSION = "0.1.0"


def build(settings: Settings, *, bus: Bus, clock: Clock, transport: HttpTransport | None = None) -> ServiceRuntime:
    """Build the service; nothing runs yet. `transport` replaces the network."""
    store = Store.open(settings.database_url, metadata=METADATA, clock=clock, name=NAME, one_writer=True)
    http = HttpClient(clock=clock, transport=transport)
    registry = open_registry()
    metrics = AuthMetrics(registry)
    keyring = build_keyring(settings)
    centres = list_data_centres(settings)
    vendors = build_vendors(settings, http, centres)
    refresher = Refresher(
        store=store,
        keyring=keyring,
        vendors=vendors,
        clock=clock,
        owner=f"{NAME}-{uuid.uuid4().hex}",
        metrics=metrics,
    )
    revoker = Revoker(store=store, keyring=keyring, vendors=vendors, refresher=refresher, metrics=metrics)
    keys = SigningKeys(store, keyring, settings.signing_key_pem)
    redirect_uris = {vendor: f"{settings.public_url}/connect/{vendor}/callback" for vendor in Vendor}
    desk = ConnectDesk(store=store, keyring=keyring, vendors=vendors, redirect_uris=redirect_uris)
    app = create_service_app(
        NAME,
        version=VERSION,
        description="Partners, tenants, OAuth connections and the token vault",
        routers=[
            partner_routes(store=store, operator_token=settings.operator_token),
            api_token_routes(store=store, keys=keys, clock=clock, issuer=settings.public_url),
            tenant_routes(store=store),
            connection_routes(store=store, public_url=settings.public_url, data_centres=centres),
            connect_page_routes(desk, metrics=metrics),
            vendor_token_routes(store=store, keyring=keyring, refresher=refresher, metrics=metrics),
        ],
        readiness={"store": store.check},
        side_checks={"bus": bus.check},
        registry=registry,
        verifier=JwksVerifier(keys.build_jwks, clock),
        service_identity=ServiceIdentity(NAME, settings.service_key, clock),
        clock=clock,
        client_rate=Rate(settings.client_calls_per_second, settings.client_burst),
        address_rate=Rate(settings.address_calls_per_second, settings.address_burst),
    )

    async def close() -> None:
        await refresher.close()
        await http.close()
        await store.close()

    loops = list_jobs(store=store, relay=Relay(store, KIT, bus), revoker=revoker, refresher=refresher, keys=keys)
    return ServiceRuntime(NAME, app, loops, store, close)


def build_keyring(settings: Settings) -> Keyring:
    """The vault's keys."""
    return Keyring({name: decode_key(key) for name, key in settings.vault_keys.items()}, settings.vault_current_key)


def build_vendors(
    settings: Settings, http: HttpClient, centres: Mapping[str, DataCentre]
) -> Mapping[Vendor, VendorOAuth]:
    """Both vendors' identity services."""
    zoho = ZohoAccounts(
        http,
        client_id=settings.zoho_client_id,
        client_secret=settings.zoho_client_secret,
        scopes=settings.zoho_scopes,
        data_centres=centres,
        default_data_centre=settings.zoho_default_data_centre,
    )
    xero = XeroIdentity(
        http,
        client_id=settings.xero_client_id,
        client_secret=settings.xero_client_secret,
        scopes=settings.xero_scopes,
        login_url=settings.xero_login_url,
        identity_url=settings.xero_identity_url,
        api_url=settings.xero_api_url,
    )
    return {Vendor.ZOHO: zoho, Vendor.XERO: xero}


def list_data_centres(settings: Settings) -> Mapping[str, DataCentre]:
    """The data centres that are allowed: the configured ones, else Zoho's own."""
    if settings.zoho_data_centres is None:
        return ZOHO_DATA_CENTRES
    return {name: DataCentre(**dict(urls)) for name, urls in settings.zoho_data_centres.items()}
