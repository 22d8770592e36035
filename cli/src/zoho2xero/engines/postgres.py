"""A PostgreSQL server on loopback, as a plain process, with its data in a folder."""

import os
import secrets
import shutil
import signal
from pathlib import Path

from sync_kit.clock import Clock
from zoho2xero.engines.engine_folder import EngineFolder, EngineRecord
from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.owned_process import OwnedProcess, read_end
from zoho2xero.engines.places import find_account, keep_port, open_way
from zoho2xero.engines.postgres_answers import find_trouble
from zoho2xero.engines.running import run
from zoho2xero.private_file import write_private_file

FOLDER = "engines/postgres"
START_WITHIN_SECONDS = 60.0
STOP_WITHIN_SECONDS = 20.0
_MOST_CONNECTIONS = 300
"""Four services with replicas, each with its pool, and tests beside them."""


class PostgresServer:
    """The server of `home`. `durable=False` leaves out the waiting for the disk: for data that nobody wants to
    keep, since it survives a kill of the server but not of the machine."""

    def __init__(
        self,
        home: Path,
        programs: Path,
        *,
        clock: Clock,
        durable: bool = True,
    ) -> None:
        self._home = home
        self._programs = programs
        self._folder = EngineFolder(home / FOLDER, "postgres")
        self._clock = clock
        self._durable = durable

    @property
    def url(self) -> str:
        """Where it listens, as its superuser. Raises EngineError before its first start."""
        record = self._folder.get_record()
        return f"postgresql://postgres:{record.password}@127.0.0.1:{record.port}/postgres"

    async def is_running(self) -> bool:
        """Whether its process runs."""
        return self._folder.find_process() is not None

    async def start(self) -> None:
        """Run it and wait until it answers; nothing to do when it runs. Raises EngineError.

        A start that is broken off leaves nothing running.
        """
        if await self.is_running():
            await self._wait_until_it_answers()
            return
        account = find_account()
        self._folder.path.mkdir(parents=True, exist_ok=True)
        if account is not None:
            open_way(self._home, self._folder.path, account)
        data = self._folder.path / "data"
        before = self._folder.find_record()
        if before is None or not (data / "PG_VERSION").exists():
            before = await self._make_data(data)
        record = before.model_copy(update={"port": keep_port(before.port)})
        process = OwnedProcess.start(
            [str(self._programs / "postgres"), "-D", str(data), "-p", str(record.port), *self._list_options()],
            log_file=self._folder.log_file,
            folder=data,
            account=account,
        )
        try:
            self._folder.keep_process(process, record)
            await self._wait_until_it_answers()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End it: connections are cut, what was committed is on the disk."""
        process = self._folder.find_process()
        if process is not None:
            await process.end(signal.SIGINT, STOP_WITHIN_SECONDS, self._clock)

    async def kill(self) -> None:
        """SIGKILL; the next start recovers from its log."""
        process = self._folder.find_process()
        if process is not None:
            await process.kill_with_children(STOP_WITHIN_SECONDS, self._clock)

    def _list_options(self) -> list[str]:
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",  # their paths may not be long, and nobody needs them
            "max_connections": str(_MOST_CONNECTIONS),
        }
        if not self._durable:
            # Commits stay synchronous: what was answered must have left the server before somebody kills it.
            options |= {"fsync": "off", "full_page_writes": "off"}
        return [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]

    async def _make_data(self, data: Path) -> EngineRecord:
        account = find_account()
        shutil.rmtree(data, ignore_errors=True)  # of a start that was broken off
        record = EngineRecord(port=keep_port(None), password=secrets.token_urlsafe(24))
        work = self._folder.path / "initdb"
        work.mkdir(mode=0o700, exist_ok=True)
        data.mkdir(mode=0o700)
        password_file = work / "password"
        write_private_file(password_file, record.password.encode())
        if account is not None:
            for place in (work, password_file, data):
                os.chown(place, account.user_id, account.group_id)
        try:
            # A password although it is loopback: whoever is superuser of a server can run programs as its account.
            await run(
                *(str(self._programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth=password"),
                *(f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C", "--no-sync"),
                folder=work,
                account=account,
            )
        finally:
            shutil.rmtree(work)
        self._folder.write_record(record)
        return record

    async def _wait_until_it_answers(self) -> None:
        give_up_at = self._clock.monotonic() + START_WITHIN_SECONDS
        while True:
            if not await self.is_running() or self._clock.monotonic() > give_up_at:
                raise EngineError(f"PostgreSQL did not start. {read_end(self._folder.log_file)}")
            trouble = await find_trouble(self.url)
            if trouble is None:
                return
            await self._clock.sleep(0.05)
