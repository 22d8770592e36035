"""Zoho CRM v8 for one tenant: COQL, composites, records by id, fields. It only reads.

It borrows an access token for each call, gives a refused one back once, and counts every call that leaves. Answers are
returned checked; what cannot be understood raises BadAnswerError, and a read may always be asked again.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeVar

from sync_kit.contracts import codec
from sync_kit.contracts.vendor_tokens import VendorToken
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import BadAnswerError, NeedsReauthorisationError, TryLaterError
from sync_kit.http import HttpClient, HttpRequest, HttpResponse, parse_json
from zoho_reader.clients.zoho_answers import check_answer, is_composite, read_together
from zoho_reader.domain.answers import (
    Page,
    WholeRecord,
    read_field_names,
    read_page,
    read_vendor_time,
    read_whole,
)
from zoho_reader.domain.coql import Question
from zoho_reader.domain.sources import Source
from zoho_reader.errors import MissingScopeError, ModuleRefusedError, QuestionRefusedError, TokenRefusedError

TIMEOUT_SECONDS: Final = 60.0
_API: Final = "/crm/v8"

Refusal = ModuleRefusedError | QuestionRefusedError
Answer = TypeVar("Answer")


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
    """Calls that left since it was last looked at, their credits, and the credits that Zoho says remain."""

    calls: int = 0
    credits: int = 0
    credits_remaining: int | None = None


class ZohoCrm:
    """One tenant's CRM during one slice.

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
        if self.spent.credits_remaining is None:
            self.spent.credits_remaining = spent.credits_remaining

    async def ask(self, question: Question) -> Page:
        """One page of a COQL question. Zoho: COQL page."""
        body, answered_at = await self._send(
            "POST", f"{_API}/coql", {"select_query": question.text}, source=question.source.value, cost=question.credits
        )
        return read_page(question, body, answered_at)

    async def ask_together(self, questions: Sequence[Question]) -> list[Page | Refusal]:
        """Up to five questions in one call; each must ask for at most 25 rows. Zoho: composite API page.

        What Zoho refuses for one question comes back as its refusal; any other trouble is trouble of the whole call.
        """
        subs = [("POST", f"{_API}/coql", {"select_query": question.text}) for question in questions]
        answers, answered_at = await self._send_composite(subs, [question.source for question in questions])
        return [
            answer if isinstance(answer, Refusal) else read_page(question, answer, answered_at)
            for question, answer in zip(questions, answers, strict=True)
        ]

    async def read_whole_records(
        self,
        headers: Source,
        lines: Source,
        record_ids: Sequence[str],
        *,
        columns: Collection[str],
        line_columns: Collection[str],
    ) -> list[WholeRecord | None]:
        """Up to five documents with all their lines, in one call; None for one that is gone."""
        subs = [("GET", f"{_API}/{headers.value}/{record_id}", None) for record_id in record_ids]
        answers, _ = await self._send_composite(subs, [headers] * len(subs))
        wholes = []
        for answer in answers:
            if isinstance(answer, ModuleRefusedError):
                raise answer
            # Zoho answers a missing id with 204 or with 400 INVALID_DATA, by version.
            body = None if isinstance(answer, QuestionRefusedError) else answer
            wholes.append(read_whole(headers, lines, columns, line_columns, body))
        return wholes

    async def list_field_types(self, source: Source) -> dict[str, str]:
        """API names and JSON types of a module's fields. Zoho: fields metadata page."""
        body, _ = await self._send(
            "GET", f"{_API}/settings/fields", None, source=source.value, cost=1, params={"module": source.value}
        )
        return read_field_names(body)

    async def _send_composite(
        self, subs: Sequence[tuple[str, str, object]], sources: Sequence[Source]
    ) -> tuple[list[object], datetime]:
        requests = [
            {"sub_request_id": str(number), "method": method, "uri": uri} | ({} if body is None else {"body": body})
            for number, (method, uri, body) in enumerate(subs, start=1)
        ]
        body = {"rollback_on_fail": False, "parallel_execution": True, "__composite_requests": requests}

        def check(response: HttpResponse) -> list[object]:
            outer = _parse(response)
            if not is_composite(outer):  # Zoho answers 200, 207 or 400 with the sub-answers inside
                check_answer(response.status, outer, source="composite")
            answers: list[object] = []
            for source, (status, inner) in zip(sources, read_together(outer, len(subs)), strict=True):
                try:
                    answers.append(check_answer(status, inner, source=source.value))
                except (ModuleRefusedError, QuestionRefusedError) as refusal:
                    answers.append(refusal)
            return answers

        return await self._call("POST", f"{_API}/__composite_requests", body, cost=1, params={}, check=check)

    async def _send(
        self, method: str, path: str, body: object, *, source: str, cost: int, params: dict[str, str] | None = None
    ) -> tuple[object, datetime]:
        def check(response: HttpResponse) -> object:
            return check_answer(response.status, _parse(response), source=source)

        return await self._call(method, path, body, cost=cost, params=params or {}, check=check)

    async def _call(
        self,
        method: str,
        path: str,
        body: object,
        *,
        cost: int,
        params: dict[str, str],
        check: Callable[[HttpResponse], Answer],
    ) -> tuple[Answer, datetime]:
        token = await self._borrow(None)
        for attempt in (1, 2):
            try:
                response = await self._exchange(token, method, path, body, cost=cost, params=params)
                return check(response), read_vendor_time(response.headers)
            except MissingScopeError as error:
                await self._tokens.report_missing_scope(self._tenant_id, Vendor.ZOHO, token.generation)
                raise NeedsReauthorisationError(str(error), cause="scope_missing") from error
            except TokenRefusedError:
                # Auth decides what a refusal means: it refreshes, or finds that a person must connect again.
                token = await self._borrow(token.generation)
                if attempt == 2:
                    break
        raise NeedsReauthorisationError("Zoho refuses fresh tokens too", cause="expired")

    async def _borrow(self, failed_generation: int | None) -> VendorToken:
        token = await self._tokens.borrow(self._tenant_id, Vendor.ZOHO, failed_generation)
        if token.connection_generation < self._connection_generation:
            self._tokens.forget(self._tenant_id)
            token = await self._tokens.borrow(self._tenant_id, Vendor.ZOHO)
            if token.connection_generation < self._connection_generation:
                raise TryLaterError("auth lends a token of a connection that is over")
        return token

    async def _exchange(
        self, token: VendorToken, method: str, path: str, body: object, *, cost: int, params: dict[str, str]
    ) -> HttpResponse:
        headers = {
            "authorization": f"Zoho-oauthtoken {token.access_token.get_secret_value()}",
            "accept": "application/json",
        }
        if body is not None:
            headers["content-type"] = "application/json"
        request = HttpRequest(
            method,
            f"{token.api_url.rstrip('/')}{path}",
            headers=headers,
            params=params,
            body=None if body is None else codec.dumps(body),
        )

        def leave() -> None:
            self._before_send(TIMEOUT_SECONDS)
            self.spent.calls += 1
            self.spent.credits += cost

        response = await self._http.send(request, timeout_seconds=TIMEOUT_SECONDS, before_send=leave)
        remaining = response.headers.get("x-api-credits-remaining", "")
        if remaining.isdigit():
            self.spent.credits_remaining = int(remaining)
        return response


def _parse(response: HttpResponse) -> object:
    """The body's JSON; None for an empty body, and for a page of HTML that came with an error status."""
    if not response.body:
        return None
    try:
        return parse_json(response)
    except BadAnswerError:
        if response.status == 200:
            raise
        return None
