"""The models and the migrations say the same."""

from pathlib import Path

from scheduler.store import METADATA
from sync_kit.store.migrate import differences, upgrade


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    upgrade(url, "scheduler")
    assert differences(url, METADATA) == []
