"""Seeds that failed once, a planted fault that must be found, and that a seed lives the same life twice.

Each runs as people run it, in a process of its own: a story needs a process in which nothing but its seed decides.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.chaos.moments import MOMENTS
from tests.chaos.planted import PLANTED

from sync_kit import points

MUST_BE_ZERO = ("duplicates", "lost", "limits_broken", "replay_writes", "owed")
ROOT = Path(__file__).resolve().parents[2]

FAILED_ONCE: dict[int, str] = {
    3: "the clocks of two services were minutes apart, and no token between them was let in",
    10: "a renamed product changed drafts that nobody had touched",
    52: "who answered a dead process waited for it to read, and the story had no end",
    4357: "a bill was held for a number that a person had freed meanwhile, and sent by the next sync of everything",
    3225: "a worker that had slept met two worn-out tokens, and waited for a person whom nobody had asked to come",
    5443: "a look-up that could not be read was taken for 'not there', and what stood in Xero was held as refused",
    6200: "a record was held while its run was cancelled, and nobody was told why",
    111: "a day's limit, met three times over: the story waited in steps of a second",
}
"""Seed -> what was wrong with the product, or with the judgement."""


def live(seed: int, *more: str, seeds: int = 1) -> tuple[dict[str, Any], str]:
    """One story, or more; the JSON line, and everything that was said."""
    command = [sys.executable, "-m", "tests.chaos", "--seeds", str(seeds), "--start", str(seed), "--verbose", *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800)
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stdout


@pytest.mark.proof
@pytest.mark.parametrize("seed", FAILED_ONCE)
def test_a_seed_that_failed_once_is_clean(seed: int) -> None:
    figures, said = live(seed)
    assert [figures[name] for name in MUST_BE_ZERO] == [0] * 5, said


@pytest.mark.proof
@pytest.mark.parametrize("planted", sorted(PLANTED))
def test_a_planted_fault_is_found_within_fifty_seeds(planted: str) -> None:
    figures, said = live(1, "--planted", planted, "--until-found", seeds=50)
    assert sum(figures[name] for name in MUST_BE_ZERO) > 0, said


@pytest.mark.proof
def test_every_kind_of_moment_is_passed() -> None:
    """One that has come loose from the product strikes nobody, and every seed is clean."""
    said = live(1, seeds=2)[1]
    passed = {name for line in said.splitlines() if line.startswith("  moments: ") for name in line.split()[1:]}
    assert passed == {*MOMENTS, *points.POINTS}


@pytest.mark.proof
def test_a_seed_lives_the_same_life_twice() -> None:
    assert strip_costs(live(4)[1]) == strip_costs(live(4)[1])


def strip_costs(said: str) -> list[str]:
    return [line for line in said.splitlines() if "CPU s" not in line]
