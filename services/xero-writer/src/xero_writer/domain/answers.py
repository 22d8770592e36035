"""Reading what Xero answers to a batch, and what may be believed of it.

With summarizeErrors=false a 200 holds one answer for each element, in the order sent: the good ones are done, only the
bad ones are not. An unparsable body (ErrorNumber 14) and a 403 wrote nothing. After any other whole-request 400, a
5xx, or an answer that makes no sense, nothing is known of any element (Xero: batches; partial creation).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.counterparts import take_item, take_terms
from xero_writer.domain.field_digests import digest_fields, pick_document_fields
from xero_writer.domain.lanes import LANES, Lane
from xero_writer.domain.ledger import find_money, read_contact, read_item, read_lines
from xero_writer.domain.link_facts import LinkedLine, LinkFacts
from xero_writer.domain.money import cent_tolerance
from xero_writer.domain.rows import LedgerDocument

UNPARSABLE_ERROR: Final = 14
_NO_ID: Final = "00000000-0000-0000-0000-000000000000"
_NOT_EXECUTED: Final = frozenset({401, 429})
_REFUSED_WHOLE: Final = frozenset({403, 413})
"""Nothing was written: a right is missing for one of the elements, or the body is too large."""


class Effect(StrEnum):
    """What the whole request did, as far as its answer says."""

    ANSWERED = "answered"
    NOTHING_WRITTEN_SPLIT = "nothing_written_split"
    """Xero could not read it: send halves, a single element is refused with Xero's words."""
    NOT_EXECUTED = "not_executed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class ElementAnswer:
    """One element's answer. A good one has its `xero_id`."""

    ok: bool
    xero_id: str | None
    element: Mapping[str, Any]
    messages: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchAnswer:
    """`elements` are in the order sent and only there when ANSWERED; `words` are Xero's own otherwise."""

    effect: Effect
    elements: tuple[ElementAnswer, ...] = ()
    words: str | None = None


def read_batch_answer(  # noqa: PLR0911 (one return for each kind of answer)
    lane: Lane, status: int, body: object | None, expected: int
) -> BatchAnswer:
    """What a batch did. `body` is the parsed JSON, None when there was none to parse; `expected` elements were sent."""
    if status in _NOT_EXECUTED:
        return BatchAnswer(Effect.NOT_EXECUTED, words=_find_words(body))
    if status in _REFUSED_WHOLE:
        return BatchAnswer(Effect.NOTHING_WRITTEN_SPLIT, words=_find_words(body))
    if status == 400:
        number = body.get("ErrorNumber") if isinstance(body, Mapping) else None
        effect = Effect.NOTHING_WRITTEN_SPLIT if number == UNPARSABLE_ERROR else Effect.UNCERTAIN
        return BatchAnswer(effect, words=_find_words(body))
    if status != 200:
        return BatchAnswer(Effect.UNCERTAIN, words=_find_words(body))
    rows = body.get(LANES[lane].path) if isinstance(body, Mapping) else None
    if not isinstance(rows, list) or len(rows) != expected or not all(isinstance(row, Mapping) for row in rows):
        return BatchAnswer(Effect.UNCERTAIN, words="an answer without one element for each that was sent")
    elements = tuple(read_element_answer(lane, row) for row in rows)
    if any(not element.ok and not element.messages for element in elements):
        # Neither done nor refused: such an element may be there all the same.
        return BatchAnswer(Effect.UNCERTAIN, words="an element without an id and without an error")
    return BatchAnswer(Effect.ANSWERED, elements)


def read_element_answer(lane: Lane, row: Mapping[str, Any]) -> ElementAnswer:
    """One element: done when nothing says ERROR and it has an id. Messages of its lines count too."""
    messages = tuple(dict.fromkeys(_gather(row, "ValidationErrors")))
    flagged = row.get("HasErrors") is True or row.get("HasValidationErrors") is True
    failed = flagged or row.get("StatusAttributeString") == "ERROR" or bool(messages)
    if failed and not messages:
        messages = ("Xero gave no message",)
    xero_id = row.get(LANES[lane].id_field)
    known = isinstance(xero_id, str) and xero_id not in ("", _NO_ID)
    return ElementAnswer(
        ok=known and not failed,
        xero_id=str(xero_id) if known and not failed else None,
        element=row,
        messages=messages if failed else (),
        warnings=tuple(dict.fromkeys(_gather(row, "Warnings"))),
    )


def agree(
    lane: Lane,
    facts: LinkFacts,
    element: Mapping[str, Any],
    key: bytes,
    *,
    document: LedgerDocument | None = None,
) -> LinkFacts:
    """The facts to keep once Xero has answered with (or a look-up has found) the record's element. `document`: the
    element as `read_document` has read it already.

    Raises BadAnswerError when the element lacks what the link must know.
    """
    if document is not None:
        own = replace(facts, kind=LANES[lane].kind)
        return _agree_lines(own, document.lines or (), document.field_digests or {})
    if LANES[lane].kind is not None:
        return _agree_document(replace(facts, kind=LANES[lane].kind), element, key)
    if lane is Lane.ITEMS:
        return take_item(facts, read_item(element, key))
    return take_terms(facts, read_contact(element, key))


WRITTEN_DIFFERS: Final = "written_differs"


def find_total_difference(
    expected_total: Decimal | None, element: Mapping[str, Any], record_text: str
) -> Reason | None:
    """A warning when Xero's total is not the one that was computed before sending: cents of rounding, or more, which
    means that Xero's rates are not the ones that were read."""
    total = find_money(element, "Total")
    if expected_total is None or total is None or total == expected_total:
        return None
    lines = element.get("LineItems")
    if abs(total - expected_total) > cent_tolerance(len(lines) if isinstance(lines, list) else 1):
        facts = {"record": record_text, "xero": str(total), "crm": str(expected_total)}
        return Reason(code=WRITTEN_DIFFERS, facts=facts)
    facts = {"record": record_text, "xero": str(total), "crm": str(expected_total), "effect": "Xero's figure stands"}
    return Reason(code="cent_difference", facts=facts)


def _agree_document(facts: LinkFacts, element: Mapping[str, Any], key: bytes) -> LinkFacts:
    answered = read_lines(element)
    digests = digest_fields(pick_document_fields(element), key) if answered else {}
    return _agree_lines(facts, answered, digests)


def _agree_lines(facts: LinkFacts, answered: Sequence[LinkedLine], digests: Mapping[str, str]) -> LinkFacts:
    if not answered:
        return facts
    return replace(facts, lines=_join(facts.lines, answered), xero_field_digests=digests)


def _join(ours: Sequence[LinkedLine], answered: Sequence[LinkedLine]) -> tuple[LinkedLine, ...]:
    """Our line keys with Xero's ids: by id where all are known, by place where the lines were just sent."""
    by_id = {line.line_item_id: line for line in answered}
    if ours and all(line.line_item_id is not None for line in ours):
        return tuple(
            replace(by_id[line.line_item_id], key=line.key) if line.line_item_id in by_id else line for line in ours
        )
    if len(ours) != len(answered):
        return ()
    return tuple(replace(theirs, key=line.key) for line, theirs in zip(ours, answered, strict=True))


def _gather(row: Mapping[str, Any], name: str) -> list[str]:
    found = [
        str(entry["Message"])
        for entry in _rows(row.get(name))
        if isinstance(entry.get("Message"), str) and entry["Message"]
    ]
    nested = [row.get("Contact"), *_rows(row.get("LineItems"))]
    for part in nested:
        if isinstance(part, Mapping):
            found += [str(entry["Message"]) for entry in _rows(part.get(name)) if entry.get("Message")]
    return found


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _find_words(body: object) -> str | None:
    if not isinstance(body, Mapping):
        return None
    elements = [message for row in _rows(body.get("Elements")) for message in _gather(row, "ValidationErrors")]
    whole = [body.get(name) for name in ("Message", "Detail")]
    words = [text for text in (*elements, *whole) if isinstance(text, str) and text]
    return "; ".join(dict.fromkeys(words))[:1000] or None
