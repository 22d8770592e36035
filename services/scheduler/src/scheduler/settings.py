"""What the scheduler reads from its environment."""

from pydantic_settings import SettingsConfigDict

from sync_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """The scheduler needs nothing beyond what all services have."""

    model_config = SettingsConfigDict(env_prefix="SCHEDULER_")
