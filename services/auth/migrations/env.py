"""Alembic's entry: the migrations of auth's store."""

from auth.store import METADATA
from sync_kit.store.migrate import run_environment

run_environment(METADATA)
