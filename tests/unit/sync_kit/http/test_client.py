import asyncio
import gzip
import socket

import pytest
from tests.unit.sync_kit.http.conftest import WireServer, answer_with, stay_silent

from sync_kit.clock import SystemClock
from sync_kit.errors import AnswerLostError, BadAnswerError, LeaseLostError, NotSentError
from sync_kit.http import HttpClient, HttpRequest
from sync_kit.testing import ManualClock


async def test_a_whole_answer_comes_back_with_lower_cased_headers(http: HttpClient, wire: WireServer) -> None:
    wire.answer = answer_with(b"HTTP/1.1 404 Nope\r\nX-Limit: 3\r\nX-Limit: 4\r\nContent-Length: 4\r\n\r\ngone")
    response = await http.send(HttpRequest("GET", f"{wire.url}/a"), timeout_seconds=5)
    assert (response.status, response.body, response.headers["x-limit"]) == (404, b"gone", "3, 4")


async def test_method_headers_params_and_body_reach_the_server_exactly(http: HttpClient, wire: WireServer) -> None:
    request = HttpRequest(
        "PUT", f"{wire.url}/a?x=1", headers={"X-Own": "yes"}, params=[("y", "a b"), ("y", "c&d")], body=b"\x00bytes"
    )
    await http.send(request, timeout_seconds=5)
    head, body = wire.requests[0].split(b"\r\n\r\n")
    assert head.startswith(b"PUT /a?x=1&y=a%20b&y=c%26d HTTP/1.1\r\n")
    assert b"x-own: yes" in head
    assert body == b"\x00bytes"


async def test_a_form_is_sent_url_encoded(http: HttpClient, wire: WireServer) -> None:
    await http.send(HttpRequest("POST", wire.url, form={"grant_type": "a b"}), timeout_seconds=5)
    assert b"content-type: application/x-www-form-urlencoded" in wire.requests[0]
    assert wire.requests[0].endswith(b"grant_type=a+b")


async def test_a_refused_connection_means_nothing_was_sent(http: HttpClient) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(NotSentError):
        await http.send(HttpRequest("POST", f"http://127.0.0.1:{port}/"), timeout_seconds=5)


async def test_time_running_out_before_the_write_means_nothing_was_sent(wire: WireServer, clock: ManualClock) -> None:
    client = HttpClient(clock=clock, max_connections=1)
    wire.answer = stay_silent
    holder = asyncio.create_task(client.send(HttpRequest("GET", wire.url), timeout_seconds=60))
    await wire.arrived.wait()
    waiting = asyncio.create_task(client.send(HttpRequest("POST", wire.url), timeout_seconds=30))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert clock.count_sleepers() == 2
    clock.advance(30)
    with pytest.raises(NotSentError):
        await waiting
    clock.advance(30)
    with pytest.raises(AnswerLostError):
        await holder
    await client.close()
    assert len(wire.requests) == 1


async def test_silence_after_the_write_is_a_lost_answer(http: HttpClient, wire: WireServer, clock: ManualClock) -> None:
    wire.answer = stay_silent
    call = asyncio.create_task(http.send(HttpRequest("POST", wire.url), timeout_seconds=30))
    await wire.arrived.wait()
    clock.advance(30)
    with pytest.raises(AnswerLostError):
        await call
    assert len(wire.requests) == 1
    assert clock.count_sleepers() == 0


async def test_a_slow_drip_does_not_outlive_the_total_time(
    http: HttpClient, wire: WireServer, clock: ManualClock
) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        for _ in range(4):
            writer.write(b".")
            await writer.drain()
            clock.advance(10)
        await asyncio.Event().wait()

    wire.answer = drip
    with pytest.raises(AnswerLostError):
        await asyncio.wait_for(http.send(HttpRequest("GET", wire.url), timeout_seconds=30), 10)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 O",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"not http at all\r\n\r\n",
    ],
)
async def test_a_cut_or_garbled_answer_is_lost(http: HttpClient, wire: WireServer, answer: bytes) -> None:
    wire.answer = answer_with(answer, then_close=True)
    with pytest.raises(AnswerLostError):
        await http.send(HttpRequest("POST", wire.url), timeout_seconds=5)


async def test_an_answer_above_the_cap_is_lost_and_not_read_to_its_end(http: HttpClient, wire: WireServer) -> None:
    async def never_end(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65536)
            await writer.drain()

    wire.answer = never_end
    with pytest.raises(AnswerLostError, match="larger than 1000 bytes"):
        await asyncio.wait_for(http.send(HttpRequest("GET", wire.url), timeout_seconds=60, max_bytes=1000), 10)


def gzip_answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


async def test_gzip_is_unpacked(http: HttpClient, wire: WireServer) -> None:
    wire.answer = answer_with(gzip_answer(gzip.compress(b"hello" * 1000)))
    assert (await http.send(HttpRequest("GET", wire.url), timeout_seconds=5)).body == b"hello" * 1000


async def test_a_small_packed_body_that_unpacks_above_the_cap_is_lost(http: HttpClient, wire: WireServer) -> None:
    packed = gzip.compress(b"\0" * 50_000_000)
    assert len(packed) < 100_000
    wire.answer = answer_with(gzip_answer(packed))
    with pytest.raises(AnswerLostError, match="larger"):
        await http.send(HttpRequest("GET", wire.url), timeout_seconds=5)


async def test_gzip_that_ends_early_is_lost(http: HttpClient, wire: WireServer) -> None:
    wire.answer = answer_with(gzip_answer(gzip.compress(b"hello" * 1000)[:-9]))
    with pytest.raises(AnswerLostError, match="early"):
        await http.send(HttpRequest("GET", wire.url), timeout_seconds=5)


async def test_damaged_gzip_and_unoffered_packing_are_bad_answers(http: HttpClient, wire: WireServer) -> None:
    wire.answer = answer_with(gzip_answer(b"this is not gzip"))
    with pytest.raises(BadAnswerError):
        await http.send(HttpRequest("GET", wire.url), timeout_seconds=5)
    wire.answer = answer_with(b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 1\r\n\r\nx")
    with pytest.raises(BadAnswerError):
        await http.send(HttpRequest("GET", wire.url), timeout_seconds=5)


async def test_a_redirect_is_an_answer_and_is_not_followed(http: HttpClient, wire: WireServer) -> None:
    wire.answer = answer_with(
        b"HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n",
    )
    assert (await http.send(HttpRequest("GET", wire.url), timeout_seconds=5)).status == 302
    assert len(wire.requests) == 1


async def test_a_cookie_is_not_kept(http: HttpClient, wire: WireServer) -> None:
    wire.answer = answer_with(b"HTTP/1.1 200 OK\r\nset-cookie: sid=1; Path=/\r\ncontent-length: 0\r\n\r\n")
    await http.send(HttpRequest("GET", wire.url), timeout_seconds=5)
    await http.send(HttpRequest("GET", wire.url), timeout_seconds=5)
    assert b"cookie" not in wire.requests[1].lower()


async def test_proxies_of_the_environment_are_ignored(wire: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    client = HttpClient(clock=SystemClock())
    assert (await client.send(HttpRequest("GET", wire.url), timeout_seconds=5)).status == 200
    await client.close()


def test_certificate_files_of_the_environment_are_ignored(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    HttpClient(clock=clock)


async def test_what_before_send_raises_stops_the_request(http: HttpClient, wire: WireServer) -> None:
    def refuse() -> None:
        raise LeaseLostError("gone")

    with pytest.raises(LeaseLostError):
        await http.send(HttpRequest("POST", wire.url), timeout_seconds=5, before_send=refuse)
    assert wire.requests == []
    assert (await http.send(HttpRequest("GET", wire.url), timeout_seconds=5)).status == 200


async def test_the_hooks_run_once_around_the_write(http: HttpClient, wire: WireServer) -> None:
    seen: list[str] = []

    async def answer(writer: asyncio.StreamWriter) -> None:
        seen.append("arrived")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    wire.answer = answer
    await http.send(
        HttpRequest("POST", wire.url, body=b"x"),
        timeout_seconds=5,
        before_send=lambda: seen.append("before"),
        after_send=lambda: seen.append("after"),
    )
    assert sorted(seen) == ["after", "arrived", "before"]
    assert seen[0] == "before"


async def test_a_request_can_be_pinned_to_an_address(http: HttpClient, wire: WireServer) -> None:
    request = HttpRequest("GET", f"http://name.invalid:{wire.port}/hook", connect_to="127.0.0.1")
    assert (await http.send(request, timeout_seconds=5)).status == 200
    assert f"host: name.invalid:{wire.port}".encode() in wire.requests[0].lower()


async def test_a_cancelled_caller_is_cancelled_and_not_told_of_a_lost_answer(
    http: HttpClient, wire: WireServer
) -> None:
    wire.answer = stay_silent
    call = asyncio.create_task(http.send(HttpRequest("GET", wire.url), timeout_seconds=30))
    await wire.arrived.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
