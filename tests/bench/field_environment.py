"""An environment of its own for the vendor's SDK, so that nothing of it gets into ours; made once and kept."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from zoho2xero.engines.places import find_cache

PACKAGE: Final = "xero-python==15.2.0"
INSTALL_WITHIN_SECONDS: Final = 300


class NoSdkError(Exception):
    """The SDK cannot be had here; the message says why."""


def prepare_sdk() -> Path:
    """The Python of an environment that holds the SDK. Raises NoSdkError."""
    folder = find_cache(os.environ) / f"bench-{PACKAGE.replace('==', '-')}"
    python = folder / "bin" / "python"
    if _holds_sdk(python):
        return python
    try:
        _run(sys.executable, "-m", "uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        _run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python), PACKAGE)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise NoSdkError(f"{PACKAGE} cannot be installed: {said.strip()[-300:]}") from error
    return python


def _holds_sdk(python: Path) -> bool:
    return python.exists() and subprocess.run([python, "-c", "import xero_python"], capture_output=True).returncode == 0


def _run(*arguments: str) -> None:
    subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=INSTALL_WITHIN_SECONDS)
