"""Partners are registered by the operator, with a token from the settings."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from auth.schemas import PartnerAnswer, PartnerRequest
from auth.usecases.register_partner import register_partner as register
from sync_kit.errors import UnauthorisedError
from sync_kit.identity import limit_by_address
from sync_kit.store import Store

_operator = HTTPBearer(scheme_name="operator", description="The operator's token", auto_error=False)


def partner_routes(*, store: Store, operator_token: SecretStr) -> APIRouter:
    """`POST /v1/partners`."""
    router = APIRouter(tags=["partners"])
    expected = operator_token.get_secret_value().encode()

    async def require_operator(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_operator)]
    ) -> None:
        presented = credentials.credentials.encode() if credentials else b""
        if not hmac.compare_digest(presented, expected):
            await limit_by_address(request)
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

    return router
