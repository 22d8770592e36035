"""Which ready records travel in one request, and its exact bytes.

One lane and one verb a request, at most 50 elements and 3 MB (Xero: limits), and never two elements that Xero
would take for one. The bytes are built once: a retry under a live key must be byte-identical.
"""

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from sync_kit.contracts.codec import dumps
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.lanes import LANES, Lane, lane_of
from xero_writer.domain.verdicts import Action, Ready

MAX_ELEMENTS: Final = 50
MAX_BYTES: Final = 3_000_000
WRITE_QUERY: Final[Mapping[str, str]] = {"summarizeErrors": "false", "unitdp": "4"}
_VERBS: Final[Mapping[Action, str]] = {Action.CREATE: "PUT", Action.UPDATE: "POST"}


@dataclass(frozen=True)
class Candidate:
    """A record that is ready to be sent, in the version `extraction_seq`.

    `revision` is the one that the link will have; `max_batch` is lowered for a record that was part of a request which
    Xero refused whole.
    """

    module: Module
    record_id: str
    extraction_seq: int
    revision: int
    verdict: Ready
    max_batch: int = MAX_ELEMENTS

    @property
    def lane(self) -> Lane:
        """Where it goes."""
        return lane_of(self.module, self.verdict.facts.kind)


@dataclass(frozen=True)
class Batch:
    """One request. `full` says that no further candidate could have joined it."""

    method: str
    lane: Lane
    candidates: tuple[Candidate, ...]
    body: bytes
    full: bool = False

    @property
    def path(self) -> str:
        """Xero's path; also the name of the list in the body."""
        return LANES[self.lane].path


@dataclass(frozen=True)
class BatchPlan:
    """`deferred` would collide with one that is in a batch or under way: judge them again when that one is settled."""

    batches: tuple[Batch, ...]
    deferred: tuple[Candidate, ...]


def list_keys(lane: Lane, verdict: Ready) -> set[tuple[str, str]]:
    """What Xero would take an element for another one by."""
    return {(LANES[lane].path, key) for key in verdict.uniqueness_keys}


def plan_batches(candidates: Sequence[Candidate], under_way: Set[tuple[str, str]] = frozenset()) -> BatchPlan:
    """Requests for candidates in the order given; modules of one lane (accounts, contacts, vendors) share requests.
    `under_way`: keys of what was sent and not answered yet.

    Raises ValueError for a candidate without an element (a link is not sent).
    """
    groups: dict[tuple[Lane, str], list[Candidate]] = {}
    taken = set(under_way)
    deferred = []
    for candidate in candidates:
        keys = list_keys(candidate.lane, candidate.verdict)
        if keys & taken:
            deferred.append(candidate)
            continue
        taken |= keys
        groups.setdefault((candidate.lane, _verb(candidate)), []).append(candidate)
    batches = [batch for group in groups.values() for batch in _fill(group)]
    return BatchPlan(tuple(batches), tuple(deferred))


def build_batch(
    candidates: Sequence[Candidate], *, full: bool = False, elements: Sequence[bytes] | None = None
) -> Batch:
    """One request of exactly these. Raises ValueError for none, for a mixture, or for a link. `elements`: theirs as
    JSON, where they were written already."""
    shapes = {(candidate.lane, _verb(candidate)) for candidate in candidates}
    if len(shapes) != 1:
        raise ValueError("a request carries one kind of element and one verb")
    lane, method = shapes.pop()
    written = [dumps(candidate.verdict.element) for candidate in candidates] if elements is None else elements
    body = b'{"%b":[%b]}' % (LANES[lane].path.encode(), b",".join(written))
    return Batch(method, lane, tuple(candidates), body, full)


def split_batch(batch: Batch) -> tuple[Batch, Batch]:
    """The two halves of a request that Xero could not read. Raises ValueError for a single element."""
    middle = len(batch.candidates) // 2
    if not middle:
        raise ValueError("one element cannot be split")
    return build_batch(batch.candidates[:middle], full=True), build_batch(batch.candidates[middle:], full=True)


def idempotency_key(tenant_id: str, batch: Batch) -> str:
    """The Idempotency-Key: the same records at the same revisions, the same key; any other content is a new revision.

    At most 128 characters (Xero: idempotent requests); keys are shared by all tenants of the app, hence the tenant.
    """
    parts = [tenant_id, batch.method, batch.path]
    parts += [f"{item.module.value}/{item.record_id}/{item.revision}" for item in batch.candidates]
    return "z2x1-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _verb(candidate: Candidate) -> str:
    if candidate.verdict.element is None or candidate.verdict.action not in _VERBS:
        raise ValueError("a link is not sent")
    return _VERBS[candidate.verdict.action]


def _fill(group: Sequence[Candidate]) -> list[Batch]:
    batches: list[Batch] = []
    current: list[Candidate] = []
    elements: list[bytes] = []
    size = 0
    limit = MAX_ELEMENTS
    for candidate in group:
        element = dumps(candidate.verdict.element)
        weight = len(element) + 1
        limit = min(candidate.max_batch, limit)
        if current and (len(current) + 1 > limit or size + weight > MAX_BYTES):
            batches.append(build_batch(current, full=True, elements=elements))
            current, elements, size, limit = [], [], 0, min(candidate.max_batch, MAX_ELEMENTS)
        current.append(candidate)
        elements.append(element)
        size += weight
    if current:
        batches.append(build_batch(current, full=len(current) >= limit, elements=elements))
    return batches
