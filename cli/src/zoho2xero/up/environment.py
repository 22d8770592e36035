"""What a service's process finds in its environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoho2xero.engines.addresses import SERVICES, Installation
from zoho2xero.home import Secrets
from zoho2xero.vendors import VendorSettings


@dataclass(frozen=True)
class Surroundings:
    """What all services of one system share. `settings` are further ones of every service, without prefix."""

    installation: Installation
    secrets: Secrets
    vendors: VendorSettings
    replicas: int
    front_url: str
    public_url: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def build_environment(self, base: Mapping[str, str], service: str, port: int) -> dict[str, str]:
        """`base` with all that one process of `service` (its import name) needs."""
        own: dict[str, Any] = {
            **self.settings,
            "DATABASE_URL": self.installation.build_database_url(service),
            "BUS_URL": self.installation.bus_url,
            "AUTH_URL": self.front_url,
            "PUBLIC_URL": self.public_url,
            "SERVICE_KEY": self.secrets.service_key,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "REPLICAS": str(self.replicas),
        }
        if service == "auth":
            own |= {
                "OPERATOR_TOKEN": self.secrets.operator_token,
                "VAULT_KEYS": {"home": self.secrets.vault_key},
                "VAULT_CURRENT_KEY": "home",
                **{name.upper(): value for name, value in self.vendors.items()},
            }
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in own.items()}
        return {**base, **{f"{SERVICES[service]}{name}": text for name, text in texts.items()}}
