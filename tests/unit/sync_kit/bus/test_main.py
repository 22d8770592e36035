"""`python -m sync_kit.bus` says what it did, and by its status whether it could."""

import pytest

from sync_kit.bus import __main__ as command
from sync_kit.errors import TryLaterError


def set_topics(monkeypatch: pytest.MonkeyPatch, answer: list[str] | Exception) -> list[tuple[str, int, int]]:
    asked: list[tuple[str, int, int]] = []

    async def ensure_topics(url: str, *, partitions: int, replication: int) -> list[str]:
        asked.append((url, partitions, replication))
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(command, "ensure_topics", ensure_topics)
    return asked


def test_it_prints_what_was_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked = set_topics(monkeypatch, ["runs: created", "tenants: created"])
    assert command.main(["--bus-url", "kafka://h", "--partitions", "24", "--replication", "3"]) == 0
    assert asked == [("kafka://h", 24, 3)]
    assert capsys.readouterr().out == "runs: created\ntenants: created\n"


def test_nothing_to_do_is_said_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked = set_topics(monkeypatch, [])
    assert command.main(["--bus-url", "kafka://h"]) == 0
    assert asked == [("kafka://h", 12, 1)]
    assert "every topic is as it must be" in capsys.readouterr().out


def test_a_broker_that_is_away_is_told_by_the_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_topics(monkeypatch, TryLaterError("the topics were not made: KafkaConnectionError"))
    assert command.main(["--bus-url", "kafka://h"]) == 1
    assert "were not made" in capsys.readouterr().err


def test_a_wrong_url_is_a_wrong_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(["--bus-url", "local://x"])
    assert caught.value.code == 2
    assert "kafka://" in capsys.readouterr().err
