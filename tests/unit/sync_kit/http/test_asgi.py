import asyncio
import contextvars

import pytest

from sync_kit.clock import Clock
from sync_kit.errors import AnswerLostError, LeaseLostError, NotSentError
from sync_kit.http import AsgiApp, HttpClient, HttpRequest, asgi_transport
from sync_kit.http.asgi import Message
from sync_kit.testing import ManualClock


def client_of(
    app: AsgiApp, *, host: str = "api.test", max_body_bytes: int = 100_000, clock: Clock | None = None
) -> HttpClient:
    transport = asgi_transport({host: app})
    return HttpClient(clock=clock or ManualClock(), transport=transport, max_body_bytes=max_body_bytes)


async def give_up(client: HttpClient, clock: ManualClock) -> None:
    """Call until the application has the request, then let the time run out."""
    call = asyncio.create_task(client.send(GET, timeout_seconds=5))
    for _ in range(5):
        await asyncio.sleep(0)
    clock.advance(5)
    with pytest.raises(AnswerLostError):
        await call


def app_sending(*messages: Message) -> AsgiApp:
    async def app(scope: object, receive: object, send: object) -> None:
        for message in messages:
            await send(message)  # type: ignore[operator]

    return app  # type: ignore[return-value]


START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"X-One", b"1")]}
GET = HttpRequest("GET", "https://api.test/things?a=1")


async def test_an_answer_arrives_whole_from_its_chunks() -> None:
    app = app_sending(
        START,
        {"type": "http.response.body", "body": b"ab", "more_body": True},
        {"type": "http.response.body", "body": b"cd"},
    )
    response = await client_of(app).send(GET, timeout_seconds=5)
    assert (response.status, response.headers["x-one"], response.body) == (200, "1", b"abcd")


async def test_the_application_sees_what_was_sent() -> None:
    seen: dict[str, object] = {}

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        message = await receive()
        seen.update(path=scope["path"], query=scope["query_string"], body=message["body"])
        seen["x"] = dict(scope["headers"])[b"x-own"]
        await send(START)
        await send({"type": "http.response.body", "body": b""})

    request = HttpRequest("POST", "https://api.test/a%20b?q=1", headers={"X-Own": "v"}, body=b"payload")
    await client_of(app).send(request, timeout_seconds=5)
    assert seen == {"path": "/a b", "query": b"q=1", "body": b"payload", "x": b"v"}


@pytest.mark.parametrize("key", ["api.test", "https://api.test", "https://api.test/base"])
async def test_routes_are_found_by_host_or_base_url(key: str) -> None:
    app = app_sending(START, {"type": "http.response.body"})
    assert (await client_of(app, host=key).send(GET, timeout_seconds=5)).status == 200


async def test_a_host_without_a_route_cannot_be_connected_to() -> None:
    with pytest.raises(NotSentError):
        await client_of(app_sending(), host="other.test").send(GET, timeout_seconds=5)


@pytest.mark.parametrize(
    "messages",
    [
        (),
        (START,),
        (START, {"type": "http.response.body", "body": b"half", "more_body": True}),
        (
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1048576")]},
            {"type": "http.response.body", "body": b"", "more_body": True},
        ),
        (
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]},
            {"type": "http.response.body", "body": b"short"},
        ),
    ],
)
async def test_an_unfinished_answer_is_a_cut_connection(messages: tuple[Message, ...]) -> None:
    with pytest.raises(AnswerLostError):
        await client_of(app_sending(*messages)).send(GET, timeout_seconds=5)


async def test_an_application_that_fails_is_a_cut_connection_with_its_cause() -> None:
    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        raise KeyError("broken")

    with pytest.raises(AnswerLostError) as caught:
        await client_of(app).send(GET, timeout_seconds=5)
    assert isinstance(caught.value.__cause__, Exception)
    assert isinstance(caught.value.__cause__.__cause__, KeyError)


async def test_an_endless_body_is_cut_by_the_cap_and_the_application_is_told() -> None:
    ended = asyncio.Event()
    sent = 0

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        nonlocal sent
        await send(START)
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})
                sent += 1
        except OSError:
            ended.set()

    with pytest.raises(AnswerLostError, match="larger"):
        await client_of(app, max_body_bytes=10_000).send(GET, timeout_seconds=5)
    await asyncio.wait_for(ended.wait(), 5)
    assert sent < 20


async def test_an_application_goes_on_after_its_caller_gave_up() -> None:
    gate = asyncio.Event()
    committed = asyncio.Event()

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        await gate.wait()
        committed.set()

    clock = ManualClock()
    await give_up(client_of(app, clock=clock), clock)
    gate.set()
    await asyncio.wait_for(committed.wait(), 5)


async def test_closing_the_client_ends_what_still_runs() -> None:
    cancelled = asyncio.Event()

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    clock = ManualClock()
    client = client_of(app, clock=clock)
    await give_up(client, clock)
    await client.close()
    assert cancelled.is_set()


async def test_the_application_hears_of_a_caller_that_left() -> None:
    heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        await receive()
        heard.set_result((await receive())["type"])

    clock = ManualClock()
    client = client_of(app, clock=clock)
    await give_up(client, clock)
    assert await asyncio.wait_for(heard, 5) == "http.disconnect"


async def test_the_hooks_run_before_and_after_the_application_took_the_request() -> None:
    seen: list[str] = []

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        seen.append("app")
        await send(START)
        await send({"type": "http.response.body"})

    await client_of(app).send(
        GET, timeout_seconds=5, before_send=lambda: seen.append("before"), after_send=lambda: seen.append("after")
    )
    assert seen == ["before", "app", "after"]


async def test_a_refused_send_never_reaches_the_application() -> None:
    called = False

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        nonlocal called
        called = True

    def refuse() -> None:
        raise LeaseLostError("gone")

    with pytest.raises(LeaseLostError):
        await client_of(app).send(GET, timeout_seconds=5, before_send=refuse)
    assert not called


async def test_context_variables_do_not_cross_the_wire() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="nothing")
    variable.set("of the caller")
    seen: list[str] = []

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        seen.append(variable.get())
        await send(START)
        await send({"type": "http.response.body"})

    await client_of(app).send(GET, timeout_seconds=5)
    assert seen == ["nothing"]
