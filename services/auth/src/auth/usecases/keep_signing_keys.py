"""The key that signs API tokens: configured, or made once and kept sealed; every public half stays published."""

import asyncio
from typing import Any

from pydantic import SecretStr

from auth.domain.sealing import Keyring
from auth.store.signing_keys import insert_public_key, list_public_keys
from auth.store.vault import find_secret, save_secret
from sync_kit.identity import SigningKey
from sync_kit.store import Store

_PURPOSE = "signing"


class SigningKeys:
    """Hands out the signing key and the JWKS document. A configured PEM is not stored, only its public half is."""

    def __init__(self, store: Store, keyring: Keyring, configured_pem: SecretStr | None) -> None:
        self._store = store
        self._keyring = keyring
        self._configured = None if configured_pem is None else SigningKey.from_pem(configured_pem.get_secret_value())
        self._signer: SigningKey | None = None
        self._lock = asyncio.Lock()

    async def get_signer(self) -> SigningKey:
        """The key to sign with; made at the first call ever if none is configured."""
        async with self._lock:
            if self._signer is None:
                self._signer = await self._load()
            return self._signer

    async def build_jwks(self) -> dict[str, Any]:
        """All public keys, so that tokens signed before a change of keys stay good."""
        await self.get_signer()
        async with self._store.reading() as session:
            return {"keys": list(await list_public_keys(session))}

    async def _load(self) -> SigningKey:
        async with self._store.transaction() as session:
            published = {key["kid"] for key in await list_public_keys(session)}
            if self._configured is not None:
                if self._configured.key_id not in published:
                    await insert_public_key(session, self._configured.key_id, self._configured.public_jwk())
                return self._configured
            for kid in published:
                pem = await find_secret(session, self._keyring, owner=kid, purpose=_PURPOSE)
                if pem is not None:
                    return SigningKey.from_pem(pem.decode())
            made = SigningKey.generate()
            await insert_public_key(session, made.key_id, made.public_jwk())
            await save_secret(session, self._keyring, made.to_pem().encode(), owner=made.key_id, purpose=_PURPOSE)
            return made
