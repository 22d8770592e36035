"""The one HTTP contract between services: auth lends short-lived vendor access tokens.

`POST /internal/vendor-tokens` with a service identity. Refresh tokens never leave auth. A caller that was refused
names the generation it used, so that a hundred refusals are one refresh.
"""

from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr

from sync_kit.contracts.vocabulary import Vendor

VENDOR_TOKENS_PATH: Final = "/internal/vendor-tokens"


class VendorTokenRequest(BaseModel):
    """Ask for a token; `failed_generation` is the one that the vendor refused with 401, if any.

    `missing_scope` says that the vendor refused for want of a scope: no refresh helps, a person must consent again.
    `withdrawn` says that the vendor answered that this organisation is no longer connected (Xero 403).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant_id: str
    vendor: Vendor
    failed_generation: int | None = None
    missing_scope: bool = False
    withdrawn: bool = False


class VendorToken(BaseModel):
    """A lent token. `api_url` is the base for API calls; `external_id` the zoho_org_id or xero_tenant_id;
    `connection_generation` the fence that must not be older than the newest TenantChanged."""

    model_config = ConfigDict(frozen=True)

    access_token: SecretStr
    generation: int
    connection_generation: int
    expires_at: AwareDatetime
    api_url: str
    external_id: str
