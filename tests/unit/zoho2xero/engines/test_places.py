"""Ports stay, the cache can be chosen, and the account that runs PostgreSQL gets through."""

import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from zoho2xero.engines import EngineError, places
from zoho2xero.engines.owned_process import Account
from zoho2xero.engines.places import (
    find_cache,
    find_free_port,
    find_free_ports,
    is_free,
    keep_port,
    open_way,
    refuse_taken_port,
)

STRANGER = Account("stranger", 64_123, 64_123)


def test_free_ports_differ_and_lie_below_those_of_outgoing_connections() -> None:
    ports = find_free_ports(50)
    assert len(set(ports)) == 50
    assert all(is_free(port) and port < 32_000 for port in ports)


def test_a_port_that_somebody_listens_on_is_not_given_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "is_free", lambda port: port % 1000 == 7)
    assert {port % 1000 for port in find_free_ports(5)} == {7}


def test_a_port_is_kept_while_nobody_else_has_it() -> None:
    port = find_free_port()
    assert keep_port(port) == port
    with socket.create_server(("127.0.0.1", port)):
        assert keep_port(port) != port
        with pytest.raises(EngineError, match=f"Port {port} is taken"):
            refuse_taken_port(port)
    refuse_taken_port(port)


def test_the_cache_can_be_put_elsewhere(tmp_path: Path) -> None:
    assert find_cache({"ZOHO2XERO_CACHE": str(tmp_path)}) == tmp_path
    assert find_cache({}).name == "zoho2xero"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder below open ones only, as pytest's own are not."""
    with TemporaryDirectory(dir="/tmp") as name:
        yield Path(name)


def test_the_account_may_pass_through_the_home_and_list_nothing_of_it(open_folder: Path) -> None:
    inner = open_folder / "engines" / "postgres"
    inner.mkdir(parents=True)
    folders = (open_folder, open_folder / "engines", inner)
    for folder in folders:
        folder.chmod(0o700)
    open_way(open_folder, inner, STRANGER)
    assert [oct(folder.stat().st_mode & 0o777) for folder in folders] == ["0o701"] * 3


def test_a_closed_folder_above_the_home_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    home = closed / "home"
    home.mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(EngineError, match=f"stranger, which may not enter {closed}: choose another folder"):
        open_way(home, home, STRANGER)
