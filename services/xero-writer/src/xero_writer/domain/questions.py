"""Questions that only a person can answer: which reasons ask one, and which answers each of them takes."""

from collections.abc import Mapping, Sequence
from typing import Final

from sync_kit.contracts.codec import content_digest
from sync_kit.contracts.reasons import Reason
from xero_writer.domain.candidates import CONTACT, list_choices
from xero_writer.domain.document_kinds import XERO_WORDS, XeroKind
from xero_writer.domain.rows import DecisionKind

_IDENTITY: Final = (DecisionKind.LINK, DecisionKind.CREATE_NEW)
_ANSWERS: Final[Mapping[str, tuple[DecisionKind, ...]]] = {
    "ambiguous_match": _IDENTITY,
    "name_taken": _IDENTITY,
    "number_taken_in_xero": _IDENTITY,
    "looks_already_entered": _IDENTITY,
    "two_in_xero": (DecisionKind.LINK,),
    "changed_in_xero": (DecisionKind.KEEP_CRM, DecisionKind.KEEP_XERO),
}
_NUMBER_CODES: Final = frozenset({"ambiguous_match", "number_taken_in_xero"})


def list_answers(reasons: Sequence[Reason], *, linked: bool) -> tuple[DecisionKind, ...]:
    """What a person may decide about a record that is held for these reasons; empty when nobody is asked.

    A record that has its counterpart is never linked to another one. Where Xero allows a number or an item code only
    once, nothing new can be made under it.
    """
    answers: dict[DecisionKind, None] = {}
    for reason in reasons:
        for answer in _ANSWERS.get(reason.code, ()):
            if linked and answer is DecisionKind.LINK:
                continue
            if answer is DecisionKind.CREATE_NEW and not _may_create(reason, linked=linked):
                continue
            answers[answer] = None
    return tuple(answers)


def find_candidate_kind(reasons: Sequence[Reason]) -> str | None:
    """What the candidates are: a contact, an item, or a kind of document; None where no reason offers any."""
    kinds = (reason.facts.get("candidate_kind") for reason in reasons if reason.code in _ANSWERS)
    return next((kind for kind in kinds if isinstance(kind, str)), None)


def name_question(module: str, record_id: str, extraction_seq: int, reasons: Sequence[Reason]) -> str:
    """A short name of exactly this question: of another version of the record or other candidates it is another."""
    asked = [[reason.code, sorted(str(choice.get("xero_id")) for choice in list_choices(reason))] for reason in reasons]
    return content_digest([module, record_id, extraction_seq, asked])[:16]


def _may_create(reason: Reason, *, linked: bool) -> bool:
    if linked:
        return reason.code == "name_taken"
    kind = reason.facts.get("candidate_kind")
    if reason.code not in _NUMBER_CODES or kind in (None, CONTACT):
        return reason.code != "number_taken_in_xero"
    return kind in set(XeroKind) and not XERO_WORDS[XeroKind(kind)].number_is_unique
