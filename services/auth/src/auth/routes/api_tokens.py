"""Access tokens for API clients, and the keys that prove them."""

from base64 import b64decode
from typing import Annotated, Any, Final
from urllib.parse import unquote_plus

from fastapi import APIRouter, Depends, Form, Request

from auth.errors import GrantRequestError
from auth.schemas import ApiTokenAnswer
from auth.usecases.issue_api_token import issue_api_token as issue
from auth.usecases.keep_signing_keys import SigningKeys
from sync_kit.clock import Clock
from sync_kit.contracts.texts import NO_NULL_BYTE
from sync_kit.errors import UnauthorisedError
from sync_kit.identity import JWKS_PATH, address_of, limit_by_address
from sync_kit.limits import Rate, TokenBuckets
from sync_kit.store import Store

GUESSES: Final = Rate(per_second=0.1, burst=10)
"""Wrong secrets for one client from one address: ten, then one in ten seconds. Others do not notice."""

_Field = Annotated[Annotated[str, NO_NULL_BYTE] | None, Form(max_length=1000)]


def api_token_routes(*, store: Store, keys: SigningKeys, clock: Clock, issuer: str) -> APIRouter:
    """`POST /v1/oauth/token` and the JWKS document."""
    router = APIRouter(tags=["oauth"])
    guesses = TokenBuckets(GUESSES, clock)

    @router.post("/v1/oauth/token", dependencies=[Depends(limit_by_address)])
    async def issue_api_token(
        request: Request,
        grant_type: _Field = None,
        client_id: _Field = None,
        client_secret: _Field = None,
        scope: _Field = None,
    ) -> ApiTokenAnswer:
        """OAuth 2 client credentials, by HTTP Basic or in the form."""
        if grant_type != "client_credentials":
            raise _refuse("unsupported_grant_type", "The grant type is client_credentials.")
        basic = _read_basic(request)
        if basic is not None and client_secret is not None:
            raise _refuse("invalid_request", "Authenticate in one way only.")
        used_id, used_secret = basic or (client_id or "", client_secret or "")
        guesser = f"{address_of(request)} {used_id}"
        guesses.check(guesser)  # before the look: a refused guess must not be told whether it was right
        try:
            token = await issue(used_id, used_secret, scope, store=store, keys=keys, clock=clock, issuer=issuer)
        except UnauthorisedError:
            guesses.charge(guesser)
            raise
        return ApiTokenAnswer(
            access_token=token.access_token, expires_in=token.expires_in, scope=" ".join(token.scopes)
        )

    @router.get(JWKS_PATH)
    async def show_keys() -> dict[str, Any]:
        """The public keys of our access tokens (RFC 7517)."""
        return await keys.build_jwks()

    return router


def _read_basic(request: Request) -> tuple[str, str] | None:
    """Id and secret of HTTP Basic, each url-encoded (RFC 6749, section 2.3.1)."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError as error:
        raise _refuse("invalid_request", "The Authorization header cannot be read.") from error
    return unquote_plus(name), unquote_plus(secret)


def _refuse(word: str, detail: str) -> GrantRequestError:
    return GrantRequestError(detail, code=word, extra={"error": word})
