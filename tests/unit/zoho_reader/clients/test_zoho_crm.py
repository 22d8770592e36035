"""The client against answers that the simulated CRM does not give: single refusals inside a composite, odd shapes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from sync_kit.contracts import codec
from sync_kit.contracts.vendor_tokens import VendorToken
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import BadAnswerError, LeaseLostError, NeedsReauthorisationError, RateLimitedError, TryLaterError
from sync_kit.http import HttpClient, asgi_transport
from sync_kit.testing import ManualClock
from zoho_reader.clients.zoho_crm import ZohoCrm
from zoho_reader.clients.zoho_exchange import ZohoExchange
from zoho_reader.domain.answers import Page
from zoho_reader.domain.coql import ask_changed
from zoho_reader.domain.sources import Source
from zoho_reader.errors import MissingScopeError, ModuleRefusedError, QuestionRefusedError

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
QUESTIONS = [ask_changed(source, ("id",), AT, limit=25) for source in (Source.ACCOUNTS, Source.PRODUCTS)]
EMPTY = {"status_code": 204, "body": None}
FULL = {
    "status_code": 200,
    "body": {"data": [{"id": "1", "Modified_Time": "2026-01-05T09:00:00+00:00"}], "info": {"more_records": False}},
}


class Lender:
    """Lends tokens of any connection generation."""

    def __init__(self, *connection_generations: int) -> None:
        self.left = list(connection_generations) or [1]
        self.asked: list[int | None] = []
        self.forgotten = 0
        self.gives_up_after: int | None = None

    async def borrow(self, tenant_id: str, vendor: Vendor, failed_generation: int | None = None) -> VendorToken:
        if failed_generation is not None and failed_generation == self.gives_up_after:
            raise NeedsReauthorisationError("connect again", cause="expired")
        self.asked.append(failed_generation)
        connection = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        return VendorToken(
            access_token=SecretStr("secret"),
            generation=len(self.asked),
            connection_generation=connection,
            expires_at=AT + timedelta(hours=1),
            api_url="http://crm.test/base/",
            external_id="org",
        )

    async def report_missing_scope(self, tenant_id: str, vendor: Vendor, generation: int) -> None:
        """Auth might answer nothing at all."""

    def forget(self, tenant_id: str) -> None:
        self.forgotten += 1


def open_crm(*answers: tuple[int, object], lender: Lender | None = None, guard: Any = None, **headers: str) -> ZohoCrm:
    left = list(answers)

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        status, body = left.pop(0) if len(left) > 1 else left[0]
        sent = {"date": "Mon, 05 Jan 2026 09:00:00 GMT"} | headers
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            }
        )
        content = body if isinstance(body, bytes) else b"" if body is None else codec.dumps(body)
        await send({"type": "http.response.body", "body": content})

    http = HttpClient(clock=ManualClock(AT), transport=asgi_transport({"http://crm.test": serve}))
    lends = lender or Lender()
    return ZohoCrm(
        ZohoExchange(http, lends, "tenant-1", connection_generation=1, before_send=guard or (lambda _: None))
    )


def composite(*responses: object) -> dict[str, Any]:
    return {
        "__composite_requests": [
            {"sub_request_id": str(number), "details": {"response": response}}
            for number, response in enumerate(responses, start=1)
        ]
    }


def refusal(status: int, code: str, **details: object) -> dict[str, Any]:
    return {"status_code": status, "body": {"code": code, "details": details, "message": "m", "status": "error"}}


async def test_a_refusal_inside_a_composite_concerns_its_question_alone() -> None:
    crm = open_crm((207, composite(refusal(403, "NO_PERMISSION"), FULL)))
    refused, page = await crm.ask_together(QUESTIONS)
    assert isinstance(refused, ModuleRefusedError)
    assert refused.source == "Accounts"
    assert isinstance(page, Page)
    assert [row.record_id for row in page.rows] == ["1"]


async def test_a_composite_where_all_is_refused_comes_with_400() -> None:
    bad = refusal(400, "INVALID_QUERY", column_name="Currency")
    crm = open_crm((400, composite(bad, bad)))
    answers = await crm.ask_together(QUESTIONS)
    assert all(isinstance(answer, QuestionRefusedError) and answer.column == "Currency" for answer in answers)


@pytest.mark.parametrize(
    ("inner", "error"),
    [
        (refusal(429, "TOO_MANY_REQUESTS"), RateLimitedError),
        (refusal(500, "INTERNAL_ERROR"), TryLaterError),
        (refusal(401, "INVALID_TOKEN"), TryLaterError),
        (refusal(401, "OAUTH_SCOPE_MISMATCH"), MissingScopeError),
        ({"status_code": "200", "body": {}}, BadAnswerError),
        ({"status_code": 200, "body": []}, BadAnswerError),
        ({"status_code": 200, "body": None}, BadAnswerError),
        ([], BadAnswerError),
    ],
)
async def test_other_trouble_inside_a_composite_is_trouble_of_the_whole_call(
    inner: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await open_crm((207, composite(EMPTY, inner))).ask_together(QUESTIONS)


@pytest.mark.parametrize("answer", [composite(EMPTY), {"__composite_requests": "no"}, [], {"data": []}])
async def test_a_composite_that_lacks_an_answer_is_no_answer(answer: object) -> None:
    with pytest.raises(BadAnswerError):
        await open_crm((200, answer)).ask_together(QUESTIONS)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<html>", BadAnswerError),
        (200, None, BadAnswerError),
        (418, b"tea", BadAnswerError),
        (400, b"<html>", BadAnswerError),
        (502, b"<html>", TryLaterError),
        (429, {"code": 429, "error": "TOO_MANY_REQUESTS"}, RateLimitedError),
        (403, {"code": "NO_PERMISSION"}, ModuleRefusedError),
        (403, {"code": "OAUTH_SCOPE_MISMATCH"}, MissingScopeError),
        (400, {"data": [{"code": "INVALID_QUERY"}]}, QuestionRefusedError),
    ],
)
async def test_an_answer_means_what_its_status_and_code_say(status: int, body: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        await open_crm((status, body)).ask(QUESTIONS[0])


async def test_an_answer_without_the_vendors_time_is_not_used() -> None:
    with pytest.raises(BadAnswerError):
        await open_crm((204, None), date="").ask(QUESTIONS[0])


async def test_a_refused_token_is_borrowed_again_once_and_then_auth_is_told_and_decides() -> None:
    lender = Lender()
    crm = open_crm((401, {"code": "INVALID_TOKEN"}), (204, None), lender=lender)
    await crm.ask(QUESTIONS[0])
    assert (lender.asked, crm.spent_so_far.calls) == ([None, 1], 2)
    lender = Lender()
    with pytest.raises(TryLaterError, match="auth has a newer one"):
        await open_crm((401, {"code": "INVALID_TOKEN"}), lender=lender).ask(QUESTIONS[0])
    assert lender.asked == [None, 1, 2]
    lender = Lender()
    lender.gives_up_after = 2
    with pytest.raises(NeedsReauthorisationError):
        await open_crm((401, {"code": "INVALID_TOKEN"}), lender=lender).ask(QUESTIONS[0])


async def test_a_token_of_a_connection_that_is_over_is_never_used() -> None:
    lender = Lender(0, 1)
    await open_crm((204, None), lender=lender).ask(QUESTIONS[0])
    assert (lender.asked, lender.forgotten) == ([None, None], 1)
    stale = open_crm((204, None), lender=Lender(0))
    with pytest.raises(TryLaterError):
        await stale.ask(QUESTIONS[0])
    assert stale.spent_so_far.calls == 0


async def test_the_last_act_before_a_call_may_refuse_it() -> None:
    def refuse(seconds: float) -> None:
        assert seconds == 60
        raise LeaseLostError("too late")

    crm = open_crm((204, None), guard=refuse)
    with pytest.raises(LeaseLostError):
        await crm.ask(QUESTIONS[0])
    assert crm.spent_so_far.calls == 0


async def test_calls_credits_and_what_remains_are_counted() -> None:
    crm = open_crm((204, None), **{"x-api-credits-remaining": "41"})
    await crm.ask(ask_changed(Source.INVOICES, ("id",), AT))
    spent = crm.take_spent()
    assert (spent.calls, spent.credits, spent.credits_remaining) == (1, 3, 41)
    assert crm.spent_so_far.calls == 0
    crm.give_back(spent)
    assert (crm.spent_so_far.calls, crm.spent_so_far.credits, crm.spent_so_far.credits_remaining) == (1, 3, 41)
