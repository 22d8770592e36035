"""`python -m zoho_reader`: bring the store up to date, then serve."""

from sync_kit.app import run_service
from sync_kit.store.migrate import upgrade
from zoho_reader.app import NAME, build
from zoho_reader.settings import Settings

if __name__ == "__main__":
    settings = Settings.load()
    upgrade(settings.database_url, "zoho_reader")
    run_service(NAME, settings, build)
