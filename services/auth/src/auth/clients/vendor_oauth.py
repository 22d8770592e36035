"""What auth needs of a vendor's identity service, and how the answers of token endpoints are told apart.

OAuth wire forms (authorize URL, PKCE, token request) are authlib's; HTTP goes through the kit.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from auth.domain.connection import Organisation
from auth.domain.grant import Grant, TokenPair
from auth.errors import AppRefusedError, GrantRefusedError
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import BadAnswerError, RateLimitedError
from sync_kit.http import HttpResponse, parse_json

OAUTH_TIMEOUT_SECONDS = 20.0
"""For one call to an identity service, everything together."""
OAUTH_MAX_BYTES = 1024 * 1024

_LONGEST_LIFE_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Consent:
    """Where a consent was given, or is to be given: the identity service and the API that belongs to it."""

    accounts_url: str
    api_url: str
    web_url: str
    data_centre: str | None = None


@dataclass(frozen=True)
class ConsentRequest:
    """What goes into the browser's way to the vendor. `challenge` is PKCE's, by S256."""

    redirect_uri: str
    state: str = field(repr=False)
    challenge: str
    data_centre: str | None = None


class VendorOAuth(Protocol):
    """One vendor's identity service.

    Every call raises NotSentError, AnswerLostError or BadAnswerError (no answer, or none that can be understood),
    RateLimitedError, AppRefusedError (our client id or secret), GrantRefusedError (the code, token or consent).
    """

    vendor: Vendor
    client_id: str

    def build_consent_url(self, request: ConsentRequest) -> str:
        """The vendor's page on which a person consents."""
        ...

    def find_consent(self, answer: Mapping[str, str], data_centre: str | None) -> Consent:
        """Where to exchange the code. Raises ConnectLinkError when the browser brought an address we do not trust."""
        ...

    async def exchange_code(self, code: str, consent: Consent, *, redirect_uri: str, verifier: str) -> TokenPair:
        """The first token pair of a consent. Raises ConnectLinkError when its API address is not trusted."""
        ...

    async def list_organisations(self, consent: Consent, tokens: TokenPair) -> "ConsentedOrganisations":
        """What the consent opened."""
        ...

    async def refresh(self, grant: Grant, refresh_token: str, *, lease: "LeaseCheck") -> TokenPair:
        """A new access token; `lease` is asked as the last act before the request leaves."""
        ...

    async def cut_connection(self, grant: Grant, access_token: str, vendor_connection_id: str) -> None:
        """End the app's link to one organisation; one that is gone already is fine."""
        ...

    async def revoke(self, grant: Grant, refresh_token: str) -> None:
        """End the grant; one that is gone already is fine."""
        ...


class LeaseCheck(Protocol):
    """Raises LeaseLostError when the time that is left is too short for the call."""

    def __call__(self) -> None: ...


@dataclass(frozen=True)
class ConsentedOrganisations:
    """`offered` came from this very consent; `reachable` is all that the person's grant opens now."""

    offered: tuple[Organisation, ...]
    reachable: tuple[Organisation, ...]


def make_state() -> str:
    """An unguessable value that comes back with the vendor's answer."""
    return str(generate_token(43))


def make_verifier() -> str:
    """PKCE's secret (RFC 7636), at its greatest length."""
    return str(generate_token(128))


def challenge_of(verifier: str) -> str:
    """PKCE's S256 challenge of a verifier."""
    return str(create_s256_code_challenge(verifier))  # type: ignore[no-untyped-call]


def build_authorize_url(
    url: str, client_id: str, request: ConsentRequest, *, scopes: Sequence[str], separator: str, **extra: str
) -> str:
    """An authorization request (RFC 6749, section 4.1.1) with PKCE."""
    return str(
        prepare_grant_uri(
            url,
            client_id,
            "code",
            redirect_uri=request.redirect_uri,
            scope=separator.join(scopes),
            state=request.state,
            code_challenge=request.challenge,
            code_challenge_method="S256",
            **extra,
        )
    )


def basic_auth(client_id: str, client_secret: str) -> str:
    """The value of an Authorization header for our app."""
    return "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode("ascii")


def read_token_answer(response: HttpResponse, refused: Mapping[str, type[Exception]]) -> dict[str, Any]:
    """The body of a token endpoint's answer.

    Looks at the body before the status, since Zoho tells refusals with 200. `refused` maps the vendor's error words,
    in lower case, to the error to raise. Raises RateLimitedError for 429, BadAnswerError for all that is not known.
    """
    if response.status == 429:
        raise RateLimitedError("the identity service allows no more calls now", limit="unknown")
    if response.status >= 500:
        raise BadAnswerError(f"the identity service answered {response.status}")
    body = parse_json(response)
    if not isinstance(body, dict):
        raise BadAnswerError("the identity service answered a list")
    word = body.get("error")
    if word is None and response.status == 200:
        return body
    known = refused.get(str(word).lower())
    if known is None:
        raise BadAnswerError(f"the identity service answered {response.status} with an unknown refusal")
    if known is RateLimitedError:
        raise RateLimitedError("the identity service allows no more tokens now", limit="unknown")
    raise known(f"the identity service said {str(word).lower()}")


def read_text(body: Mapping[str, Any], name: str) -> str:
    """A text that must be there. Raises BadAnswerError."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadAnswerError(f"the identity service sent no {name}")
    return value


def read_optional_text(body: Mapping[str, Any], name: str) -> str | None:
    """A text that may be absent. Raises BadAnswerError when it is something else."""
    return None if body.get(name) is None else read_text(body, name)


def read_life(body: Mapping[str, Any]) -> timedelta:
    """How long an access token lives: `expires_in_sec` where there is one (old Zoho answers count `expires_in` in
    milliseconds then), else `expires_in`. Raises BadAnswerError."""
    seconds = body.get("expires_in_sec", body.get("expires_in"))
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds <= _LONGEST_LIFE_SECONDS:
        raise BadAnswerError("the identity service sent no usable expires_in")
    return timedelta(seconds=seconds)


COMMON_REFUSALS: Mapping[str, type[Exception]] = {
    "invalid_client": AppRefusedError,
    "unauthorized_client": AppRefusedError,
    "invalid_grant": GrantRefusedError,
}
"""Error words of RFC 6749, section 5.2, that mean the same everywhere."""
