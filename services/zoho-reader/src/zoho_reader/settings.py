"""What the zoho-reader reads from its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sync_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Beyond what all services have: how much is read again, and how long a tenant's turn is."""

    model_config = SettingsConfigDict(env_prefix="ZOHO_READER_")

    overlap_seconds: int = Field(default=120, ge=0, le=86_400, description="read again before each watermark")
    settled_after_seconds: int = Field(
        default=300, ge=0, le=86_400, description="by Zoho's clock, no change older than this can still appear"
    )
    slice_calls: int = Field(default=20, ge=1, le=200, description="calls to Zoho in one tenant's turn")
    slice_seconds: int = Field(default=30, ge=1, le=50, description="length of one tenant's turn")
    workers: int = Field(default=4, ge=1, le=64, description="tenants served at once by this process")
