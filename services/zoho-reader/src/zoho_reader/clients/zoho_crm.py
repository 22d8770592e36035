"""Zoho CRM v8 in questions: COQL, lists, what was deleted, records by id, composites, metadata. It only reads.

Answers are returned checked; what cannot be understood raises BadAnswerError, and a read may always be asked again.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sync_kit.http import HttpResponse
from zoho_reader.clients.zoho_answers import check_answer, is_composite, read_together
from zoho_reader.clients.zoho_exchange import API, Call, Spent, TokenLender, ZohoExchange, parse_body
from zoho_reader.domain.answers import (
    DeletedPage,
    Page,
    WholeRecord,
    read_count,
    read_deleted,
    read_field_names,
    read_page,
    read_whole,
)
from zoho_reader.domain.coql import Question
from zoho_reader.domain.lists import DeletedQuestion, ListQuestion
from zoho_reader.domain.sources import Source
from zoho_reader.errors import MissingScopeError, ModuleRefusedError, QuestionRefusedError

__all__ = ["Refusal", "Spent", "TokenLender", "ZohoCrm"]

Refusal = ModuleRefusedError | QuestionRefusedError
AnyQuestion = Question | ListQuestion | DeletedQuestion

COQL: Final = "coql"
COMPOSITE: Final = "composite"


class ZohoCrm:
    """One tenant's CRM during one slice, over its line."""

    def __init__(self, line: ZohoExchange) -> None:
        self._line = line

    @property
    def spent_so_far(self) -> Spent:
        """What was spent since the last look."""
        return self._line.spent

    def take_spent(self) -> Spent:
        """What was spent since the last look; the count begins anew."""
        return self._line.take_spent()

    def give_back(self, spent: Spent) -> None:
        """What was taken could not be booked: count it again."""
        self._line.give_back(spent)

    async def ask(self, question: Question | ListQuestion) -> Page:
        """One page. Zoho: COQL page, Get Records page. Raises MissingScopeError where only COQL may be missing."""
        try:
            body, answered_at = await self._send(_write(question), question.source.value)
        except MissingScopeError as error:
            raise MissingScopeError(str(error), way=error.way, source=question.source.value) from error
        return read_page(question, body, answered_at)

    async def ask_deleted(self, question: DeletedQuestion) -> DeletedPage:
        """One page of what was deleted. Zoho: Get Deleted Records page."""
        body, answered_at = await self._send(_write(question), question.source.value)
        return read_deleted(question, body, answered_at)

    async def ask_together(self, questions: Sequence[AnyQuestion]) -> list[Page | DeletedPage | Refusal]:
        """Up to five questions in one call; each must ask for at most 25 rows. Zoho: composite API page.

        What Zoho refuses for one question comes back as its refusal; any other trouble is trouble of the whole call.
        """
        answers, answered_at = await self.call_together(
            [_write(question) for question in questions], [question.source.value for question in questions]
        )
        return [_read(question, answer, answered_at) for question, answer in zip(questions, answers, strict=True)]

    async def read_whole_records(
        self,
        headers: Source,
        lines: Source,
        record_ids: Sequence[str],
        *,
        columns: Collection[str],
        line_columns: Collection[str],
        together: bool = True,
    ) -> list[WholeRecord | None]:
        """Up to five documents with all their lines, in one call or one call each; None for one that is gone."""
        subs = [Call("GET", f"/{headers.value}/{record_id}") for record_id in record_ids]
        sources = [headers.value] * len(subs)
        if together:
            answers, _ = await self.call_together(subs, sources)
        else:
            answers = await self.call_one_by_one(subs, sources)
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
        call = Call("GET", "/settings/fields", params={"module": source.value})
        body, _ = await self._send(call, source.value)
        return read_field_names(body)

    async def count_records(self, source: Source) -> int:
        """How many records a module has. Zoho: record count page."""
        body, _ = await self._send(Call("GET", f"/{source.value}/actions/count"), source.value)
        return read_count(body)

    async def call_one_by_one(self, calls: Sequence[Call], sources: Sequence[str]) -> list[object]:
        """The same as `call_together` in as many calls."""
        return [await self._send_or_refuse(call, source) for call, source in zip(calls, sources, strict=True)]

    async def call_together(self, calls: Sequence[Call], sources: Sequence[str]) -> tuple[list[object], datetime]:
        """Bodies of up to five calls made in one composite, or the refusal of one; `sources` name them in refusals."""
        requests = [_write_sub(number, call) for number, call in enumerate(calls, start=1)]
        body = {"rollback_on_fail": False, "parallel_execution": True, "__composite_requests": requests}

        def check(response: HttpResponse) -> list[object]:
            outer = parse_body(response)
            if not is_composite(outer):  # Zoho answers 200, 207 or 400 with the sub-answers inside
                check_answer(response.status, outer, source="composite")
            answers: list[object] = []
            for source, (status, inner) in zip(sources, read_together(outer, len(calls)), strict=True):
                try:
                    answers.append(check_answer(status, inner, source=source))
                except (ModuleRefusedError, QuestionRefusedError) as refusal:
                    answers.append(refusal)
            return answers

        return await self._line.call(Call("POST", "/__composite_requests", body, way=COMPOSITE), check)

    async def _send(self, call: Call, source: str) -> tuple[object, datetime]:
        def check(response: HttpResponse) -> object:
            return check_answer(response.status, parse_body(response), source=source)

        return await self._line.call(call, check)

    async def _send_or_refuse(self, call: Call, source: str) -> object:
        try:
            return (await self._send(call, source))[0]
        except (ModuleRefusedError, QuestionRefusedError) as refusal:
            return refusal


def _write(question: AnyQuestion) -> Call:
    if isinstance(question, Question):
        return Call("POST", "/coql", {"select_query": question.text}, cost=question.credits, way=COQL)
    path = f"/{question.source.value}" + ("/deleted" if isinstance(question, DeletedQuestion) else "")
    return Call("GET", path, params=question.params, headers=question.headers)


def _write_sub(number: int, call: Call) -> dict[str, object]:
    sub: dict[str, object] = {"sub_request_id": str(number), "method": call.method, "uri": f"{API}{call.path}"}
    if call.body is not None:
        sub["body"] = call.body
    if call.params:
        sub["params"] = dict(call.params)
    if call.headers:
        sub["headers"] = dict(call.headers)
    return sub


def _read(question: AnyQuestion, answer: object, answered_at: datetime) -> Page | DeletedPage | Refusal:
    if isinstance(answer, Refusal):
        return answer
    if isinstance(question, DeletedQuestion):
        return read_deleted(question, answer, answered_at)
    page = read_page(question, answer, answered_at)
    # A token of a composite is bound to its small pages; whoever reads on alone begins a window of his own.
    return replace(page, token=None)
