"""Partners are registered by the operator, with a token from the settings; so are their secrets replaced."""

import hmac
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from auth.schemas import NewSecretAnswer, PartnerAnswer, PartnerIdPath, PartnerRequest, SecretRotation
from auth.usecases.register_partner import register_partner as register
from auth.usecases.rotate_client_secret import rotate_client_secret as rotate
from sync_kit.errors import UnauthorisedError
from sync_kit.identity import limit_failures
from sync_kit.store import Store

_operator = HTTPBearer(scheme_name="operator", description="The operator's token", auto_error=False)


def partner_routes(*, store: Store, operator_token: SecretStr) -> APIRouter:
    """`POST /v1/partners`, `POST /v1/partners/{partner_id}/secret`."""
    router = APIRouter(tags=["partners"])
    expected = operator_token.get_secret_value().encode()

    async def require_operator(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_operator)]
    ) -> None:
        note_failure = limit_failures(request)
        presented = credentials.credentials.encode() if credentials else b""
        if not hmac.compare_digest(presented, expected):
            note_failure()
            raise UnauthorisedError("The operator's token is needed.", headers={"www-authenticate": "Bearer"})

    @router.post("/v1/partners", status_code=201, dependencies=[Depends(require_operator)])
    async def register_partner(body: PartnerRequest) -> PartnerAnswer:
        """Register a partner platform; its secret is shown this once."""
        made = await register(body.name, body.return_urls, store=store)
        return PartnerAnswer(
            partner_id=made.partner_id,
            client_id=made.client_id,
            client_secret=made.client_secret,
            scopes=list(made.scopes),
        )

    @router.post("/v1/partners/{partner_id}/secret", dependencies=[Depends(require_operator)])
    async def rotate_client_secret(partner_id: PartnerIdPath, body: SecretRotation) -> NewSecretAnswer:
        """Give a partner's client a new secret, shown this once; the old one ends now, or after `keep_old_seconds`."""
        made = await rotate(partner_id, keep_old=timedelta(seconds=body.keep_old_seconds), store=store)
        return NewSecretAnswer(client_id=made.client_id, client_secret=made.client_secret)

    return router
