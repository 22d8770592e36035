"""All reasons of a record at once, worst first, each once; and the one that its dependants are told."""

from collections.abc import Iterable
from typing import Any, Final

from sync_kit.contracts.codec import dumps_canonical
from sync_kit.contracts.reason_catalogue import explain, get_reason_entry
from sync_kit.contracts.reasons import Reason, ReasonKind
from sync_kit.contracts.vocabulary import Outcome

_KINDS: Final = (
    ReasonKind.LOCKED,
    ReasonKind.FAILED,
    ReasonKind.BLOCKED,
    ReasonKind.SKIPPED,
    ReasonKind.WARNING,
)
_OUTCOMES: Final = {
    ReasonKind.LOCKED: Outcome.LOCKED,
    ReasonKind.FAILED: Outcome.FAILED,
    ReasonKind.BLOCKED: Outcome.BLOCKED,
}
_FIRST: Final = ("ended_in_xero", "ended_in_crm", "number_taken_in_xero", "number_twice_in_crm", "period_locked")
_LAST: Final = ("waits_for",)


def order_reasons(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each reason once: what ended or collided first, what merely waits for another record last."""
    distinct = {(reason.code, dumps_canonical(dict(reason.facts))): reason for reason in reasons}
    return tuple(sorted(distinct.values(), key=_rank))


def outcome_of(reasons: tuple[Reason, ...]) -> Outcome:
    """The outcome that the worst reason stands for."""
    return _OUTCOMES.get(get_reason_entry(reasons[0].code).kind, Outcome.BLOCKED)


def explain_wait(record_text: str, parent_text: str, parent_reasons: tuple[Reason, ...]) -> Reason:
    """`waits_for` with the root cause: `root_code` and `root_facts` let a log roll up by what must be mended.

    What a person may choose from is told with the record that it is about, not with all that wait for it.
    """
    worst = parent_reasons[0]
    if worst.code == "waits_for":
        return Reason(code="waits_for", facts={**worst.facts, "record": record_text})
    facts: dict[str, Any] = {
        "record": record_text,
        "parent": parent_text,
        "cause": explain(worst),
        "root_code": worst.code,
        "root_facts": {name: fact for name, fact in worst.facts.items() if name != "choices"},
    }
    return Reason(code="waits_for", facts=facts)


def _rank(reason: Reason) -> tuple[int, int, str]:
    kind = _KINDS.index(get_reason_entry(reason.code).kind)
    place = 0 if reason.code in _FIRST else 2 if reason.code in _LAST else 1
    return kind, place, reason.code
