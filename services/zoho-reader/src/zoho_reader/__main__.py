"""`python -m zoho_reader`: the service on its own."""

from sync_kit.app import run_service
from zoho_reader.app import NAME, build
from zoho_reader.settings import Settings

if __name__ == "__main__":
    run_service(NAME, Settings.load(), build)
