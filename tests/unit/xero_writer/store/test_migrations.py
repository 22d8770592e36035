"""The store as migrations make it is the store that the code expects."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine

from sync_kit.store.migrate import differences, upgrade
from xero_writer.store import METADATA


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'writer.db'}"
    upgrade(url, "xero_writer")
    assert differences(url, METADATA) == []
    upgrade(url, "xero_writer")


def test_partial_indexes_agree_in_their_conditions(tmp_path: Path) -> None:
    migrated, modelled = tmp_path / "migrated.db", tmp_path / "modelled.db"
    upgrade(f"sqlite:///{migrated}", "xero_writer")
    engine = create_engine(f"sqlite:///{modelled}")
    METADATA.create_all(engine)
    engine.dispose()
    found = []
    for file in (migrated, modelled):
        with closing(sqlite3.connect(file)) as database:
            rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
            found.append({name: " ".join(sql.split()) for name, sql in rows})
    assert found[0] == found[1]
    assert set(found[0]) == {"one_open_intent_per_record"}
