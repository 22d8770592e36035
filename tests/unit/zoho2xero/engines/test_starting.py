"""Which engines are ours: those that the environment does not name."""

from pathlib import Path

import pytest

from zoho2xero.engines import EngineError, list_engines, start_engines, starting, stop_engines
from zoho2xero.engines.engine_folder import EngineFolder, EngineRecord
from zoho2xero.engines.places import find_free_port

BOTH = {"DATABASE_URL": "postgresql://somebody:secret@db.example/postgres", "KAFKA_BOOTSTRAP": "kafka.example:9092"}


@pytest.fixture
def _answering(monkeypatch: pytest.MonkeyPatch) -> None:
    async def find_none(_: str) -> None:
        return None

    monkeypatch.setattr(starting.postgres_answers, "find_trouble", find_none)
    monkeypatch.setattr(starting.kafka_answers, "find_trouble", find_none)


@pytest.mark.usefixtures("_answering")
async def test_servers_that_the_environment_names_are_used_and_are_not_ours_to_end(tmp_path: Path) -> None:
    engines = await start_engines(tmp_path, environment=BOTH)
    assert engines.database_url == BOTH["DATABASE_URL"]
    assert engines.kafka_bootstrap == BOTH["KAFKA_BOOTSTRAP"]
    assert (engines.postgres, engines.kafka, engines.began) == (None, None, ())
    assert await stop_engines(tmp_path) == []


@pytest.mark.usefixtures("_answering")
async def test_the_password_does_not_show_in_a_repr(tmp_path: Path) -> None:
    assert "secret" not in repr(await start_engines(tmp_path, environment=BOTH))


@pytest.mark.parametrize("variable", ["DATABASE_URL", "KAFKA_BOOTSTRAP"])
async def test_a_named_server_that_does_not_answer_is_an_error_that_names_the_variable(
    tmp_path: Path, variable: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    find_trouble = {
        "DATABASE_URL": starting.postgres_answers.find_trouble,
        "KAFKA_BOOTSTRAP": starting.kafka_answers.find_trouble,
    }[variable]
    request.getfixturevalue("_answering")
    place = starting.postgres_answers if variable == "DATABASE_URL" else starting.kafka_answers
    monkeypatch.setattr(place, "find_trouble", find_trouble)
    port = find_free_port()
    nobody = {"DATABASE_URL": f"postgresql://postgres@127.0.0.1:{port}/x", "KAFKA_BOOTSTRAP": f"127.0.0.1:{port}"}
    with pytest.raises(EngineError, match=f"{variable} names does not answer"):
        await start_engines(tmp_path, environment={**BOTH, variable: nobody[variable]})


async def test_engines_that_ran_before_are_listed_although_they_do_not_run(tmp_path: Path) -> None:
    assert list_engines(tmp_path) == {}
    for name in ("postgres", "kafka"):
        folder = tmp_path / "engines" / name
        folder.mkdir(parents=True)
        EngineFolder(folder, name).write_record(EngineRecord(port=21000, password="p"))
    engines = list_engines(tmp_path)
    assert list(engines) == ["PostgreSQL", "Kafka"]
    assert [await engine.is_running() for engine in engines.values()] == [False, False]
    assert engines["Kafka"].url == "127.0.0.1:21000"
    assert await stop_engines(tmp_path) == []


async def test_stopping_where_nothing_ever_was_makes_nothing(tmp_path: Path) -> None:
    assert await stop_engines(tmp_path / "nothing") == []
    assert not (tmp_path / "nothing").exists()
