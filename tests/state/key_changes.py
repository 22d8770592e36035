"""An operator changes keys, as the commands of `python -m auth` do it."""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from tests.chaos.house import House

from auth.domain.sealing import KEY_BYTES, Keyring
from auth.store import METADATA
from auth.usecases.keep_signing_keys import SigningKeys
from auth.usecases.rewrap_vault import rewrap_vault
from sync_kit.store import Store


class KeyChanges:
    """The keys of one house. Its vault's keys are settings of auth: who changes them has to start it again."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._numbers = count(1)

    async def change_signing_key(self, *, at_once: bool) -> None:
        """A key that signs once everybody knows it; at once: the older ones sign and open nothing any more."""
        async with self._open_store() as store:
            keys = SigningKeys(store, self._make_keyring(), None)
            await (keys.replace_at_once() if at_once else keys.rotate())

    def add_vault_key(self) -> None:
        """A newer key beside the older one, for processes that start from now on."""
        made = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        self._house.vault_keys = {**self._house.vault_keys, f"changed-{next(self._numbers)}": made}

    async def rewrap_vault(self) -> None:
        """Everything sealed anew; the older keys are taken out of the settings."""
        async with self._open_store() as store:
            await rewrap_vault(store=store, keyring=self._make_keyring())
        self._house.vault_keys = dict([list(self._house.vault_keys.items())[-1]])

    def _make_keyring(self) -> Keyring:
        keys = {name: base64.b64decode(key) for name, key in self._house.vault_keys.items()}
        return Keyring(keys, list(keys)[-1])

    @asynccontextmanager
    async def _open_store(self) -> AsyncIterator[Store]:
        url = f"sqlite:///{self._house.folder}/auth.db"
        store = Store.open(url, metadata=METADATA, clock=self._house.wire_clock, name="auth-command", one_writer=True)
        try:
            yield store
        finally:
            await store.close()
