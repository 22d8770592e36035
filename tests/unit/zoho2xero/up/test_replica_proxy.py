"""Requests go to the ready replicas in turn, and are repeated only where that is safe."""

from collections import Counter
from collections.abc import Mapping

import pytest

from sync_kit.http import HttpClient, HttpRequest, HttpResponse, asgi_transport
from sync_kit.testing import ApiClient, ManualClock, ScriptedServer
from zoho2xero.front import PREFIXES, Front
from zoho2xero.up.replica_proxy import MOST_BODY_BYTES, ReplicaProxy

URLS = ("http://one", "http://two", "http://three")


class Replicas:
    """Three replicas behind a proxy. What each was asked is in `asked`; each can be gone, unready or cut off."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, HttpRequest]] = []
        self.unready: set[str] = set()
        self.cutting: set[str] = set()
        self.answer = HttpResponse(200, {"content-type": "text/plain", "x-own": "1"}, b"done")
        self._servers = {name: ScriptedServer(self._script(name)) for name in ("one", "two", "three")}
        self.reach(*self._servers)

    def reach(self, *names: str) -> None:
        """Only these replicas run."""
        transport = asgi_transport({name: self._servers[name] for name in names})
        self.proxy = ReplicaProxy(URLS, HttpClient(clock=ManualClock(), transport=transport))
        self.api = ApiClient(self.proxy)

    def count(self) -> Mapping[str, int]:
        return Counter(name for name, _ in self.asked)

    def _script(self, name: str):  # type: ignore[no-untyped-def]
        def answer(request: HttpRequest) -> HttpResponse | None:
            if request.url.endswith("/readyz"):
                return HttpResponse(503 if name in self.unready else 200)
            self.asked.append((name, request))
            return None if name in self.cutting else self.answer

        return answer


@pytest.fixture
def replicas() -> Replicas:
    return Replicas()


async def test_requests_go_to_each_replica_in_turn(replicas: Replicas) -> None:
    for _ in range(6):
        await replicas.api.get("/v1/syncs")
    assert replicas.count() == {"one": 2, "two": 2, "three": 2}


async def test_a_replica_that_is_not_ready_gets_nothing_until_it_is(replicas: Replicas) -> None:
    replicas.unready = {"two"}
    await replicas.proxy.look()
    for _ in range(6):
        await replicas.api.get("/v1/syncs")
    assert replicas.count() == {"one": 3, "three": 3}
    replicas.unready = set()
    await replicas.proxy.look()
    for _ in range(3):
        await replicas.api.get("/v1/syncs")
    assert replicas.count()["two"] == 1


async def test_a_request_that_reached_nobody_goes_to_the_next_whatever_it_is(replicas: Replicas) -> None:
    replicas.reach("three")
    for _ in range(3):
        assert (await replicas.api.post("/v1/syncs", {"a": 1})).status == 200
    assert replicas.count() == {"three": 3}


async def test_a_write_whose_answer_was_lost_is_not_sent_twice(replicas: Replicas) -> None:
    replicas.cutting = {"one", "two", "three"}
    answer = await replicas.api.post("/v1/syncs", {"a": 1})
    assert (answer.status, len(replicas.asked)) == (502, 1)
    assert answer.json["detail"] == "the answer was lost: whether the request was carried out is not known"


async def test_a_read_whose_answer_was_lost_is_asked_of_the_next(replicas: Replicas) -> None:
    replicas.cutting = {"one", "two"}
    assert (await replicas.api.get("/v1/syncs")).status == 200


async def test_with_no_replica_at_all_it_says_so(replicas: Replicas) -> None:
    replicas.reach()
    answer = await replicas.api.get("/v1/syncs")
    assert (answer.status, answer.json["detail"]) == (502, "no replica of this service answers")


async def test_an_unready_service_answers_for_itself(replicas: Replicas) -> None:
    replicas.unready = {"one", "two", "three"}
    await replicas.proxy.look()
    assert (await replicas.api.get("/v1/syncs")).status == 200


async def test_a_request_arrives_as_it_was_sent(replicas: Replicas) -> None:
    await replicas.api.post("/v1/a%2Fb?q=x%20y&q=2", {"amount": 1}, headers={"authorization": "Bearer t", "x-a": "b"})
    [(_, request)] = replicas.asked
    assert request.method == "POST"
    assert request.url.endswith("/v1/a%2Fb?q=x%20y&q=2")
    assert request.body == b'{"amount":1}'
    assert (request.headers["authorization"], request.headers["x-a"]) == ("Bearer t", "b")


async def test_a_caller_cannot_say_from_where_it_calls(replicas: Replicas) -> None:
    await replicas.api.get("/v1/a", headers={"x-forwarded-for": "10.9.8.7", "x-forwarded-proto": "https"})
    [(_, request)] = replicas.asked
    assert request.headers["x-forwarded-for"] != "10.9.8.7"
    assert request.headers["x-forwarded-proto"] == "http"


async def test_an_answer_arrives_as_it_was_given(replicas: Replicas) -> None:
    replicas.answer = HttpResponse(409, {"content-type": "application/problem+json", "retry-after": "3"}, b'{"a":1}')
    answer = await replicas.api.get("/v1/a")
    assert (answer.status, answer.body) == (409, b'{"a":1}')
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["content-length"] == "7"


async def test_a_body_above_the_cap_reaches_no_replica(replicas: Replicas) -> None:
    answer = await replicas.api.post("/v1/a", body=b"x" * (MOST_BODY_BYTES + 1))
    assert (answer.status, replicas.asked) == (413, [])


async def test_the_front_asks_all_services_whether_they_are_ready(replicas: Replicas) -> None:
    front = ApiClient(Front(dict.fromkeys(sorted(set(PREFIXES.values())), replicas.proxy)))
    assert (await front.get("/readyz")).status == 200
    replicas.unready = {"one", "two", "three"}
    assert (await front.get("/readyz")).status == 503


async def test_a_services_own_pages_are_asked_for_without_their_prefix(replicas: Replicas) -> None:
    front = ApiClient(Front({"auth": replicas.proxy}))
    await front.get("/services/auth/metrics")
    [(_, request)] = replicas.asked
    assert request.url.endswith("/metrics")
    assert "services" not in request.url


async def test_half_a_request_is_passed_on_to_nobody(replicas: Replicas) -> None:
    parts = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])

    async def receive():  # type: ignore[no-untyped-def]
        return next(parts)

    async def send(_: object) -> None:
        raise AssertionError("nobody listens any more")

    scope = {
        "type": "http", "method": "POST", "path": "/v1/a", "raw_path": b"/v1/a", "query_string": b"", "scheme": "http",
        "headers": [(b"content-length", b"10")], "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await replicas.proxy(scope, receive, send)
    assert replicas.asked == []
