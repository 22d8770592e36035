"""The queue of questions on the screen, and decisions that reach the API as they were meant."""

import pytest
from tests.fixtures.command_line import CommandLine

QUESTION = {
    "question_id": "q1",
    "module": "invoices",
    "record_id": "4711",
    "label": {"number": "INV-1", "name": "Smith", "dated": "2026-01-05", "total": "12.00", "currency": "GBP"},
    "reasons": [{"code": "looks_already_entered", "sentence": "Xero has it.", "what_to_do": "Say so."}],
    "decisions": ["link", "create_new"],
    "candidate_kind": "sales_invoice",
    "candidates": [{"xero_id": "x-9", "number": "OLD-7", "contact": "Smith & Sons", "email": None, "total": "12.00"}],
    "decided": None,
}
ANSWER = {"module": "invoices", "record_id": "4711", "decision": "link", "xero_id": "x-9", "decided_at": "now"}


@pytest.mark.parametrize("arguments", [("t1",), ("list", "t1")])
def test_a_tenant_alone_lists_its_whole_queue_with_candidates(
    command_line: CommandLine, arguments: tuple[str, ...]
) -> None:
    pages = [
        {"items": [QUESTION], "next_cursor": "more"},
        {"items": [{**QUESTION, "record_id": "4712"}], "next_cursor": None},
    ]
    command_line.answers = {"GET /v1/links/t1/questions": pages}
    result = command_line.run("questions", *arguments)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[:4] == [
        "invoices 4711  INV-1 Smith 2026-01-05 12.00 GBP",
        "  Xero has it. Say so.",
        "    x-9  OLD-7, Smith & Sons, 12.00",
        "  to decide: link, create-new",
    ]
    assert "invoices 4712" in result.stdout


def test_an_empty_queue_says_so(command_line: CommandLine) -> None:
    command_line.answers = {"GET /v1/links/t1/questions": {"items": [], "next_cursor": None}}
    assert command_line.run("questions", "t1").stdout == "Nothing waits for a decision.\n"


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        (("link", "x-9"), {"decision": "link", "xero_id": "x-9"}),
        (("create-new",), {"decision": "create_new"}),
        (("keep-crm",), {"decision": "keep_crm"}),
        (("keep-xero",), {"decision": "keep_xero"}),
    ],
)
def test_a_decision_is_sent_as_it_was_meant(
    command_line: CommandLine, said: tuple[str, ...], sent: dict[str, str]
) -> None:
    command_line.answers = {"POST /v1/links/t1/decisions": ANSWER}
    assert command_line.run("questions", "decide", "t1", "invoices", "4711", *said).exit_code == 0
    assert command_line.sent == [
        ("POST /v1/links/t1/decisions", {"module": "invoices", "record_id": "4711", **sent}),
    ]


def test_a_refusal_is_told_with_its_faults(command_line: CommandLine) -> None:
    problem = {"detail": "That cannot be.", "faults": [{"where": "body.xero_id", "what": "is needed to link"}]}
    command_line.answers = {"POST /v1/links/t1/decisions": (422, problem)}
    result = command_line.run("questions", "decide", "t1", "invoices", "4711", "link")
    assert (result.exit_code, "body.xero_id: is needed to link" in result.output) == (1, True)
