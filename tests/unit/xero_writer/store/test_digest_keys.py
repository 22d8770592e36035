"""The secret of keyed digests: a configured one of any length, or one that is made once and kept."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.fixtures.engines import drop_databases, make_database_url

from sync_kit.store import Store
from sync_kit.testing import ManualClock
from xero_writer.domain.keys import code_key
from xero_writer.store import METADATA
from xero_writer.store.digest_keys import DigestKeys


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    clock = ManualClock()
    store = Store.open(make_database_url(tmp_path, "xero_writer", clock), metadata=METADATA, clock=clock, name="test")
    yield store
    await store.close()
    drop_databases(tmp_path)


async def find_secret(store: Store, keys: DigestKeys) -> bytes:
    async with store.transaction() as session:
        return await keys.get(session)


@pytest.mark.parametrize("length", [16, 32, 200])
async def test_a_configured_secret_of_any_length_makes_digests_of_its_own(store: Store, length: int) -> None:
    secret = await find_secret(store, DigestKeys(b"a" * length))
    other = await find_secret(store, DigestKeys(b"a" * (length - 1) + b"b"))
    assert code_key("BOLT", secret) == code_key("BOLT", secret)
    assert code_key("BOLT", secret) != code_key("BOLT", other)


async def test_a_secret_is_made_once_and_kept(store: Store) -> None:
    made = await find_secret(store, DigestKeys())
    assert await find_secret(store, DigestKeys()) == made


async def test_a_secret_whose_transaction_is_undone_is_forgotten_however_often_it_was_asked_for(store: Store) -> None:
    keys = DigestKeys()

    async def ask_twice_and_fail() -> None:
        async with store.transaction() as session:
            assert await keys.get(session) == await keys.get(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ask_twice_and_fail()
    kept = await find_secret(store, DigestKeys())
    assert await find_secret(store, keys) == kept
