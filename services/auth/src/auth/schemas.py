"""What comes in and goes out over HTTP: never events, never tables."""

from datetime import datetime
from typing import Annotated, Self
from urllib.parse import urlsplit

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from auth.domain.connection import Cause, Connection, Organisation
from auth.domain.partner import LONGEST_OVERLAP, is_loopback, is_plain_url
from auth.domain.tenant import Tenant
from sync_kit.contracts.texts import NO_NULL_BYTE
from sync_kit.contracts.vendor_tokens import VendorToken
from sync_kit.contracts.vocabulary import ConnectionState, Vendor

_ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
_MAX_URL_CHARACTERS = 2000


def _check_return_url(url: str) -> str:
    if not is_plain_url(url):
        raise ValueError("must be printable ASCII without blanks and backslashes")
    parts = urlsplit(url)
    if parts.fragment or parts.username is not None or not parts.hostname:
        raise ValueError("must be an absolute url without fragment and user name")
    if parts.scheme != "https" and not is_loopback(url):
        raise ValueError("must be https, or http to a loopback address")
    return url


Identifier = Annotated[str, StringConstraints(pattern=_ID_PATTERN)]
PartnerIdPath = Annotated[str, Path(pattern=_ID_PATTERN, description="partner_id")]
TenantIdPath = Annotated[str, Path(pattern=_ID_PATTERN, description="tenant_id")]
ConnectionIdPath = Annotated[str, Path(pattern=_ID_PATTERN, description="connection_id")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), NO_NULL_BYTE]
ReturnUrl = Annotated[str, StringConstraints(max_length=_MAX_URL_CHARACTERS), AfterValidator(_check_return_url)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PartnerRequest(_Request):
    """Register a platform."""

    name: Name
    return_urls: list[ReturnUrl] = Field(
        default_factory=list, max_length=20, description="where browsers may be sent after a consent, exactly"
    )


class PartnerAnswer(BaseModel):
    """The credential; the secret is shown this once."""

    partner_id: str
    client_id: str
    client_secret: str = Field(repr=False)
    scopes: list[str]


class SecretRotation(_Request):
    """Replace a client's secret."""

    keep_old_seconds: int = Field(
        default=0,
        ge=0,
        le=int(LONGEST_OVERLAP.total_seconds()),
        description="how long the old secret works beside the new one; 0 when it may be known to others",
    )


class NewSecretAnswer(BaseModel):
    """The new credential; the secret is shown this once."""

    client_id: str
    client_secret: str = Field(repr=False)


class ApiTokenAnswer(BaseModel):
    """RFC 6749, section 5.1."""

    access_token: str = Field(repr=False)
    token_type: str = "Bearer"  # noqa: S105 - OAuth's word for the kind of token
    expires_in: int
    scope: str


class TenantRequest(_Request):
    """A new tenant."""

    name: Name


class TenantAnswer(BaseModel):
    """One tenant."""

    tenant_id: str
    name: str
    created_at: datetime

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        """What a partner sees of its tenant."""
        return cls(tenant_id=tenant.tenant_id, name=tenant.name, created_at=tenant.created_at)


class ConnectionRequest(_Request):
    """Connect a tenant to a vendor, for the first time or again."""

    tenant_id: Identifier
    vendor: Vendor
    data_centre: Annotated[str, StringConstraints(max_length=8)] | None = Field(
        default=None, description="Zoho only: us, eu, uk, in, au, jp, ca, sa, cn, ae"
    )
    return_url: ReturnUrl | None = Field(
        default=None, description="where the browser goes afterwards: one of the partner's addresses, or loopback"
    )


class ConnectionAnswer(BaseModel):
    """One connection."""

    connection_id: str
    tenant_id: str
    vendor: Vendor
    state: ConnectionState
    cause: Cause | None = Field(description="why a person must connect again")
    external_id: str | None = Field(description="zoho_org_id or xero_tenant_id")
    organisation_name: str | None
    data_centre: str | None
    web_url: str | None = Field(description="where people open the vendor's pages")
    updated_at: datetime

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """What a partner sees of a connection."""
        return cls(
            connection_id=connection.connection_id,
            tenant_id=connection.tenant_id,
            vendor=connection.vendor,
            state=connection.state,
            cause=connection.cause,
            external_id=connection.external_id,
            organisation_name=connection.external_name,
            data_centre=connection.data_centre,
            web_url=connection.web_url,
            updated_at=connection.updated_at,
        )


class StartedConnectionAnswer(ConnectionAnswer):
    """A connection and the link that a person opens within ten minutes."""

    connect_url: str = Field(repr=False)


class OrganisationAnswer(BaseModel):
    """One organisation to choose."""

    xero_tenant_id: str
    name: str

    @classmethod
    def of(cls, organisation: Organisation) -> Self:
        """What a partner sees of an offered organisation."""
        return cls(xero_tenant_id=organisation.external_id, name=organisation.name)


class OrganisationsAnswer(BaseModel):
    """All organisations that the consent opened."""

    items: list[OrganisationAnswer]


class ConnectionsAnswer(BaseModel):
    """A tenant's connections."""

    items: list[ConnectionAnswer]


class OrganisationChoice(_Request):
    """The one to connect."""

    xero_tenant_id: Identifier


class LentTokenAnswer(BaseModel):
    """`contracts.vendor_tokens.VendorToken` with its secret in the clear: only ever sent to our own services."""

    access_token: str = Field(repr=False)
    generation: int
    connection_generation: int
    expires_at: datetime
    api_url: str
    external_id: str

    @classmethod
    def of(cls, token: VendorToken) -> Self:
        """The token as it crosses the wire."""
        return cls(**{**dict(token), "access_token": token.access_token.get_secret_value()})
