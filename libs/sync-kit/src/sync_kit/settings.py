"""What every service reads from its environment. A service's `settings.py` subclasses this with its own prefix:

    class Settings(ServiceSettings):
        model_config = SettingsConfigDict(env_prefix="ZOHO_READER_")

    settings = Settings.load()

With `<PREFIX>SECRETS_DIR` set, each file in that folder is a setting of the same name (`<PREFIX>SERVICE_KEY`), as
Kubernetes mounts secrets; the environment wins over a file.
"""

import os
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIN_SERVICE_KEY_BYTES = 32


class ServiceSettings(BaseSettings):
    """Settings that all services have. Neither a repr nor a validation error shows their values."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: str = Field(repr=False, description="sqlite:////absolute/path.db or postgresql://...")
    bus_url: str = Field(repr=False, description="local:////absolute/path.db or kafka://host:port")
    auth_url: str = Field(description="base url of auth, as this service reaches it")
    public_url: str = Field(description="base url under which partners reach the API")
    service_key: SecretStr = Field(description="shared key of the services, at least 32 bytes")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    host: str = Field(default="127.0.0.1", description="address to listen at")
    port: int = Field(default=8000, ge=0, le=65535)
    trusted_proxies: str = Field(default="127.0.0.1", description="addresses whose X-Forwarded-For is believed")
    replicas: int = Field(default=1, ge=1, description="how many processes of this service run")
    client_calls_per_second: float = Field(default=50, gt=0, description="what one API client may call, on average")
    client_burst: int = Field(default=200, ge=1, description="and at once, after a pause")
    address_calls_per_second: float = Field(
        default=5, gt=0, description="what one address may call without a valid token, on average"
    )
    address_burst: int = Field(default=60, ge=1, description="and at once, after a pause")

    @classmethod
    def load(cls) -> Self:
        """Read the environment and the secrets folder. Raises pydantic's ValidationError naming each fault."""
        folder = os.environ.get(f"{cls.model_config.get('env_prefix', '')}SECRETS_DIR")
        return cls(_secrets_dir=folder) if folder else cls()

    @field_validator("auth_url", "public_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("must be an absolute http(s) url")
        return url.rstrip("/")

    @field_validator("service_key")
    @classmethod
    def _long_enough(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value().encode()) < MIN_SERVICE_KEY_BYTES:
            raise ValueError(f"must have at least {MIN_SERVICE_KEY_BYTES} bytes")
        return key

    @model_validator(mode="after")
    def _one_process_for_local_engines(self) -> Self:
        if self.replicas > 1:
            local = [
                name
                for name, is_local in (
                    ("database_url", self.database_url.startswith("sqlite")),
                    ("bus_url", self.bus_url.startswith("local")),
                )
                if is_local
            ]
            if local:
                raise ValueError(
                    f"{' and '.join(local)}: SQLite and the local log are for one process; "
                    "use PostgreSQL and Kafka, or set replicas to 1"
                )
        return self
