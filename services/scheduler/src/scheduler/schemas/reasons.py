"""Reasons and findings in words, and the published catalogues of both."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


class ReasonView(BaseModel):
    """A reason in words. `facts` are the figures in the sentence."""

    code: str
    sentence: str
    who: str
    what_to_do: str
    facts: Mapping[str, Any]
    vendor_words: str | None


class FindingView(BaseModel):
    """A readiness finding in words. `severity`: stops (nothing is written before it is mended) or warns."""

    code: str
    severity: str
    sentence: str
    who: str
    what_to_do: str
    facts: Mapping[str, Any]


class ReasonEntryView(BaseModel):
    """A line of the published catalogue."""

    code: str
    kind: str
    sentence: str
    who: str
    what_to_do: str
    heals: bool
    reopened_by: tuple[str, ...]


class ReasonList(BaseModel):
    """The whole catalogue."""

    items: tuple[ReasonEntryView, ...]


class FindingEntryView(BaseModel):
    """A line of the published catalogue of readiness findings."""

    code: str
    severity: str
    sentence: str
    who: str
    what_to_do: str


class FindingList(BaseModel):
    """The whole catalogue of readiness findings."""

    items: tuple[FindingEntryView, ...]
