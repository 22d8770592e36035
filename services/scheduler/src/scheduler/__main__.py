"""`python -m scheduler`: the service on its own."""

from scheduler.app import NAME, build
from scheduler.settings import Settings
from sync_kit.app import run_service

if __name__ == "__main__":
    run_service(NAME, Settings.load(), build)
