"""What the doctor can say: one line for each thing that it looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """GOOD: seen to work. UNSURE: a person should look. BAD: nothing works before it is mended."""

    GOOD = "good"
    UNSURE = "unsure"
    BAD = "bad"


@dataclass(frozen=True)
class Look:
    """One thing that was looked at. `remedy` says what to do unless all is well."""

    subject: str
    health: Health
    sentence: str
    remedy: str | None = None

    def __post_init__(self) -> None:
        if self.health is not Health.GOOD and self.remedy is None:
            raise ValueError("what is not well needs a remedy")


def good(subject: str, sentence: str) -> Look:
    """It works."""
    return Look(subject, Health.GOOD, sentence)


def unsure(subject: str, sentence: str, remedy: str) -> Look:
    """We could not tell."""
    return Look(subject, Health.UNSURE, sentence, remedy)


def bad(subject: str, sentence: str, remedy: str) -> Look:
    """It does not work."""
    return Look(subject, Health.BAD, sentence, remedy)
