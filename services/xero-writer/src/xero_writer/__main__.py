"""`python -m xero_writer`: bring the store up to date, then serve."""

from sync_kit.app import run_service
from sync_kit.store.migrate import upgrade
from xero_writer.app import NAME, build
from xero_writer.settings import Settings

if __name__ == "__main__":
    settings = Settings.load()
    upgrade(settings.database_url, "xero_writer")
    run_service(NAME, settings, build)
