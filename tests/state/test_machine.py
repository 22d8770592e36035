"""Examples of the state machine, and that a product which breaks its promise is found by it.

Each run is a process of its own, as people run it: an example needs a process in which nothing else decides.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLANTED = ("lost-answer-is-failure",)


def live(examples: int, *more: str) -> tuple[int, str]:
    """The exit code, and everything that was said."""
    command = [sys.executable, "-m", "tests.state", "--examples", str(examples), *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800)
    assert done.stdout, done.stderr
    return done.returncode, done.stdout


def test_whatever_people_vendors_and_operators_do_the_promise_is_kept() -> None:
    code, said = live(5)
    assert code == 0, said
    assert "5 examples judged" in said


@pytest.mark.thorough
def test_the_promise_is_kept_in_more_examples() -> None:
    code, said = live(40, "--seed", "1")
    assert code == 0, said


@pytest.mark.proof
@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_fault_is_found_and_its_steps_are_told(planted: str) -> None:
    code, said = live(100, "--planted", planted, "--as-found")
    assert code == 1, said
    assert "state = SyncMachine()" in said
