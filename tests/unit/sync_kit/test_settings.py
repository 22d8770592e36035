from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from sync_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="DEMO_")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_URL": "sqlite:////data/demo.db",
        "BUS_URL": "local:////data/bus.db",
        "AUTH_URL": "http://127.0.0.1:8001/",
        "PUBLIC_URL": "https://sync.test",
        "SERVICE_KEY": "canary-" + "k" * 32,
    }.items():
        monkeypatch.setenv(f"DEMO_{name}", value)


def test_settings_come_from_the_environment_under_their_prefix() -> None:
    settings = Settings.load()
    assert (settings.database_url, settings.auth_url) == ("sqlite:////data/demo.db", "http://127.0.0.1:8001")
    assert (settings.log_level, settings.replicas) == ("INFO", 1)


def test_a_mounted_secret_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "demo_service_key").write_text("from-the-file-" + "k" * 32 + "\n")
    (tmp_path / "demo_public_url").write_text("https://file.test")
    monkeypatch.setenv("DEMO_SECRETS_DIR", str(tmp_path))
    monkeypatch.delenv("DEMO_SERVICE_KEY")
    settings = Settings.load()
    assert settings.service_key.get_secret_value() == "from-the-file-" + "k" * 32
    assert settings.public_url == "https://sync.test"


@pytest.mark.parametrize(
    ("name", "value", "engine"),
    [("DATABASE_URL", "postgresql://db/x", "bus_url"), ("BUS_URL", "kafka://k:9092", "database_url")],
)
def test_local_engines_with_replicas_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, engine: str
) -> None:
    monkeypatch.setenv("DEMO_REPLICAS", "2")
    monkeypatch.setenv(f"DEMO_{name}", value)
    with pytest.raises(ValidationError, match=f"{engine}: SQLite and the local log are for one process"):
        Settings.load()


def test_replicas_with_shared_engines_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_REPLICAS", "3")
    monkeypatch.setenv("DEMO_DATABASE_URL", "postgresql://db/x")
    monkeypatch.setenv("DEMO_BUS_URL", "kafka://k:9092")
    assert Settings.load().replicas == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [("SERVICE_KEY", "canary"), ("AUTH_URL", "canary"), ("LOG_LEVEL", "canary"), ("PORT", "canary"), ("REPLICAS", "0")],
)
def test_a_wrong_value_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"DEMO_{name}", value)
    with pytest.raises(ValidationError) as caught:
        Settings.load()
    assert name.lower() in str(caught.value)
    assert "canary" not in str(caught.value)


def test_secrets_do_not_show_in_a_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_DATABASE_URL", "postgresql://user:canary@db/x")
    assert "canary" not in repr(Settings.load()) + str(Settings.load())
