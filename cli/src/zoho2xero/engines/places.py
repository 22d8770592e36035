"""Where things lie: free ports, the cache of what was fetched, and who runs PostgreSQL when we are root."""

import os
import pwd
import random
import socket
import stat
from collections.abc import Mapping
from pathlib import Path

from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.owned_process import Account

CACHE_VARIABLE = "ZOHO2XERO_CACHE"
UNPRIVILEGED = ("postgres", "nobody")


def find_free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on now, all different. They lie below those that systems give to outgoing
    connections, so that a server that is restarted finds its port free."""
    found: list[int] = []
    for port in random.sample(range(20_000, 32_000), 12_000):
        if len(found) == count:
            break
        if is_free(port):
            found.append(port)
    return found


def find_free_port() -> int:
    """One of them."""
    return find_free_ports(1)[0]


def is_free(port: int) -> bool:
    """Whether nobody listens there on loopback."""
    with socket.socket() as probe:
        # As servers do: a connection that has just ended does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def refuse_taken_port(port: int) -> None:
    """Raises EngineError when somebody listens there already."""
    if not is_free(port):
        raise EngineError(f"Port {port} is taken by another process; choose another one.")


def keep_port(port: int | None) -> int:
    """`port` if it is given and free, so that addresses stay the same over a restart; else a free one."""
    return port if port is not None and is_free(port) else find_free_port()


def find_cache(environment: Mapping[str, str]) -> Path:
    """The folder for programs that were fetched. Root's own home is closed to the account that runs PostgreSQL, so
    root's cache is the machine's."""
    if environment.get(CACHE_VARIABLE):
        return Path(environment[CACHE_VARIABLE]).resolve()
    return Path("/var/cache/zoho2xero") if os.geteuid() == 0 else Path.home() / ".cache" / "zoho2xero"


def find_account() -> Account | None:
    """None for an ordinary user. PostgreSQL refuses to run as root, so root runs it as another account.

    Raises EngineError when there is none.
    """
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EngineError("PostgreSQL does not run as root, and there is no account postgres or nobody to run it as.")


def open_way(home: Path, folder: Path, account: Account) -> None:
    """Let `account` pass through `home` down to `folder`: it can list none of them, and what is secret there is closed
    to it.

    Raises EngineError when a folder above `home` is closed to it.
    """
    for ours in (folder, *folder.parents):
        ours.chmod(stat.S_IMODE(ours.stat().st_mode) | stat.S_IXOTH)
        if ours == home:
            break
    for above in home.parents:
        if not _may_enter(above.stat(), account):
            raise EngineError(
                f"As root, PostgreSQL runs as the account {account.name}, which may not enter {above}: "
                "choose another folder with --home, or run this as an ordinary user."
            )


def _may_enter(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.user_id:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.group_id:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
