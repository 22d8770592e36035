"""Access tokens of our public API: JWT signed with Ed25519.

The header says `EdDSA`. RFC 9864 replaces that name because it does not tell the curve; libraries of 2026 still know
the old name best, so the name stays and the curve is pinned here: a key of another curve is refused.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import UnsupportedAlgorithmError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from sync_kit.clock import Clock
from sync_kit.identity.principal import PUBLIC_AUDIENCE, Principal

ALGORITHM: Final = "EdDSA"
CURVE: Final = "Ed25519"


class PinnedRegistry(JWSRegistry):
    """Knows one algorithm and no other, whatever a token's header asks for."""

    def get_alg(self, name: str) -> Any:  # joserfc does not export the type
        if name != ALGORITHM:
            raise UnsupportedAlgorithmError(f"the algorithm is {ALGORITHM}")
        return self.algorithms[ALGORITHM]


class SigningKey:
    """A private key of ours. Its id is the key's thumbprint, so that the same key has the same id everywhere."""

    def __init__(self, key: OKPKey) -> None:
        if key.as_dict(private=False).get("crv") != CURVE or not key.is_private:
            raise ValueError(f"a signing key is a private key on {CURVE}")
        self._key = key
        self.key_id = key.thumbprint()

    @classmethod
    def generate(cls) -> "SigningKey":
        """A new key."""
        return cls(OKPKey.generate_key(CURVE))

    @classmethod
    def from_pem(cls, pem: str) -> "SigningKey":
        """A key from PKCS8 PEM text. Raises ValueError when it is not one or is on another curve."""
        try:
            key = OKPKey.import_key(pem)
        except (ValueError, TypeError) as error:
            raise ValueError("the signing key is not a PEM that can be read") from error
        return cls(key)

    def to_pem(self) -> str:
        """The private key as PKCS8 PEM: keep it encrypted."""
        return self._key.as_pem(private=True).decode("ascii")

    def public_jwk(self) -> dict[str, Any]:
        """The public half for the JWKS document."""
        public = self._key.as_dict(private=False)
        return {**public, "kid": self.key_id, "use": "sig", "alg": ALGORITHM}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JWT with these claims."""
        header = {"alg": ALGORITHM, "kid": self.key_id, "typ": "at+jwt"}
        return jwt.encode(header, dict(claims), self._key, registry=PinnedRegistry())


def sign_access_token(
    key: SigningKey,
    principal: Principal,
    *,
    clock: Clock,
    expires_in_seconds: int,
    issuer: str | None = None,
    audience: str = PUBLIC_AUDIENCE,
) -> str:
    """An access token for `principal`."""
    now = int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "sub": principal.client_id,
        "partner_id": principal.partner_id,
        "scope": " ".join(sorted(principal.scopes)),
        "aud": audience,
        "iat": now,
        "exp": now + expires_in_seconds,
        "jti": secrets.token_urlsafe(12),
    }
    if issuer is not None:
        claims["iss"] = issuer
    return key.sign(claims)


def build_jwks(keys: Sequence[SigningKey]) -> dict[str, Any]:
    """The JWKS document of these keys."""
    return {"keys": [key.public_jwk() for key in keys]}
