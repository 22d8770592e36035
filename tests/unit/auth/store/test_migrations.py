"""The store as migrations make it is the store that the code expects."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine

from auth.store import METADATA
from sync_kit.store.migrate import differences, upgrade


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'auth.db'}"
    upgrade(url, "auth")
    assert differences(url, METADATA) == []
    upgrade(url, "auth")


def test_partial_indexes_agree_in_their_conditions(tmp_path: Path) -> None:
    migrated, modelled = tmp_path / "migrated.db", tmp_path / "modelled.db"
    upgrade(f"sqlite:///{migrated}", "auth")
    engine = create_engine(f"sqlite:///{modelled}")
    METADATA.create_all(engine)
    engine.dispose()
    found = []
    for file in (migrated, modelled):
        with closing(sqlite3.connect(file)) as database:
            rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
            found.append({name: " ".join(sql.split()) for name, sql in rows})
    assert found[0] == found[1]
    assert set(found[0]) == {"uq_connections_live_organisation", "uq_grants_xero_user"}
