"""What auth reads from its environment (prefix AUTH_). Only the composition root and `__main__` look at it."""

from base64 import b64decode
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from sync_kit.settings import ServiceSettings

VAULT_KEY_BYTES = 32

ZOHO_SCOPES = (
    "ZohoCRM.modules.accounts.READ",
    "ZohoCRM.modules.contacts.READ",
    "ZohoCRM.modules.vendors.READ",
    "ZohoCRM.modules.products.READ",
    "ZohoCRM.modules.quotes.READ",
    "ZohoCRM.modules.salesorders.READ",
    "ZohoCRM.modules.purchaseorders.READ",
    "ZohoCRM.modules.invoices.READ",
    "ZohoCRM.settings.modules.READ",
    "ZohoCRM.settings.fields.READ",
    "ZohoCRM.settings.currencies.READ",
    "ZohoCRM.org.READ",
    "ZohoCRM.users.READ",
    "ZohoCRM.coql.READ",
    "ZohoCRM.composite_requests.CUSTOM",
)
"""What reading the CRM needs (Zoho: scopes page)."""

XERO_SCOPES = (
    "offline_access",
    "accounting.contacts",
    "accounting.invoices",
    "accounting.payments",
    "accounting.settings.read",
)
"""Granular scopes (Xero: granular scopes FAQ). Whether writing items needs `accounting.settings` besides is not
documented clearly; a tenant whose Xero asks for it is set up with it here."""


class DataCentreUrls(BaseModel):
    """The three addresses of one Zoho data centre."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accounts_url: str
    api_url: str
    web_url: str

    @field_validator("*")
    @classmethod
    def _absolute(cls, url: str) -> str:
        return _check_url(url)


class Settings(ServiceSettings):
    """Settings of auth. Secrets never show in a repr or in an error."""

    model_config = SettingsConfigDict(env_prefix="AUTH_")

    operator_token: SecretStr = Field(description="bearer token that registers partners, at least 32 characters")
    vault_keys: dict[str, SecretStr] = Field(description="key id -> 32 bytes in base64; two while a key is rotated")
    vault_current_key: str = Field(description="id of the key that seals")
    signing_key_pem: SecretStr | None = Field(
        default=None, description="Ed25519 private key (PKCS8 PEM) for API tokens; without it one is made and kept"
    )
    zoho_client_id: str = Field(description="our app at Zoho")
    zoho_client_secret: SecretStr
    zoho_scopes: tuple[str, ...] = ZOHO_SCOPES
    zoho_data_centres: dict[str, DataCentreUrls] | None = Field(
        default=None, description="location -> addresses; without it Zoho's own ten"
    )
    zoho_default_data_centre: str = Field(default="us", description="where a consent begins if nobody says where")
    xero_client_id: str = Field(description="our app at Xero")
    xero_client_secret: SecretStr
    xero_scopes: tuple[str, ...] = XERO_SCOPES
    xero_login_url: str = "https://login.xero.com"
    xero_identity_url: str = "https://identity.xero.com"
    xero_api_url: str = Field(default="https://api.xero.com", description="without /api.xro/2.0")

    @field_validator("operator_token")
    @classmethod
    def _hard_to_guess(cls, token: SecretStr) -> SecretStr:
        if len(token.get_secret_value()) < VAULT_KEY_BYTES:
            raise ValueError("must have at least 32 characters")
        return token

    @field_validator("xero_login_url", "xero_identity_url", "xero_api_url")
    @classmethod
    def _absolute(cls, url: str) -> str:
        return _check_url(url)

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        if self.vault_current_key not in self.vault_keys:
            raise ValueError("vault_current_key names none of vault_keys")
        for key_id, key in self.vault_keys.items():
            if len(decode_key(key)) != VAULT_KEY_BYTES:
                raise ValueError(f"the vault key {key_id} is not {VAULT_KEY_BYTES} bytes in base64")
        return self


def decode_key(key: SecretStr) -> bytes:
    """The bytes of a vault key; none of them when it is not base64."""
    try:
        return b64decode(key.get_secret_value(), validate=True)
    except ValueError:
        return b""


def _check_url(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("must be an absolute http(s) url")
    return url.rstrip("/")
