"""`python -m scheduler`: bring the store up to date, then serve."""

from scheduler.app import NAME, build
from scheduler.settings import Settings
from sync_kit.app import run_service
from sync_kit.store.migrate import upgrade

if __name__ == "__main__":
    settings = Settings.load()
    upgrade(settings.database_url, NAME)
    run_service(NAME, settings, build)
