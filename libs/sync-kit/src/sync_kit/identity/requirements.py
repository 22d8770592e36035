"""What a route demands of its caller, as FastAPI dependencies.

    principal: Annotated[Principal, Depends(require_scope("syncs:write"))]
    caller: Annotated[str, Depends(require_service("zoho-reader", "xero-writer"))]

What they need (the verifier, the service identity, the limits) is put on the application by `create_service_app`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Request, Security
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import HTTPBearer, OAuth2

from sync_kit.errors import ForbiddenError, UnauthorisedError
from sync_kit.identity.principal import Principal, Verifier
from sync_kit.identity.service import ServiceIdentity
from sync_kit.limits import TokenBuckets

_partner_scheme = OAuth2(
    flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/v1/oauth/token")),
    scheme_name="partner",
    description="Access token of an API client (OAuth 2 client credentials)",
    auto_error=False,
)
_service_scheme = HTTPBearer(scheme_name="service", description="Service identity", auto_error=False)


@dataclass(frozen=True)
class CallerChecks:
    """What the dependencies below work with; `app.state.caller_checks`."""

    verifier: Verifier | None
    service_identity: ServiceIdentity | None
    client_limits: TokenBuckets
    address_limits: TokenBuckets


def require_scope(scope: str) -> Callable[..., Awaitable[Principal]]:
    """Demand an access token with `scope`; counts the call against its client's limit.

    Raises UnauthorisedError, ForbiddenError, TooManyRequestsError.
    """

    async def check(request: Request, _: Annotated[str | None, Security(_partner_scheme, scopes=[scope])]) -> Principal:
        checks = _checks_of(request)
        if checks.verifier is None:
            raise RuntimeError("this application was created without a verifier")
        try:
            principal = await checks.verifier.verify(_read_bearer(request))
        except UnauthorisedError:
            checks.address_limits.take(address_of(request))
            raise
        checks.client_limits.take(principal.client_id)
        if scope not in principal.scopes:
            raise ForbiddenError(f"this needs the scope {scope}", code="scope_missing", extra={"scope": scope})
        return principal

    return check


def require_service(*names: str) -> Callable[..., Awaitable[str]]:
    """Demand a service identity, one of `names` if any are given; wrong tokens count against the caller's address.

    Raises UnauthorisedError, ForbiddenError, TooManyRequestsError.
    """

    async def check(request: Request, _: Annotated[object, Security(_service_scheme)]) -> str:
        identity = _checks_of(request).service_identity
        if identity is None:
            raise RuntimeError("this application was created without a service identity")
        try:
            name = identity.verify_service(_read_bearer(request))
        except UnauthorisedError:
            await limit_by_address(request)
            raise
        if names and name not in names:
            raise ForbiddenError("this is not for the calling service")
        return name

    return check


async def limit_by_address(request: Request) -> None:
    """For routes without a token (the token route itself, webhooks): counts against the caller's address.

    Raises TooManyRequestsError. Behind a proxy the address is the one that it forwards, where it is trusted.
    """
    _checks_of(request).address_limits.take(address_of(request))


def limit_failures(request: Request) -> Callable[[], None]:
    """For secrets that may be guessed: call what comes back after a wrong one, which counts against the address.

    Raises TooManyRequestsError before the secret is looked at: a refused guess is not told whether it was right.
    """
    limits, address = _checks_of(request).address_limits, address_of(request)
    limits.check(address)
    return lambda: limits.charge(address)


def address_of(request: Request) -> str:
    """Where the call comes from."""
    return request.client.host if request.client else "unknown"


def _checks_of(request: Request) -> CallerChecks:
    checks = request.app.state.caller_checks
    if not isinstance(checks, CallerChecks):
        raise TypeError("this application was not created by create_service_app")
    return checks


def _read_bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise UnauthorisedError(
            "an access token is needed", code="token_missing", headers={"www-authenticate": "Bearer"}
        )
    return token.strip()
