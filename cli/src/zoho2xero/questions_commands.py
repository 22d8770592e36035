"""`zoho2xero questions`: the held records that only a person can decide about, and the decisions."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from zoho2xero.calling import DEFAULT_URL, AsJson, ClientId, ClientSecret, Url, call_api, print_json
from zoho2xero.client import ApiClient, Credentials

Json = dict[str, Any]
LISTING = "list"
PAGE_SIZE = 200
CANDIDATE_PARTS = ("number", "code", "name", "contact", "email", "town", "dated", "total", "currency", "status")


class Answer(StrEnum):
    """What may be decided."""

    LINK = "link"
    CREATE_NEW = "create-new"
    KEEP_CRM = "keep-crm"
    KEEP_XERO = "keep-xero"


class ListingGroup(TyperGroup):
    """`questions TENANT` is short for `questions list TENANT`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # the type of `ctx` is private to typer
        """Name the command that was left out."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [LISTING, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=ListingGroup, no_args_is_help=True, help="Held records that only a person can decide about: TENANT lists them."
)


@app.command(LISTING)
def list_questions(
    tenant_id: Annotated[str, typer.Argument(help="Whose questions.")],
    client_id: ClientId,
    client_secret: ClientSecret,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Every question with the Xero records that it could be."""
    questions = call_api(Credentials(url, client_id, client_secret), lambda api: list_all_questions(api, tenant_id))
    if as_json:
        print_json(questions)
    else:
        show_questions(Console(), questions)


@app.command()
def decide(
    tenant_id: Annotated[str, typer.Argument(help="Whose record.")],
    module: Annotated[str, typer.Argument(help="Its module, such as invoices.")],
    record_id: Annotated[str, typer.Argument(help="Its id in the CRM.")],
    decision: Annotated[Answer, typer.Argument(help="What it is.")],
    client_id: ClientId,
    client_secret: ClientSecret,
    xero_id: Annotated[str | None, typer.Argument(help="With link: the Xero record.")] = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Decide about one record; the next sync carries it out."""
    body: Json = {"module": module, "record_id": record_id, "decision": decision.value.replace("-", "_")}
    if xero_id is not None:
        body["xero_id"] = xero_id
    decided = call_api(
        Credentials(url, client_id, client_secret), lambda api: api.post(f"/v1/links/{tenant_id}/decisions", body)
    )
    if as_json:
        print_json(decided)
    else:
        Console().print("Decided; the next sync carries it out.", markup=False)


async def list_all_questions(api: ApiClient, tenant_id: str) -> list[Json]:
    """The whole queue, page by page."""
    questions: list[Json] = []
    cursor: str | None = None
    while True:
        page = await api.get(f"/v1/links/{tenant_id}/questions", limit=PAGE_SIZE, cursor=cursor)
        questions.extend(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return questions


def show_questions(console: Console, questions: Iterable[Mapping[str, Any]]) -> None:
    """Each record, why it is held, what it could be, and which answers are taken."""
    shown = 0
    for question in questions:
        shown += 1
        label = question["label"]
        parts = (label.get("number"), label.get("name"), label.get("dated"), label.get("total"), label.get("currency"))
        known = " ".join(str(part) for part in parts if part is not None)
        console.print(f"{question['module']} {question['record_id']}  {known}", style="bold", markup=False)
        for reason in question["reasons"]:
            console.print(f"  {reason['sentence']} {reason['what_to_do']}", markup=False)
        for candidate in question["candidates"]:
            words = ", ".join(str(candidate[part]) for part in CANDIDATE_PARTS if candidate.get(part) is not None)
            console.print(f"    {candidate['xero_id']}  {words}", markup=False)
        answers = ", ".join(answer.replace("_", "-") for answer in question["decisions"])
        decided = question.get("decided")
        state = f"decided: {decided['decision'].replace('_', '-')}" if decided else f"to decide: {answers}"
        console.print(f"  {state}", style="dim", markup=False)
    if not shown:
        console.print("Nothing waits for a decision.")
