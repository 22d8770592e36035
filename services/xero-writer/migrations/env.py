"""xero-writer's migrations; see sync_kit.store.migrate."""

from xero_writer.store import METADATA
from sync_kit.store.migrate import run_environment

run_environment(METADATA)
