"""The zoho-reader's migrations; see sync_kit.store.migrate."""

from sync_kit.store.migrate import run_environment
from zoho_reader.store import METADATA

run_environment(METADATA)
