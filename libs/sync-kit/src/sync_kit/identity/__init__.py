"""Who calls: partners by access tokens, services by a shared key."""

from sync_kit.identity.jwks import JWKS_PATH, FetchJwks, JwksVerifier, jwks_fetcher
from sync_kit.identity.principal import PUBLIC_AUDIENCE, Principal, Verifier
from sync_kit.identity.requirements import (
    CallerChecks,
    address_of,
    limit_by_address,
    limit_failures,
    require_scope,
    require_service,
)
from sync_kit.identity.service import INTERNAL_AUDIENCE, ServiceIdentity
from sync_kit.identity.signing import SigningKey, build_jwks, sign_access_token

__all__ = [
    "INTERNAL_AUDIENCE",
    "JWKS_PATH",
    "PUBLIC_AUDIENCE",
    "CallerChecks",
    "FetchJwks",
    "JwksVerifier",
    "Principal",
    "ServiceIdentity",
    "SigningKey",
    "Verifier",
    "address_of",
    "build_jwks",
    "jwks_fetcher",
    "limit_by_address",
    "limit_failures",
    "require_scope",
    "require_service",
    "sign_access_token",
]
