"""One call to Zoho CRM for one tenant: a borrowed token, the fence, the count, the vendor's clock.

It borrows an access token for each call, gives a refused one back once, and counts every call that leaves.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, TypeVar

from sync_kit.contracts import codec
from sync_kit.contracts.vendor_tokens import VendorToken
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import BadAnswerError, TryLaterError
from sync_kit.http import HttpClient, HttpRequest, HttpResponse, parse_json
from zoho_reader.domain.answers import read_vendor_time
from zoho_reader.errors import MissingScopeError, TokenRefusedError

TIMEOUT_SECONDS: Final = 60.0
API: Final = "/crm/v8"

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Call:
    """What is sent. `path` is behind the API's root; `way` is named when the consent does not cover the call."""

    method: str
    path: str
    body: object = None
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    cost: int = 1
    way: str | None = None


class TokenLender(Protocol):
    """What the client needs of the kit's VendorTokens."""

    async def borrow(self, tenant_id: str, vendor: Vendor, failed_generation: int | None = None) -> VendorToken:
        """A token that works as far as anybody knows."""
        ...

    async def report_missing_scope(self, tenant_id: str, vendor: Vendor, generation: int) -> None:
        """Tell that the consent does not cover a call."""
        ...

    def forget(self, tenant_id: str) -> None:
        """Drop what is cached."""
        ...


@dataclass
class Spent:
    """Calls that left since it was last looked at, their credits, and the credits that Zoho says remain.

    `answered_at` is the vendor's clock at the first answer among them.
    """

    calls: int = 0
    credits: int = 0
    credits_remaining: int | None = None
    answered_at: datetime | None = None


class ZohoExchange:
    """The line to one tenant's CRM during one slice.

    `connection_generation` is the fence: a token of an older connection is not used. `before_send` is the last act
    before a socket write and may refuse by raising.
    """

    def __init__(
        self,
        http: HttpClient,
        tokens: TokenLender,
        tenant_id: str,
        *,
        connection_generation: int,
        before_send: Callable[[float], None],
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._tenant_id = tenant_id
        self._connection_generation = connection_generation
        self._before_send = before_send
        self.spent = Spent()

    def take_spent(self) -> Spent:
        """What was spent since the last look; the count begins anew."""
        spent, self.spent = self.spent, Spent()
        return spent

    def give_back(self, spent: Spent) -> None:
        """What was taken could not be booked: count it again."""
        self.spent.calls += spent.calls
        self.spent.credits += spent.credits
        self.spent.answered_at = spent.answered_at or self.spent.answered_at
        if self.spent.credits_remaining is None:
            self.spent.credits_remaining = spent.credits_remaining

    async def call(self, call: Call, check: Callable[[HttpResponse], Answer]) -> tuple[Answer, datetime]:
        """The checked answer and the vendor's clock. Raises what `check` raises.

        MissingScopeError where `call.way` leaves another way; else that is told to auth, as is a token that is refused
        again. Auth says whether a person must connect again, which raises NeedsReauthorisationError; if it lends all
        the same, it has a newer token, as after a long pause of this process: TryLaterError.
        """
        token = await self._borrow(None)
        for _ in range(2):
            try:
                response = await self._exchange(token, call)
                self._note_time(response)
                return check(response), read_vendor_time(response.headers)
            except MissingScopeError as error:
                if call.way is not None:
                    raise MissingScopeError(str(error), way=call.way) from error
                await self._tokens.report_missing_scope(self._tenant_id, Vendor.ZOHO, token.generation)
                raise TryLaterError("Zoho refused a token for want of a scope, and auth has a newer one") from error
            except TokenRefusedError:
                token = await self._borrow(token.generation)
        raise TryLaterError("Zoho refused two tokens, and auth has a newer one")

    def _note_time(self, response: HttpResponse) -> None:
        # A refusal tells the vendor's time as well as an answer does.
        with suppress(BadAnswerError):
            self.spent.answered_at = self.spent.answered_at or read_vendor_time(response.headers)

    async def _borrow(self, failed_generation: int | None) -> VendorToken:
        token = await self._tokens.borrow(self._tenant_id, Vendor.ZOHO, failed_generation)
        if token.connection_generation < self._connection_generation:
            self._tokens.forget(self._tenant_id)
            token = await self._tokens.borrow(self._tenant_id, Vendor.ZOHO)
            if token.connection_generation < self._connection_generation:
                raise TryLaterError("auth lends a token of a connection that is over")
        return token

    async def _exchange(self, token: VendorToken, call: Call) -> HttpResponse:
        headers = {
            "authorization": f"Zoho-oauthtoken {token.access_token.get_secret_value()}",
            "accept": "application/json",
            **call.headers,
        }
        if call.body is not None:
            headers["content-type"] = "application/json"
        request = HttpRequest(
            call.method,
            f"{token.api_url.rstrip('/')}{API}{call.path}",
            headers=headers,
            params=dict(call.params),
            body=None if call.body is None else codec.dumps(call.body),
        )

        def leave() -> None:
            self._before_send(TIMEOUT_SECONDS)
            self.spent.calls += 1
            self.spent.credits += call.cost

        response = await self._http.send(request, timeout_seconds=TIMEOUT_SECONDS, before_send=leave)
        remaining = response.headers.get("x-api-credits-remaining", "")
        if remaining.isdigit():
            self.spent.credits_remaining = int(remaining)
        return response


def parse_body(response: HttpResponse) -> object:
    """The body's JSON; None for an empty body, and for a page of HTML that came with an error status."""
    if not response.body:
        return None
    try:
        return parse_json(response)
    except BadAnswerError:
        if response.status == 200:
            raise
        return None
