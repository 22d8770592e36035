import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, ValidationError

from sync_kit.errors import TryLaterError
from sync_kit.logs import bind_context, configure_logging, get_logger


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Configured logging, put back as it was afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    configure_logging("INFO", service="auth", stream=written)
    yield written
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_time_level_service_and_ids(stream: io.StringIO) -> None:
    get_logger("my.module").info("page_read", rows=200, tenant_id="t1")
    (line,) = lines_of(stream)
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "page_read", "rows": 200, "tenant_id": "t1", "level": "info", "logger": "my.module", "service": "auth",
    }  # fmt: skip


def test_bound_ids_are_on_every_line_inside_and_on_none_outside(stream: io.StringIO) -> None:
    with bind_context(run_id="r1"):
        get_logger("a").info("inside")
        logging.getLogger("library").warning("inside too")
    get_logger("a").info("outside")
    assert [line.get("run_id") for line in lines_of(stream)] == ["r1", "r1", None]


def test_below_the_level_nothing_is_written(stream: io.StringIO) -> None:
    get_logger("a").debug("quiet")
    logging.getLogger("library").debug("quiet")
    assert stream.getvalue() == ""


def test_secrets_in_fields_and_in_the_texts_of_libraries_are_hidden(stream: io.StringIO) -> None:
    get_logger("a").info("asked", access_token="canary", detail="mail canary@example.com")
    logging.getLogger("library").warning("url https://a.test/x?code=%s", "canary")
    logging.getLogger("library").warning("sent Bearer canary")
    assert "canary" not in stream.getvalue()
    assert len(lines_of(stream)) == 3


class Person(BaseModel):
    age: int


def test_an_exception_tells_type_and_place_and_never_the_text_of_others(stream: io.StringIO) -> None:
    def fail() -> None:
        try:
            Person.model_validate({"age": "canary"})
        except ValidationError as error:
            raise KeyError("canary") from error

    for logger in (get_logger("a"), logging.getLogger("library")):
        try:
            fail()
        except KeyError:
            logger.exception("failed")
    assert "canary" not in stream.getvalue()
    for line in lines_of(stream):
        assert [cause["type"] for cause in line["exception"]] == ["KeyError", "ValidationError"]
        assert any("test_logs.py" in place and "fail" in place for place in line["exception"][0]["places"])


def test_the_text_of_our_own_errors_is_told(stream: io.StringIO) -> None:
    try:
        raise TryLaterError("auth answered 503")
    except TryLaterError:
        get_logger("a").exception("failed")
    assert lines_of(stream)[0]["exception"][0]["message"] == "auth answered 503"


def test_an_error_group_tells_what_is_inside(stream: io.StringIO) -> None:
    try:
        raise ExceptionGroup("canary", [KeyError("canary"), ValueError("canary")])
    except ExceptionGroup:
        get_logger("a").exception("failed")
    inside = lines_of(stream)[0]["exception"][0]["inside"]
    assert [error["type"] for error in inside] == ["KeyError", "ValueError"]
    assert "canary" not in stream.getvalue()


def test_only_the_first_line_of_a_library_is_kept(stream: io.StringIO) -> None:
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=KeyError('canary')>"
    )
    (line,) = lines_of(stream)
    assert line["event"] == "Task exception was never retrieved"


def test_chatty_libraries_are_quiet_below_warnings(stream: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://a.test")
    assert stream.getvalue() == ""


def test_a_library_that_repeats_itself_is_heard_once_a_minute(stream: io.StringIO) -> None:
    configure_logging("INFO", stream=stream)
    library, other = logging.getLogger("aiokafka.conn"), logging.getLogger("demo")
    for second in (0, 1, 59, 60, 61):
        for logger in (library, other):
            record = logger.makeRecord(logger.name, logging.ERROR, "x.py", 1, "no way to %s", (f"host-{second}",), None)
            record.created = 1_800_000_000.0 + second
            logger.handle(record)
    said = [(line["logger"], line["event"]) for line in lines_of(stream)]
    assert [event for name, event in said if name == "aiokafka.conn"] == ["no way to host-0", "no way to host-60"]
    assert len([event for name, event in said if name == "demo"]) == 5
