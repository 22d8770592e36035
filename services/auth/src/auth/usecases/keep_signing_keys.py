"""The key that signs API tokens: configured, or made and kept sealed; with the public halves of all that are in use."""

from typing import Any

from pydantic import SecretStr

from auth.domain.sealing import Keyring
from auth.domain.signing_keys import PublishedKey, choose_signer, list_retired
from auth.errors import SealBrokenError
from auth.store.signing_keys import (
    delete_keys,
    find_private_key,
    list_public_keys,
    list_sealed_keys,
    publish_key,
    save_private_key,
)
from sync_kit.identity import SigningKey
from sync_kit.store import Session, Store


class SigningKeys:
    """Hands out the signing key and the JWKS document. A configured PEM is not stored, only its public half is."""

    def __init__(self, store: Store, keyring: Keyring, configured_pem: SecretStr | None) -> None:
        self._store = store
        self._keyring = keyring
        self._configured = None if configured_pem is None else SigningKey.from_pem(configured_pem.get_secret_value())
        self._configured_is_published = False
        self._opened: dict[str, SigningKey] = {}

    @property
    def is_configured(self) -> bool:
        """Whether the key comes from the settings, so that a new one must come from there too."""
        return self._configured is not None

    async def get_signer(self) -> SigningKey:
        """The key to sign with now; made at the first call ever if none is configured."""
        return (await self._read())[1]

    async def build_jwks(self) -> dict[str, Any]:
        """The public keys of all tokens that may be alive, and of the key that will sign next."""
        keys, signer, retired = await self._read()
        return {"keys": [dict(key.public_jwk) for key in keys if key.kid not in retired or key.kid == signer.key_id]}

    async def rotate(self) -> str:
        """Make and publish the next key, which signs when everybody knows it; returns its id."""
        async with self._store.transaction() as session:
            return await self._make(session)

    async def replace_at_once(self) -> str:
        """A key came into wrong hands: withdraw all but a new one (or but the configured one); returns its id.

        Tokens of the withdrawn keys end as soon as verifiers fetch the keys again, within ten minutes; a fresh token
        may be refused for half a minute, which is how often they ask for a key that they do not know.
        """
        async with self._store.transaction() as session:
            old = {key.kid for key in await list_public_keys(session)}
            if self._configured is None:
                kid = await self._make(session)
            else:
                kid = self._configured.key_id
                await publish_key(session, kid, self._configured.public_jwk())
            await delete_keys(session, old - {kid})
        return kid

    async def forget_retired(self) -> int:
        """Delete keys whose last token has ended; returns how many."""
        _, _, retired = await self._read()
        if retired:
            async with self._store.transaction() as session:
                await delete_keys(session, retired)
        return len(retired)

    async def _read(self) -> tuple[list[PublishedKey], SigningKey, frozenset[str]]:
        async with self._store.reading() as session:
            found = await self._read_in(session)
        if found is None:
            async with self._store.transaction() as session:
                await self._make_first(session)
                found = await self._read_in(session)
        if found is None:
            raise SealBrokenError("the signing key that was just kept is not there")
        return found

    async def _read_in(self, session: Session) -> tuple[list[PublishedKey], SigningKey, frozenset[str]] | None:
        """None when there is no key to sign with yet, or the configured one is not published by this process yet."""
        keys, now = list(await list_public_keys(session)), await session.now()
        signer = self._configured
        if signer is None:
            kid = choose_signer(keys, await list_sealed_keys(session), now)
            signer = None if kid is None else await self._open(session, kid)
        elif not self._configured_is_published:
            return None
        if signer is None or signer.key_id not in {key.kid for key in keys}:
            return None
        return keys, signer, frozenset(list_retired(keys, signer.key_id, now))

    async def _open(self, session: Session, kid: str) -> SigningKey | None:
        if kid not in self._opened:
            pem = await find_private_key(session, self._keyring, kid)
            if pem is None:
                return None
            self._opened = {kid: SigningKey.from_pem(pem)}
        return self._opened[kid]

    async def _make_first(self, session: Session) -> None:
        if self._configured is None:
            if await self._read_in(session) is None:
                await self._make(session)
            return
        keys = await list_public_keys(session)
        if not keys or keys[-1].kid != self._configured.key_id:
            await publish_key(session, self._configured.key_id, self._configured.public_jwk())
        self._configured_is_published = True

    async def _make(self, session: Session) -> str:
        made = SigningKey.generate()
        await publish_key(session, made.key_id, made.public_jwk())
        await save_private_key(session, self._keyring, made.key_id, made.to_pem())
        return made.key_id
