"""Run a program to its end and read what it says."""

import asyncio
from pathlib import Path

from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.owned_process import Account


async def run(*arguments: str, folder: Path | None = None, account: Account | None = None) -> str:
    """What it printed. A caller that is cancelled leaves no process behind.

    Raises EngineError when the program is not there or fails, with the end of what it said.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,
            user=account.user_id if account else None,
            group=account.group_id if account else None,
            extra_groups=[] if account else None,
        )
    except OSError as error:
        raise EngineError(f"{arguments[0]} cannot be run: {error.strerror}") from error
    try:
        said, _ = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    text = said.decode(errors="replace")
    if process.returncode != 0:
        raise EngineError(f"{Path(arguments[0]).name} failed with status {process.returncode}: {text[-2000:].strip()}")
    return text
