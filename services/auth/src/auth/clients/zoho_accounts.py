"""Zoho's accounts servers: consent, code exchange at the server that the answer names, refresh, revocation.

Sources: Zoho multi-dc page (exchange at `accounts-server`), token-validity page, ACC pages; error words come with
HTTP 200 or 400. A refresh does not rotate the refresh token.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from auth.clients.vendor_oauth import (
    COMMON_REFUSALS,
    OAUTH_MAX_BYTES,
    OAUTH_TIMEOUT_SECONDS,
    Consent,
    ConsentedOrganisations,
    ConsentRequest,
    LeaseCheck,
    build_authorize_url,
    read_life,
    read_optional_text,
    read_text,
    read_token_answer,
)
from auth.domain.connection import Organisation
from auth.domain.data_centre import DataCentre, find_by_accounts_url, may_call
from auth.domain.grant import Grant, TokenPair
from auth.errors import ConnectLinkError, GrantRefusedError
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import BadAnswerError, RateLimitedError
from sync_kit.http import HttpClient, HttpRequest, HttpResponse, parse_json

_REFUSALS: Mapping[str, type[Exception]] = {
    **COMMON_REFUSALS,
    "invalid_code": GrantRefusedError,  # also a revoked refresh token, or one of another data centre
    "access_denied": RateLimitedError,  # 10 grant codes in 10 minutes
    "access denied": RateLimitedError,  # 10 access tokens in 10 minutes
}


class ZohoAccounts:
    """VendorOAuth for Zoho, over all data centres that the settings allow."""

    vendor = Vendor.ZOHO

    def __init__(
        self,
        http: HttpClient,
        *,
        client_id: str,
        client_secret: SecretStr,
        scopes: Sequence[str],
        data_centres: Mapping[str, DataCentre],
        default_data_centre: str,
    ) -> None:
        self._http = http
        self.client_id = client_id
        self._client_secret = client_secret
        self._scopes = tuple(scopes)
        self._centres = data_centres
        self._default = default_data_centre

    def build_consent_url(self, request: ConsentRequest) -> str:
        """Offline access, and a consent each time: only that surely brings a refresh token."""
        centre = self._get_centre(request.data_centre or self._default)
        return build_authorize_url(
            f"{centre.accounts_url}/oauth/v2/auth",
            self.client_id,
            request,
            scopes=self._scopes,
            separator=",",
            access_type="offline",
            prompt="consent",
        )

    def find_consent(self, answer: Mapping[str, str], data_centre: str | None) -> Consent:
        """The data centre of `accounts-server`, which must be allow-listed and agree with `location`."""
        server = answer.get("accounts-server")
        name = (data_centre or self._default) if server is None else find_by_accounts_url(self._centres, server)
        centre = None if name is None else self._centres.get(name)
        if centre is None or answer.get("location", name) != name:
            raise ConnectLinkError(
                "The answer names an accounts server that is not Zoho's.", code="accounts_server_not_allowed"
            )
        return Consent(centre.accounts_url, centre.api_url, centre.web_url, name)

    async def exchange_code(self, code: str, consent: Consent, *, redirect_uri: str, verifier: str) -> TokenPair:
        """Refuses a token answer without a refresh token, or whose api_domain is not the data centre's own."""
        tokens = await self._post_token(
            consent.accounts_url,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            },
            None,
        )
        centre = DataCentre(consent.accounts_url, consent.api_url, consent.web_url)
        if tokens.api_domain is not None and not may_call(centre, tokens.api_domain):
            raise ConnectLinkError("The answer names an API that is not Zoho's.", code="api_domain_not_allowed")
        if tokens.refresh_token is None:
            raise BadAnswerError("Zoho gave no refresh token")
        return tokens

    async def list_organisations(self, consent: Consent, tokens: TokenPair) -> ConsentedOrganisations:
        """A Zoho grant belongs to exactly one org."""
        response = await self._http.send(
            HttpRequest(
                "GET",
                f"{consent.api_url}/crm/v8/org",
                headers={"authorization": f"Zoho-oauthtoken {tokens.access_token}", "accept": "application/json"},
            ),
            timeout_seconds=OAUTH_TIMEOUT_SECONDS,
            max_bytes=OAUTH_MAX_BYTES,
        )
        if response.status in {401, 403}:
            raise ConnectLinkError(
                "Zoho does not let this user read the organisation. An administrator should connect.",
                code="permission_missing",
            )
        organisation = _read_org(response, consent)
        return ConsentedOrganisations((organisation,), (organisation,))

    async def refresh(self, grant: Grant, refresh_token: str, *, lease: LeaseCheck) -> TokenPair:
        """At most 10 in 10 minutes per refresh token, so callers share one."""
        return await self._post_token(
            grant.accounts_url, {"grant_type": "refresh_token", "refresh_token": refresh_token}, lease
        )

    async def cut_connection(self, grant: Grant, access_token: str, vendor_connection_id: str) -> None:
        """Zoho has no links apart from grants: revoking the grant is all there is."""

    async def revoke(self, grant: Grant, refresh_token: str) -> None:
        """Ends the refresh token and every access token that came from it; 400 means that it was gone."""
        response = await self._http.send(
            HttpRequest("POST", f"{grant.accounts_url}/oauth/v2/token/revoke", form={"token": refresh_token}),
            timeout_seconds=OAUTH_TIMEOUT_SECONDS,
            max_bytes=OAUTH_MAX_BYTES,
        )
        if response.status == 429:
            raise RateLimitedError("Zoho allows no more calls now", limit="unknown")
        if response.status not in {200, 400}:
            raise BadAnswerError(f"Zoho answered {response.status} to a revocation")

    async def _post_token(self, accounts_url: str, form: Mapping[str, str], lease: LeaseCheck | None) -> TokenPair:
        client = {"client_id": self.client_id, "client_secret": self._client_secret.get_secret_value()}
        response = await self._http.send(
            HttpRequest("POST", f"{accounts_url}/oauth/v2/token", form={**form, **client}),
            timeout_seconds=OAUTH_TIMEOUT_SECONDS,
            max_bytes=OAUTH_MAX_BYTES,
            before_send=lease,
        )
        body = read_token_answer(response, _REFUSALS)
        return TokenPair(
            access_token=read_text(body, "access_token"),
            refresh_token=read_optional_text(body, "refresh_token"),
            lives=read_life(body),
            api_domain=read_optional_text(body, "api_domain"),
        )

    def _get_centre(self, name: str) -> DataCentre:
        centre = self._centres.get(name)
        if centre is None:
            raise ConnectLinkError("This data centre is not configured.", code="data_centre_unknown")
        return centre


def _read_org(response: HttpResponse, consent: Consent) -> Organisation:
    if response.status != 200:
        raise BadAnswerError(f"Zoho answered {response.status} for the organisation")
    body: Any = parse_json(response)
    orgs = body.get("org") if isinstance(body, dict) else None
    if not isinstance(orgs, list) or len(orgs) != 1 or not isinstance(orgs[0], dict):
        raise BadAnswerError("Zoho did not answer one organisation")
    zgid = str(orgs[0].get("zgid") or "")
    if not zgid.isdigit():
        raise BadAnswerError("Zoho sent an organisation without its id")
    name = orgs[0].get("company_name")
    return Organisation(
        external_id=zgid,
        name=name if isinstance(name, str) else "",
        web_url=f"{consent.web_url}/crm/org{zgid}",
    )
