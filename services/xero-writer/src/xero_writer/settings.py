"""What xero-writer reads from its environment; only the composition root looks at it."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from sync_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables begin with XERO_WRITER_."""

    model_config = SettingsConfigDict(env_prefix="XERO_WRITER_")

    digest_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="secret of the keyed digests; without one it is made at the first start and kept in the store",
    )
    workers: int = Field(default=4, ge=1, le=64, description="how many tenants are worked for at once")
