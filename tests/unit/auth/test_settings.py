"""Settings that would not work are refused at the start, without showing them."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from tests.unit.auth.house import OLD_KEY, House, make_settings

from auth.app import list_data_centres


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"vault_current_key": "gone"}, "vault_current_key"),
        ({"vault_keys": {"old": SecretStr(b64encode(b"short").decode())}}, "32 bytes"),
        ({"vault_keys": {"old": SecretStr("not base64 !")}}, "32 bytes"),
        ({"operator_token": SecretStr("short")}, "32 characters"),
        ({"xero_api_url": "api.xero.com"}, "absolute"),
        ({"replicas": 2}, "SQLite"),
        ({"client_burst": 0}, "client_burst"),
        ({"address_calls_per_second": 0}, "address_calls_per_second"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word) as refusal:
        make_settings(**changes)
    assert OLD_KEY not in str(refusal.value)


def test_the_real_vendors_are_the_default() -> None:
    settings = make_settings(zoho_data_centres=None)
    assert list_data_centres(settings)["us"].accounts_url == "https://accounts.zoho.com"
    assert type(settings).model_fields["xero_identity_url"].default == "https://identity.xero.com"
    assert "offline_access" in settings.xero_scopes
    assert "ZohoCRM.composite_requests.CUSTOM" in settings.zoho_scopes


async def test_the_limits_of_clients_and_addresses_are_settings(tmp_path: Path) -> None:
    house = await House.open(tmp_path, client_burst=3, address_burst=2)
    partner = await house.add_partner()
    statuses = [(await partner.api.get("/v1/tenants")).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    statuses = [(await house.api("a.b.c").get("/v1/tenants")).status for _ in range(2)]
    assert statuses == [401, 429], "the token request counted too"
    await house.close()
