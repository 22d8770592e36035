"""Ask a PostgreSQL server the little that is needed around its start."""

from collections.abc import Sequence

from zoho2xero.engines.errors import EngineError

_CONNECT_SECONDS = 5


async def find_trouble(url: str) -> str | None:
    """None when a PostgreSQL answers at `url`, else what is wrong."""
    # Loading the driver takes time that commands that need no database must not pay.
    import asyncpg  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        connection = await asyncpg.connect(url, timeout=_CONNECT_SECONDS)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return f"{type(error).__name__}: {error}"
    await connection.close()
    return None


async def make_databases(url: str, names: Sequence[str]) -> list[str]:
    """Make the databases of those names that the server at `url` lacks; the names of those that were made.

    Raises EngineError when the account may not.
    """
    import asyncpg  # noqa: PLC0415

    connection = await asyncpg.connect(url, timeout=_CONNECT_SECONDS)
    try:
        known = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        missing = [name for name in names if name not in known]
        for name in missing:
            await connection.execute(f'CREATE DATABASE "{name}"')
    except asyncpg.PostgresError as error:
        raise EngineError(f"The services' databases could not be made: {error}") from error
    finally:
        await connection.close()
    return missing
