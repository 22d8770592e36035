"""A document that Xero has: created by the judge, answered by Xero, and judged again after a change."""

from typing import Any

from tests.unit.xero_writer.domain.made_rows import INVOICE_ID, KEY, give, make_context

from xero_writer.domain.answers import agree
from xero_writer.domain.document_kinds import XERO_WORDS
from xero_writer.domain.judge import judge
from xero_writer.domain.lanes import Lane
from xero_writer.domain.ledger import read_document
from xero_writer.domain.rows import JudgeContext, LedgerDocument, LedgerHits, Link, StagedRecord
from xero_writer.domain.verdicts import Ready

CONTEXT = make_context()


def link_document(record: StagedRecord, context: JudgeContext = CONTEXT) -> tuple[Link, dict[str, Any]]:
    """The link that creating the record makes, and Xero's answer to it."""
    ready = judge(give(record), context)
    assert isinstance(ready, Ready), ready
    assert ready.kind is not None
    element = dict(ready.element or {})
    lines = [{**line, "LineItemID": f"line-{place}"} for place, line in enumerate(element["LineItems"])]
    answer = {
        **element,
        XERO_WORDS[ready.kind].id_field: INVOICE_ID,
        "LineItems": lines,
        "Total": ready.expected_total,
        "AmountDue": ready.expected_total,
    }
    facts = agree(Lane(ready.kind.value), ready.facts, answer, KEY)
    return Link(INVOICE_ID, ready.digest, element["Status"], facts), answer


def read_answer(link: Link, answer: dict[str, Any], **changes: Any) -> LedgerDocument:
    """The ledger's row of the answer, as changed in Xero since."""
    assert link.facts.kind is not None
    return read_document(Lane(link.facts.kind.value), {**answer, **changes}, KEY)


def judge_again(
    record: StagedRecord,
    link: Link,
    *documents: LedgerDocument,
    context: JudgeContext = CONTEXT,
    **changes: Any,
) -> Any:
    return judge(give(record, link=link, hits=LedgerHits(documents=documents), **changes), context)
