"""Write a file that only its owner can read, whole or not at all."""

import os
from pathlib import Path


def write_private_file(file: Path, content: bytes) -> None:
    """Replace `file`; a writer that is killed leaves the old one."""
    draft = file.with_name(f"{file.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        output.write(content)
    draft.replace(file)
