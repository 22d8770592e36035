"""What a process finds in its environment is what its settings ask for."""

from typing import Any

import pytest

import auth.settings
import scheduler.settings
import xero_writer.settings
import zoho_reader.settings
from sync_kit.settings import ServiceSettings
from zoho2xero.engines import Engines
from zoho2xero.engines.addresses import SERVICES, Installation
from zoho2xero.home import Secrets
from zoho2xero.up.environment import Surroundings
from zoho2xero.vendors import point_at_sandbox

SETTINGS: dict[str, type[ServiceSettings]] = {
    "auth": auth.settings.Settings,
    "scheduler": scheduler.settings.Settings,
    "zoho_reader": zoho_reader.settings.Settings,
    "xero_writer": xero_writer.settings.Settings,
}
SECRETS = Secrets(
    operator_token="o" * 40, service_key="s" * 40, vault_key="YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
)


def surroundings(**changes: Any) -> Surroundings:
    engines = Engines(database_url="postgresql://p:w@127.0.0.1:1/postgres", kafka_bootstrap="127.0.0.1:2")
    facts: dict[str, Any] = {
        "installation": Installation(engines),
        "secrets": SECRETS,
        "vendors": point_at_sandbox("http://127.0.0.1:3"),
        "replicas": 2,
        "front_url": "http://127.0.0.1:4",
        "public_url": "https://books.example",
    }
    return Surroundings(**{**facts, **changes})


def load(service: str, monkeypatch: pytest.MonkeyPatch, around: Surroundings, base: dict[str, str]) -> Any:
    for name, value in around.build_environment(base, service, 5).items():
        monkeypatch.setenv(name, value)
    return SETTINGS[service].load()


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_starts_on_the_engines_with_replicas(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(service, monkeypatch, surroundings(settings={"LOG_LEVEL": "WARNING"}), {})
    assert settings.database_url == f"postgresql://p:w@127.0.0.1:1/zoho2xero_{service}"
    assert settings.bus_url == "kafka://127.0.0.1:2"
    assert (settings.host, settings.port, settings.replicas) == ("127.0.0.1", 5, 2)
    assert (settings.auth_url, settings.public_url) == ("http://127.0.0.1:4", "https://books.example")
    assert settings.service_key.get_secret_value() == SECRETS.service_key
    assert settings.log_level == "WARNING"


def test_auth_knows_the_sandbox_and_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load("auth", monkeypatch, surroundings(), {})
    assert settings.operator_token.get_secret_value() == SECRETS.operator_token
    assert settings.vault_keys["home"].get_secret_value() == SECRETS.vault_key
    assert settings.zoho_data_centres["eu"].api_url == "http://127.0.0.1:3/zoho/eu"
    assert settings.xero_api_url == "http://127.0.0.1:3/xero"


def test_settings_of_the_surrounding_environment_reach_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    base = {"XERO_WRITER_WORKERS": "2", "XERO_WRITER_PORT": "9"}
    settings = load("xero_writer", monkeypatch, surroundings(), base)
    assert (settings.workers, settings.port) == (2, 5)


def test_only_auth_is_given_what_only_auth_may_know() -> None:
    for service in set(SERVICES) - {"auth"}:
        values = " ".join(surroundings().build_environment({}, service, 5).values())
        assert SECRETS.operator_token not in values
        assert SECRETS.vault_key not in values
