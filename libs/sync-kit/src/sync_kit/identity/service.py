"""Service to service: a token of 60 seconds, signed with the key that our services share.

It opens /internal/... and nothing else, and is never taken for a partner's token: other algorithm, other audience.
"""

from typing import Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import SecretStr

from sync_kit.clock import Clock, SystemClock
from sync_kit.errors import UnauthorisedError
from sync_kit.identity.skew import CLOCK_SKEW_SECONDS

INTERNAL_AUDIENCE: Final = "internal"

_ALGORITHMS = ["HS256"]
_LIFE_SECONDS = 60
_MIN_KEY_BYTES = 32


class ServiceIdentity:
    """This service's name and the shared key. Raises ValueError for a key below 32 bytes: HS256 needs as many."""

    def __init__(self, name: str, key: SecretStr, clock: Clock | None = None) -> None:
        raw = key.get_secret_value().encode()
        if len(raw) < _MIN_KEY_BYTES:
            raise ValueError(f"the service key needs at least {_MIN_KEY_BYTES} bytes")
        self.name = name
        self._key = OctKey.import_key(raw)
        self._clock = clock or SystemClock()

    def issue_token(self) -> str:
        """A token that says who calls, for the next 60 seconds."""
        now = int(self._clock.now().timestamp())
        claims = {"sub": self.name, "aud": INTERNAL_AUDIENCE, "iat": now, "exp": now + _LIFE_SECONDS}
        return jwt.encode({"alg": "HS256"}, claims, self._key, algorithms=_ALGORITHMS)

    def verify_service(self, token: str) -> str:
        """The calling service's name. Raises UnauthorisedError."""
        try:
            claims = jwt.decode(token, self._key, algorithms=_ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                now=int(self._clock.now().timestamp()),
                leeway=CLOCK_SKEW_SECONDS,
                exp={"essential": True},
                aud={"essential": True, "value": INTERNAL_AUDIENCE},
            ).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise UnauthorisedError("the service token is not valid", code="invalid_token") from error
        name = claims.get("sub")
        if not isinstance(name, str) or not name:
            raise UnauthorisedError("the service token is not valid", code="invalid_token")
        return name
