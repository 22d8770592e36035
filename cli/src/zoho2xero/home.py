"""The folder of a standalone system: its stores, and secrets that it makes for itself on the first start."""

import base64
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from sync_kit.contracts import codec
from zoho2xero.private_file import write_private_file

SECRETS_FILE = "secrets.json"


@dataclass(frozen=True)
class Secrets:
    """What only this installation knows. `operator_token` makes partners; the others never leave the process."""

    operator_token: str
    service_key: str
    vault_key: str

    def __repr__(self) -> str:
        return "Secrets(...)"


def prepare_home(home: Path) -> Secrets:
    """The secrets of `home`; made, with the folder, if it is new. Only the owner can read the file."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = home / SECRETS_FILE
    if not file.exists():
        made = Secrets(
            operator_token=secrets.token_urlsafe(32),
            service_key=secrets.token_urlsafe(48),
            vault_key=base64.b64encode(os.urandom(32)).decode(),
        )
        write_private_file(file, codec.dumps(asdict(made)))
    return read_secrets(home)


def read_secrets(home: Path) -> Secrets:
    """The secrets of a home that was started before. Raises FileNotFoundError."""
    return Secrets(**codec.loads((home / SECRETS_FILE).read_bytes()))
