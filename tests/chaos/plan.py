"""What a seed decides before the story begins. Each matter has dice of its own, so that leaving one out leaves the
others as they were."""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

MATTERS: Final = ("kills", "pauses", "faults", "offsets", "shuffling", "replicas", "delays", "edits", "disconnections")
"""What can be left out of a story, to find what a failure needs."""

WORST_OFFSET_SECONDS: Final = 300.0
"""No two clocks are further apart, the vendors' among them."""


@dataclass(frozen=True)
class Plan:
    """The outline of one story. Days after the first begin with what people changed overnight."""

    seed: int
    without: frozenset[str]
    sending: str
    days: int
    replicas: Mapping[str, int]
    replaces_paused: bool
    offsets: Mapping[str, float]
    shuffle_seed: int | None
    kills_a_day: int
    pauses_a_day: int
    faults_a_day: int
    edits_a_day: int
    held_up_chance: float
    disconnections: bool

    def roll(self, matter: str) -> random.Random:
        """Dice for one matter."""
        return random.Random(f"{self.seed}:{matter}")

    def allows(self, matter: str) -> bool:
        """Whether the story has that matter."""
        return matter not in self.without


def draw_plan(seed: int, without: Collection[str] = ()) -> Plan:
    """The plan of a seed. `without` names matters that are left out."""
    left_out = frozenset(without)
    dice = random.Random(f"{seed}:plan")
    sending = dice.choice(("used", "used", "all"))
    days = dice.choice((2, 2, 3, 3, 4))
    many = dice.random() < 0.4
    skewed = dice.random() < 0.5
    shuffled = dice.random() < 0.5
    kills, pauses, faults = dice.choice((0, 1, 2, 3, 5)), dice.choice((0, 1, 2)), dice.choice((0, 2, 4, 6))
    edits, held_up = dice.choice((2, 5, 9)), dice.choice((0.0, 0.02, 0.1))
    disconnections = dice.random() < 0.25
    earliest = dice.uniform(-WORST_OFFSET_SECONDS, 0)
    offsets = {
        service: round(dice.uniform(earliest, earliest + WORST_OFFSET_SECONDS)) if skewed else 0.0
        for service in ("auth", "scheduler", "zoho-reader", "xero-writer")
    }
    twice = 2 if many and "replicas" not in left_out else 1
    return Plan(
        seed=seed,
        without=left_out,
        sending=sending,
        days=days,
        replaces_paused="replicas" not in left_out,
        replicas={"auth": 1, "scheduler": 1, "zoho-reader": twice, "xero-writer": twice},
        offsets=dict.fromkeys(offsets, 0.0) if "offsets" in left_out else offsets,
        shuffle_seed=seed if shuffled and "shuffling" not in left_out else None,
        kills_a_day=0 if "kills" in left_out else kills,
        pauses_a_day=0 if "pauses" in left_out else pauses,
        faults_a_day=0 if "faults" in left_out else faults,
        edits_a_day=0 if "edits" in left_out else edits,
        held_up_chance=0.0 if "delays" in left_out else held_up,
        disconnections=disconnections and "disconnections" not in left_out,
    )
