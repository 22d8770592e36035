"""xero-writer's migrations; see sync_kit.store.migrate."""

from sync_kit.store.migrate import run_environment
from xero_writer.store import METADATA

run_environment(METADATA)
