"""The service's commands, beside serving."""

import pytest
from tests.fixtures.engines import drop_databases, make_database_url

from scheduler.__main__ import main


def test_dead_letters_are_listed_and_replayed_without_the_service(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path_factory.mktemp("home")
    values = {
        "DATABASE_URL": make_database_url(folder, "scheduler"),
        "BUS_URL": "local://",
        "AUTH_URL": "http://127.0.0.1:1",
        "PUBLIC_URL": "http://127.0.0.1:1",
        "SERVICE_KEY": "k" * 32,
    }
    for name, value in values.items():
        monkeypatch.setenv(f"SCHEDULER_{name}", value)
    for arguments, status, said in (
        (["dead-letters", "list"], 0, ""),
        (["dead-letters", "replay", "--all"], 0, "no dead letters\n"),
        (["dead-letters", "replay", "--id", "x"], 1, "no such dead letter\n"),
        (["serve-me"], 2, ""),
    ):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert (caught.value.code, capsys.readouterr().out) == (status, said)
    drop_databases(folder)
