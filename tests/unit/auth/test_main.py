"""The commands of the service."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from tests.fixtures.engines import drop_databases, make_database_url
from tests.fixtures.raw_stores import list_tables, run_raw
from tests.unit.auth.house import NEW_KEY, OLD_KEY, OPERATOR_TOKEN

from auth.__main__ import main
from auth.domain.sealing import Keyring
from sync_kit.identity import SigningKey


@pytest.fixture
def database_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty store, named by the environment, and logging put back afterwards."""
    url = make_database_url(tmp_path, "empty")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    values = {
        "DATABASE_URL": url,
        "BUS_URL": "local://",
        "AUTH_URL": "http://127.0.0.1:1",
        "PUBLIC_URL": "http://127.0.0.1:1",
        "SERVICE_KEY": "k" * 32,
        "OPERATOR_TOKEN": OPERATOR_TOKEN,
        "VAULT_KEYS": json.dumps({"old": OLD_KEY, "new": NEW_KEY}),
        "VAULT_CURRENT_KEY": "new",
        "ZOHO_CLIENT_ID": "z",
        "ZOHO_CLIENT_SECRET": "z",
        "XERO_CLIENT_ID": "x",
        "XERO_CLIENT_SECRET": "x",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"AUTH_{name}", value)
    yield url
    drop_databases(tmp_path)
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_migrate_makes_the_store(database_url: str) -> None:
    main(["migrate"])
    assert {"grants", "vault", "registered_tenants", "outbox"} <= set(list_tables(database_url))


def test_rewrap_seals_everything_with_the_current_key(database_url: str) -> None:
    main(["migrate"])
    sealed = Keyring({"old": b"o" * 32}, "old").seal(b"value", owner="grt_1", purpose="xero")
    run_raw(database_url, "INSERT INTO vault VALUES ('grt_1', 'xero', $1, $2)", sealed.key_id, sealed.blob)
    main(["rewrap"])
    assert run_raw(database_url, "SELECT key_id FROM vault") == [("new",)]


def test_rotating_the_signing_key_publishes_the_next_one_and_at_once_withdraws_the_others(
    database_url: str,
) -> None:
    def list_keys() -> list[str]:
        return [kid for (kid,) in run_raw(database_url, "SELECT kid FROM signing_keys ORDER BY created_at")]

    main(["rotate-signing-key"])
    main(["rotate-signing-key"])
    first, second = list_keys()
    main(["rotate-signing-key", "--at-once"])
    (third,) = list_keys()
    assert len({first, second, third}) == 3


def test_a_configured_signing_key_is_changed_where_it_is_configured(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["rotate-signing-key"])
    configured = SigningKey.generate()
    monkeypatch.setenv("AUTH_SIGNING_KEY_PEM", configured.to_pem())
    with pytest.raises(SystemExit, match="AUTH_SIGNING_KEY_PEM"):
        main(["rotate-signing-key"])
    main(["rotate-signing-key", "--at-once"])
    assert run_raw(database_url, "SELECT kid FROM signing_keys") == [(configured.key_id,)]


@pytest.mark.parametrize(
    "arguments", [["dance"], ["migrate", "now"], ["rewrap", "--at-once"], ["rotate-signing-key", "now"]]
)
def test_an_unknown_command_says_how_to_ask(database_url: str, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="usage"):
        main(arguments)
    assert not Path(database_url.removeprefix("sqlite:///")).exists()
