"""What is printed: a line for each seed that failed and how to run it alone, and one JSON line for all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos.farm import Lived

MUST_BE_ZERO = ("duplicates", "lost", "limits_broken", "replay_writes", "owed")


def count_faults(lived: Lived) -> dict[str, int]:
    """The five figures of one seed that must be 0. A story that broke off has lost something."""
    outcome, verdict = lived.outcome, lived.outcome.verdict
    return {
        "duplicates": len(verdict.duplicates),
        "lost": len(verdict.lost) + (lived.broke_off is not None),
        "limits_broken": len(verdict.limits_broken),
        "replay_writes": len(outcome.replay_writes),
        "owed": len(verdict.owed),
    }


def has_failed(lived: Lived) -> bool:
    """Whether the promise was not kept under this seed."""
    return any(count_faults(lived).values())


def explain(lived: Lived, command: str) -> str:
    """Everything that helps to understand one seed."""
    outcome, verdict = lived.outcome, lived.outcome.verdict
    lines = [f"seed {lived.seed}: {'FAILED' if has_failed(lived) else 'clean'}   alone: {command}"]
    for name in ("duplicates", "lost", "limits_broken", "owed"):
        lines += [f"  {name}: {sentence}" for sentence in getattr(verdict, name)]
    lines += [f"  replay_writes: {write}" for write in outcome.replay_writes]
    if lived.broke_off is not None:
        lines.append(f"  broke off: {lived.broke_off}")
    return "\n".join(lines)


def tell_all(lived: Lived) -> str:
    """The diary of one seed."""
    outcome = lived.outcome
    lines = [f"  {line}" for line in outcome.diary]
    lines += [f"  struck {count}x {what}" for what, count in sorted(outcome.struck.items())]
    lines.append(f"  moments: {' '.join(sorted(outcome.passed))}")
    lines += [f"  trouble {count}x {what}" for what, count in sorted(outcome.troubles.items())]
    lines += [f"  ended: {line}" for line in outcome.ended]
    lines.append(
        f"  held for true reasons: {dict(outcome.verdict.held)}; documents in Xero: {outcome.verdict.documents}"
    )
    return "\n".join(lines)


@dataclass
class Total:
    """The sum over all seeds."""

    figures: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0
    seeds: int = 0

    def add(self, lived: Lived) -> None:
        self.seeds += 1
        self.cpu_seconds += lived.cpu_seconds
        self.figures["runs"] += lived.outcome.runs
        self.figures["kills"] += lived.outcome.kills
        self.figures["faults"] += lived.outcome.faults
        self.figures.update(count_faults(lived))

    def to_json(self) -> dict[str, int]:
        """The last line."""
        return {name: self.figures[name] for name in ("runs", "kills", "faults", *MUST_BE_ZERO)}

    @property
    def is_clean(self) -> bool:
        return not any(self.figures[name] for name in MUST_BE_ZERO)


def list_failed(all_lived: Sequence[Lived]) -> list[int]:
    """The seeds to look at."""
    return [lived.seed for lived in all_lived if has_failed(lived)]
