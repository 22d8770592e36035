"""The tables of auth. Secrets of vendors lie in `vault` alone, sealed; secrets of API clients only as hashes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from sync_kit.store import JsonText, KitTables, LongInteger, UtcDateTime, table_of

_LIVE = text("state IN ('connected', 'needs_reauthorisation')")
_XERO = text("vendor = 'xero'")


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Root of this service's tables."""


class Partner(Table, table=True):
    """A platform that embeds us; browsers may be sent back to `return_urls`."""

    __tablename__ = "partners"
    partner_id: str = Field(primary_key=True)
    name: str
    return_urls: list[str] = Field(sa_type=JsonText)
    created_at: datetime = Field(sa_type=UtcDateTime)


class ApiClient(Table, table=True):
    """A partner's credential: scrypt hashes only, of the secret and, for a while, of the one before it."""

    __tablename__ = "api_clients"
    client_id: str = Field(primary_key=True)
    partner_id: str = Field(foreign_key="partners.partner_id", index=True)
    secret_salt: bytes = Field(sa_type=LargeBinary)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    old_salt: bytes | None = Field(default=None, sa_type=LargeBinary)
    old_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    old_until_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    scopes: list[str] = Field(sa_type=JsonText)
    created_at: datetime = Field(sa_type=UtcDateTime)


class RegisteredTenant(Table, table=True):
    """A tenant. Not called `tenants`: the kit keeps what other services tell of theirs under that name."""

    __tablename__ = "registered_tenants"
    tenant_id: str = Field(primary_key=True)
    partner_id: str = Field(foreign_key="partners.partner_id", index=True)
    name: str
    version: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Connection(Table, table=True):
    """One per tenant and vendor. A live organisation belongs to one connection over all partners."""

    __tablename__ = "connections"
    __table_args__ = (
        UniqueConstraint("tenant_id", "vendor", name="uq_connections_tenant_vendor"),
        Index(
            "uq_connections_live_organisation",
            "vendor",
            "external_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )
    connection_id: str = Field(primary_key=True)
    tenant_id: str = Field(foreign_key="registered_tenants.tenant_id")
    vendor: str
    state: str
    cause: str | None = None
    generation: int
    data_centre: str | None = None
    external_id: str | None = None
    external_name: str | None = None
    vendor_connection_id: str | None = None
    grant_id: str | None = Field(default=None, foreign_key="grants.grant_id", index=True)
    web_url: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Grant(Table, table=True):
    """What one consent gave. A Xero user has one grant, however many organisations it carries."""

    __tablename__ = "grants"
    __table_args__ = (
        Index(
            "uq_grants_xero_user",
            "app_client_id",
            "subject",
            unique=True,
            sqlite_where=_XERO,
            postgresql_where=_XERO,
        ),
    )
    grant_id: str = Field(primary_key=True)
    vendor: str
    app_client_id: str
    subject: str
    accounts_url: str
    api_url: str
    generation: int = Field(sa_type=LongInteger)
    renewed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    access_expires_at: datetime = Field(sa_type=UtcDateTime)
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RefreshLease(Table, table=True):
    """Who is refreshing a grant now. `fence` outlives the owner; nobody tries before `blocked_until_at`."""

    __tablename__ = "refresh_leases"
    grant_id: str = Field(primary_key=True, foreign_key="grants.grant_id")
    fence: int
    owner: str | None = None
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    blocked_until_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ConnectAttempt(Table, table=True):
    """One way to a consent. Link, state and choice token are kept as digests only."""

    __tablename__ = "connect_attempts"
    attempt_id: str = Field(primary_key=True)
    connection_id: str = Field(foreign_key="connections.connection_id", index=True)
    tenant_id: str
    vendor: str
    data_centre: str | None = None
    return_url: str | None = None
    link_digest: str = Field(unique=True)
    state_digest: str | None = Field(default=None, unique=True)
    choice_digest: str | None = Field(default=None, unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    state_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    forget_at: datetime = Field(sa_type=UtcDateTime, index=True)
    grant_id: str | None = Field(default=None, foreign_key="grants.grant_id", index=True)
    choices: list[dict[str, Any]] | None = Field(default=None, sa_type=JsonText)


class VaultEntry(Table, table=True):
    """One sealed value; `key_id` says which key opens it, owner and purpose are bound into the seal."""

    __tablename__ = "vault"
    owner_id: str = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    key_id: str = Field(index=True)
    blob: bytes = Field(sa_type=LargeBinary)


class Revocation(Table, table=True):
    """What the vendor must still be told: cut one Xero connection, or (without an id of one) end the grant."""

    __tablename__ = "revocations"
    revocation_id: int | None = Field(default=None, primary_key=True, sa_type=LongInteger)
    grant_id: str = Field(foreign_key="grants.grant_id", index=True)
    vendor_connection_id: str | None = None
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    give_up_at: datetime = Field(sa_type=UtcDateTime)
    tries: int


class NumberSeries(Table, table=True):
    """A number that only grows."""

    __tablename__ = "counters"
    name: str = Field(primary_key=True)
    value: int = Field(sa_type=LongInteger)


class SigningKey(Table, table=True):
    """A key pair that signs API tokens; the private half is in the vault."""

    __tablename__ = "signing_keys"
    kid: str = Field(primary_key=True)
    public_jwk: dict[str, str] = Field(sa_type=JsonText)
    created_at: datetime = Field(sa_type=UtcDateTime)


METADATA = Table.metadata
KIT = KitTables(METADATA)

PARTNERS = table_of(Partner)
API_CLIENTS = table_of(ApiClient)
TENANTS = table_of(RegisteredTenant)
CONNECTIONS = table_of(Connection)
GRANTS = table_of(Grant)
REFRESH_LEASES = table_of(RefreshLease)
ATTEMPTS = table_of(ConnectAttempt)
VAULT = table_of(VaultEntry)
REVOCATIONS = table_of(Revocation)
COUNTERS = table_of(NumberSeries)
SIGNING_KEYS = table_of(SigningKey)
