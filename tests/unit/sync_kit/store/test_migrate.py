"""Migrations: found beside the code, whole or not at all, and in agreement with the tables that the code declares."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table
from tests.fixtures.raw_stores import read_tables

from sync_kit.store import KitTables
from sync_kit.store.migrate import differences, find_migrations, upgrade

ENVIRONMENT = """
from sqlalchemy import MetaData
from sync_kit.store import KitTables
from sync_kit.store.migrate import run_environment

metadata = MetaData()
KitTables(metadata)
run_environment(metadata)
"""

FIRST = """
from sync_kit.store.kit_schema import create_kit_tables_1

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_kit_tables_1()
"""

BROKEN = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO inbox (event_id, received_at) VALUES ('x', '2026-01-05')")
    raise RuntimeError("killed in the middle")
"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A service in a source tree: src/<package> with migrations beside src."""
    package = tmp_path / "quick-service" / "src" / "quick_service"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    versions = tmp_path / "quick-service" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text(ENVIRONMENT)
    (versions / "0001_first.py").write_text(FIRST)
    monkeypatch.syspath_prepend(str(package.parent))
    yield versions.parent
    sys.modules.pop("quick_service", None)


def declare_kit_tables() -> MetaData:
    metadata = MetaData()
    KitTables(metadata)
    return metadata


def test_version_1_of_the_kits_schema_is_what_the_kits_tables_say(service: Path, lasting_url: str) -> None:
    upgrade(lasting_url, "quick_service")
    assert differences(lasting_url, declare_kit_tables()) == []


def test_a_column_or_table_that_no_migration_makes_is_a_difference(service: Path, lasting_url: str) -> None:
    upgrade(lasting_url, "quick_service")
    metadata = declare_kit_tables()
    metadata.tables["inbox"].append_column(Column("extra", String))
    Table("forgotten", metadata, Column("id", Integer, primary_key=True))
    assert {difference[0] for difference in differences(lasting_url, metadata)} == {"add_column", "add_table"}


def test_upgrading_twice_changes_nothing(service: Path, lasting_url: str) -> None:
    upgrade(lasting_url, "quick_service")
    upgrade(lasting_url, "quick_service")
    assert differences(lasting_url, declare_kit_tables()) == []


def test_a_migration_that_fails_leaves_the_store_as_it_was(service: Path, lasting_url: str) -> None:
    upgrade(lasting_url, "quick_service")
    before = read_tables(lasting_url)
    (service / "versions" / "0002_broken.py").write_text(BROKEN)
    with pytest.raises(RuntimeError, match="killed in the middle"):
        upgrade(lasting_url, "quick_service")
    assert read_tables(lasting_url) == before
    assert before["alembic_version"] == [("0001",)]


async def test_a_service_can_upgrade_while_its_event_loop_runs(service: Path, lasting_url: str) -> None:
    upgrade(lasting_url, "quick_service")
    assert differences(lasting_url, declare_kit_tables()) == []


def test_in_a_wheel_migrations_lie_inside_the_package(service: Path) -> None:
    assert find_migrations("quick_service") == service
    inside = service.parent / "src" / "quick_service" / "migrations"
    service.rename(inside)
    assert find_migrations("quick_service") == inside


def test_a_package_without_migrations_is_named(service: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no_such_service"):
        find_migrations("no_such_service")
