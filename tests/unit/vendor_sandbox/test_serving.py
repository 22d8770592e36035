"""The whole sandbox behind a real server on the loopback interface: what a client sees of cut connections."""

import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from vendor_sandbox.app import Sandbox, create_sandbox


class Served:
    """A sandbox, its server and where it listens."""

    def __init__(self) -> None:
        self.sandbox: Sandbox = create_sandbox()
        config = uvicorn.Config(
            self.sandbox.app,
            port=0,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.server.run, daemon=True)

    def start(self) -> str:
        self._thread.start()
        while not self.server.started:
            self._thread.join(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(10)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Sandbox, str]]:
    made = Served()
    base_url = made.start()
    yield made.sandbox, base_url
    made.stop()


@pytest.fixture
def http(served: tuple[Sandbox, str]) -> Iterator[httpx.Client]:
    served[0].faults.clear()
    with httpx.Client(base_url=served[1], timeout=10, trust_env=False) as client:
        yield client


def test_both_vendors_and_the_control_api_answer_on_one_port(http: httpx.Client) -> None:
    assert http.get("/healthz").status_code == 200
    assert http.get("/zoho/eu/crm/v8/org").status_code == 401
    assert http.get("/xero/api.xro/2.0/Organisation").status_code in {401, 403}
    assert http.get("/_control").status_code == 200


def test_addresses_in_answers_are_those_of_the_caller(http: httpx.Client) -> None:
    locations = http.get("/zoho/us/oauth/serverinfo").json()["locations"]
    assert locations["eu"] == f"{str(http.base_url).rstrip('/')}/zoho/eu"


@pytest.mark.parametrize("kind", ["lost_request", "lost_answer", "truncated"])
def test_a_cut_connection_is_a_broken_answer_to_the_client(
    served: tuple[Sandbox, str], http: httpx.Client, kind: str
) -> None:
    served[0].faults.add_rule("zoho", kind)
    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/zoho/eu/crm/v8/org")
    assert http.get("/zoho/eu/crm/v8/org").status_code == 401


def test_an_endless_answer_ends_when_the_client_goes(served: tuple[Sandbox, str], http: httpx.Client) -> None:
    served[0].faults.add_rule("zoho", "endless")
    size = 0
    with http.stream("GET", "/zoho/eu/crm/v8/org") as response:
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > 3_000_000:
                break
    assert size > 3_000_000
    assert http.get("/healthz").status_code == 200
