import pytest

from sync_kit.clock import SystemClock
from sync_kit.errors import AnswerLostError
from sync_kit.http import HttpClient, HttpRequest, HttpResponse, asgi_transport, parse_json
from sync_kit.testing import ScriptedServer, answer_json


async def test_the_script_answers_and_the_requests_are_kept() -> None:
    async def script(request: HttpRequest) -> HttpResponse:
        return answer_json({"asked": request.url}, status=201, retry_after="3")

    server = ScriptedServer(script)
    http = HttpClient(clock=SystemClock(), transport=asgi_transport({"a.test": server}))
    request = HttpRequest("POST", "http://a.test/x", headers={"X-One": "1"}, params={"q": "a b"}, body=b"sent")
    response = await http.send(request, timeout_seconds=5)
    assert (response.status, response.headers["retry-after"]) == (201, "3")
    assert parse_json(response) == {"asked": "http://scripted/x?q=a%20b"}
    (kept,) = server.requests
    assert (kept.method, kept.headers["x-one"], kept.body) == ("POST", "1", b"sent")


async def test_none_cuts_the_connection_after_the_request_was_taken() -> None:
    server = ScriptedServer(lambda _: None)
    http = HttpClient(clock=SystemClock(), transport=asgi_transport({"a.test": server}))
    with pytest.raises(AnswerLostError):
        await http.send(HttpRequest("POST", "http://a.test/x"), timeout_seconds=5)
    assert len(server.requests) == 1
