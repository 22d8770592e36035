"""Access tokens straight from the sandbox, for what speaks to the vendors without us."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.bench.house import RunningSandbox

from sync_kit.contracts import codec
from sync_kit.http import HttpRequest

REDIRECT: Final = "http://127.0.0.1/bench"
ZOHO_SCOPES: Final = (
    "ZohoCRM.modules.READ,ZohoCRM.settings.READ,ZohoCRM.org.READ,ZohoCRM.coql.READ,ZohoCRM.composite_requests.CUSTOM"
)
XERO_SCOPES: Final = "offline_access accounting.contacts accounting.invoices accounting.settings"


async def get_zoho_token(sandbox: RunningSandbox) -> str:
    """For the org whose user signs in now."""
    base = f"{sandbox.url}/zoho/eu/oauth/v2"
    asked = {"client_id": "zoho-sandbox-client", "scope": ZOHO_SCOPES, "access_type": "offline"}
    code = await _consent(sandbox, f"{base}/auth", asked)
    return await _exchange(sandbox, f"{base}/token", code, "zoho-sandbox-client", "zoho-sandbox-secret")


async def get_xero_token(sandbox: RunningSandbox) -> str:
    """For the organisation whose owner signs in now."""
    asked = {"client_id": "xero-sandbox-client", "scope": XERO_SCOPES}
    code = await _consent(sandbox, f"{sandbox.url}/xero/identity/connect/authorize", asked)
    url = f"{sandbox.url}/xero/connect/token"
    return await _exchange(sandbox, url, code, "xero-sandbox-client", "xero-sandbox-secret")


async def _consent(sandbox: RunningSandbox, url: str, asked: Mapping[str, str]) -> str:
    query = urlencode({**asked, "response_type": "code", "redirect_uri": REDIRECT, "state": "bench"})
    response = await sandbox.http.send(HttpRequest("GET", f"{url}?{query}"), timeout_seconds=30)
    return parse_qs(urlsplit(response.headers["location"]).query)["code"][0]


async def _exchange(sandbox: RunningSandbox, url: str, code: str, client_id: str, secret: str) -> str:
    form = urlencode(
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "client_id": client_id,
            "client_secret": secret,
        }
    )
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = await sandbox.http.send(
        HttpRequest("POST", url, headers=headers, body=form.encode()), timeout_seconds=30
    )
    token: str = codec.loads(response.body)["access_token"]
    return token
