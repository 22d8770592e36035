"""Xero's login, identity service and connections.

Sources: Xero OAuth 2.0 pages, xero-identity.yaml. Refresh tokens rotate at every use; the old one may be tried again
for 30 minutes. One token set covers all organisations that its user connected to our app.
"""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from auth.clients.vendor_oauth import (
    COMMON_REFUSALS,
    OAUTH_MAX_BYTES,
    OAUTH_TIMEOUT_SECONDS,
    Consent,
    ConsentedOrganisations,
    ConsentRequest,
    LeaseCheck,
    basic_auth,
    build_authorize_url,
    read_life,
    read_optional_text,
    read_text,
    read_token_answer,
)
from auth.domain.connection import Organisation
from auth.domain.grant import Grant, TokenPair
from auth.errors import ConnectLinkError
from sync_kit.contracts import codec
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import BadAnswerError, RateLimitedError
from sync_kit.http import HttpClient, HttpRequest, HttpResponse, parse_json

WEB_URL = "https://go.xero.com"


class XeroIdentity:
    """VendorOAuth for Xero."""

    vendor = Vendor.XERO

    def __init__(
        self,
        http: HttpClient,
        *,
        client_id: str,
        client_secret: SecretStr,
        scopes: Sequence[str],
        login_url: str,
        identity_url: str,
        api_url: str,
    ) -> None:
        self._http = http
        self.client_id = client_id
        self._client_secret = client_secret
        self._scopes = tuple(scopes)
        self._login_url = login_url.rstrip("/")
        self._consent = Consent(identity_url.rstrip("/"), api_url.rstrip("/"), WEB_URL)

    def build_consent_url(self, request: ConsentRequest) -> str:
        """Xero asks the person which organisations to connect."""
        return build_authorize_url(
            f"{self._login_url}/identity/connect/authorize",
            self.client_id,
            request,
            scopes=self._scopes,
            separator=" ",
        )

    def find_consent(self, answer: Mapping[str, str], data_centre: str | None) -> Consent:
        """Xero has one identity service for the world."""
        return self._consent

    async def exchange_code(self, code: str, consent: Consent, *, redirect_uri: str, verifier: str) -> TokenPair:
        """The pair, with the Xero user and the consent that it belongs to."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        tokens = await self._post_token(consent.accounts_url, form, None)
        if tokens.subject is None:
            raise BadAnswerError("Xero's access token names no user")
        return tokens

    async def list_organisations(self, consent: Consent, tokens: TokenPair) -> ConsentedOrganisations:
        """All organisations of the user; those of this consent are the ones offered, if any is marked so."""
        response = await self._http.send(
            HttpRequest(
                "GET",
                f"{consent.api_url}/connections",
                headers={"authorization": f"Bearer {tokens.access_token}", "accept": "application/json"},
            ),
            timeout_seconds=OAUTH_TIMEOUT_SECONDS,
            max_bytes=OAUTH_MAX_BYTES,
        )
        if response.status in {401, 403}:
            raise ConnectLinkError("Xero does not let this user in.", code="permission_missing")
        rows = _read_connections(response)
        reachable = tuple(_read_organisation(row) for row in rows)
        fresh = tuple(
            organisation
            for organisation, row in zip(reachable, rows, strict=True)
            if tokens.auth_event_id is not None and row.get("authEventId") == tokens.auth_event_id
        )
        return ConsentedOrganisations(fresh or reachable, reachable)

    async def refresh(self, grant: Grant, refresh_token: str, *, lease: LeaseCheck) -> TokenPair:
        """Rotates the refresh token: the answer must be saved before anything else."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        tokens = await self._post_token(grant.accounts_url, form, lease)
        if tokens.refresh_token is None:
            raise BadAnswerError("Xero gave no refresh token")
        return tokens

    async def cut_connection(self, grant: Grant, access_token: str, vendor_connection_id: str) -> None:
        """DELETE /connections/{id}; 404 means that it was gone."""
        response = await self._http.send(
            HttpRequest(
                "DELETE",
                f"{grant.api_url}/connections/{quote(vendor_connection_id, safe='')}",
                headers={"authorization": f"Bearer {access_token}"},
            ),
            timeout_seconds=OAUTH_TIMEOUT_SECONDS,
            max_bytes=OAUTH_MAX_BYTES,
        )
        _check_done(response, {200, 204, 404})

    async def revoke(self, grant: Grant, refresh_token: str) -> None:
        """Ends the user's grant with all its connections to our app."""
        response = await self._http.send(
            HttpRequest(
                "POST",
                f"{grant.accounts_url}/connect/revocation",
                headers={"authorization": self._basic()},
                form={"token": refresh_token},
            ),
            timeout_seconds=OAUTH_TIMEOUT_SECONDS,
            max_bytes=OAUTH_MAX_BYTES,
        )
        _check_done(response, {200, 204, 400})

    async def _post_token(self, identity_url: str, form: Mapping[str, str], lease: LeaseCheck | None) -> TokenPair:
        response = await self._http.send(
            HttpRequest(
                "POST",
                f"{identity_url}/connect/token",
                headers={"authorization": self._basic(), "accept": "application/json"},
                form=form,
            ),
            timeout_seconds=OAUTH_TIMEOUT_SECONDS,
            max_bytes=OAUTH_MAX_BYTES,
            before_send=lease,
        )
        body = read_token_answer(response, COMMON_REFUSALS)
        access_token = read_text(body, "access_token")
        claims = _read_claims(access_token)
        return TokenPair(
            access_token=access_token,
            refresh_token=read_optional_text(body, "refresh_token"),
            lives=read_life(body),
            subject=read_optional_text(claims, "xero_userid"),
            auth_event_id=read_optional_text(claims, "authentication_event_id"),
        )

    def _basic(self) -> str:
        return basic_auth(self.client_id, self._client_secret.get_secret_value())


def _read_claims(access_token: str) -> Mapping[str, Any]:
    """The claims of a JWT that came straight from the token endpoint over TLS, which stands in for checking its
    signature (OpenID Connect Core, 3.1.3.7)."""
    try:
        payload = access_token.split(".")[1]
        claims = codec.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, binascii.Error, ValueError) as error:
        raise BadAnswerError("Xero's access token is not a JWT") from error
    if not isinstance(claims, dict):
        raise BadAnswerError("Xero's access token has no claims")
    return claims


def _read_connections(response: HttpResponse) -> list[dict[str, Any]]:
    if response.status != 200:
        raise BadAnswerError(f"Xero answered {response.status} for the connections")
    body = parse_json(response)
    if not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
        raise BadAnswerError("Xero did not answer a list of connections")
    return [row for row in body if row.get("tenantType") == "ORGANISATION"]


def _read_organisation(row: Mapping[str, Any]) -> Organisation:
    return Organisation(
        external_id=read_text(row, "tenantId"),
        name=str(row.get("tenantName") or ""),
        web_url=WEB_URL,
        vendor_connection_id=read_text(row, "id"),
    )


def _check_done(response: HttpResponse, fine: set[int]) -> None:
    if response.status == 429:
        raise RateLimitedError("Xero allows no more calls now", limit="unknown")
    if response.status not in fine:
        raise BadAnswerError(f"Xero answered {response.status}")
