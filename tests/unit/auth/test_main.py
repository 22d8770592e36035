"""The commands of the service."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog
from tests.unit.auth.house import NEW_KEY, OLD_KEY, OPERATOR_TOKEN

from auth.__main__ import main
from auth.domain.sealing import Keyring
from sync_kit.identity import SigningKey


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store that does not exist yet, named by the environment, and logging put back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    values = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'auth.db'}",
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
    yield tmp_path / "auth.db"
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_migrate_makes_the_store(database: Path) -> None:
    main(["migrate"])
    with closing(sqlite3.connect(database)) as opened:
        tables = {row[0] for row in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"grants", "vault", "registered_tenants", "outbox"} <= tables


def test_rewrap_seals_everything_with_the_current_key(database: Path) -> None:
    main(["migrate"])
    sealed = Keyring({"old": b"o" * 32}, "old").seal(b"value", owner="grt_1", purpose="xero")
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("INSERT INTO vault VALUES ('grt_1', 'xero', ?, ?)", (sealed.key_id, sealed.blob))
        opened.commit()
    main(["rewrap"])
    with closing(sqlite3.connect(database)) as opened:
        assert opened.execute("SELECT key_id FROM vault").fetchall() == [("new",)]


def test_rotating_the_signing_key_publishes_the_next_one_and_at_once_withdraws_the_others(database: Path) -> None:
    def list_keys() -> list[str]:
        with closing(sqlite3.connect(database)) as opened:
            return [row[0] for row in opened.execute("SELECT kid FROM signing_keys ORDER BY created_at")]

    main(["rotate-signing-key"])
    main(["rotate-signing-key"])
    first, second = list_keys()
    main(["rotate-signing-key", "--at-once"])
    (third,) = list_keys()
    assert len({first, second, third}) == 3


def test_a_configured_signing_key_is_changed_where_it_is_configured(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["rotate-signing-key"])
    configured = SigningKey.generate()
    monkeypatch.setenv("AUTH_SIGNING_KEY_PEM", configured.to_pem())
    with pytest.raises(SystemExit, match="AUTH_SIGNING_KEY_PEM"):
        main(["rotate-signing-key"])
    main(["rotate-signing-key", "--at-once"])
    with closing(sqlite3.connect(database)) as opened:
        assert opened.execute("SELECT kid FROM signing_keys").fetchall() == [(configured.key_id,)]


@pytest.mark.parametrize(
    "arguments", [["dance"], ["migrate", "now"], ["rewrap", "--at-once"], ["rotate-signing-key", "now"]]
)
def test_an_unknown_command_says_how_to_ask(database: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="usage"):
        main(arguments)
    assert not database.exists()
