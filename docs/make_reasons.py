"""Write docs/reasons.md from both catalogues: `python -m docs.make_reasons`.

The page is a reference for people; sync_kit.contracts.reason_catalogue and sync_kit.contracts.findings are the truth.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sync_kit.contracts import reason_catalogue
from sync_kit.contracts.findings import FINDINGS, FindingEntry, Severity
from sync_kit.contracts.reasons import ReasonEntry, ReasonKind
from sync_kit.contracts.vocabulary import ReopenedBy

PAGE = Path(__file__).with_name("reasons.md")
COMMAND = "python -m docs.make_reasons"

CHAPTERS: Mapping[str, Sequence[ReasonEntry]] = {
    "Not meant to go (yet)": reason_catalogue.NOT_MEANT_TO_GO,
    "Missing or wrong in the CRM": reason_catalogue.WRONG_IN_THE_CRM,
    "Set-up and mapping": reason_catalogue.SETUP_AND_MAPPING,
    "Matching": reason_catalogue.MATCHING,
    "Money": reason_catalogue.MONEY,
    "Closed to changes": reason_catalogue.CLOSED_TO_CHANGES,
    "Connection and limits": reason_catalogue.CONNECTION_AND_LIMITS,
}

KINDS: Mapping[ReasonKind, str] = {
    ReasonKind.SKIPPED: "not meant to go; nothing is wrong",
    ReasonKind.BLOCKED: "held until its cause is gone",
    ReasonKind.LOCKED: "closed to changes on the Xero side",
    ReasonKind.WARNING: "the record did go, and this is worth knowing",
    ReasonKind.FAILED: "could not be done, or is not known to be done yet",
}

REOPENED: Mapping[ReopenedBy, str] = {
    ReopenedBy.CRM_CHANGE: "a change of the record in the CRM",
    ReopenedBy.PARENT_LINKED: "the record that it waits for goes",
    ReopenedBy.NEEDED: "a document needs it",
    ReopenedBy.MAPPING: "a change of the mapping",
    ReopenedBy.SETTINGS: "a change of the settings",
    ReopenedBy.XERO_REFERENCE: "accounts, rates, currencies, lock dates or contacts change in Xero",
    ReopenedBy.XERO_DOCUMENT: "the document changes in Xero",
    ReopenedBy.CONNECTION: "a new authorisation",
    ReopenedBy.TIME: "every run looks again",
    ReopenedBy.DECISION: "a person's decision",
}

_HEAD = f"""# Reasons and findings

Generated from the catalogues by `{COMMAND}`; do not edit. The same lists are served by `GET /v1/reasons` and
`GET /v1/reasons/findings`. Codes are a public contract: they are added, never reused for something else.

A record that did not go has every reason at once, the worst first. `{{...}}` is filled in. Who acts: sales in the CRM,
accounts in Xero or by policy, an admin in connections and mapping. A record whose reason heals goes by itself on the
next run after its cause is gone; otherwise a person decides.
"""


def write_page() -> str:
    """The whole page."""
    parts = [_HEAD, "| kind | means |\n|---|---|"]
    parts[-1] += "".join(f"\n| {kind} | {meaning} |" for kind, meaning in KINDS.items()) + "\n"
    parts.append("| re-opened by | means |\n|---|---|")
    parts[-1] += "".join(f"\n| `{by}` | {meaning} |" for by, meaning in REOPENED.items()) + "\n"
    for title, entries in CHAPTERS.items():
        rows = [
            "| code | kind | sentence | who | what to do | heals by itself | re-opened by |",
            "|---|---|---|---|---|---|---|",
            *(_describe_reason(entry) for entry in entries),
        ]
        parts.append(f"## {title}\n\n" + "\n".join(rows) + "\n")
    parts.append(
        "## Findings of a readiness check\n\nA finding is about the set-up, not about one record. Nothing is written "
        "while one of them stops.\n"
    )
    for severity, heading in ((Severity.STOPS, "### What stops"), (Severity.WARNS, "### What is worth a look")):
        rows = ["| code | sentence | who | what to do |", "|---|---|---|---|"]
        rows += [_describe_finding(entry) for entry in FINDINGS.values() if entry.severity == severity]
        parts.append(f"{heading}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _describe_reason(entry: ReasonEntry) -> str:
    by = ", ".join(f"`{one}`" for one in entry.reopened_by)
    cells = (f"`{entry.code}`", entry.kind, entry.sentence, entry.who, entry.what_to_do, "yes" if entry.heals else "no")
    return _row(*cells, by)


def _describe_finding(entry: FindingEntry) -> str:
    return _row(f"`{entry.code}`", entry.sentence, entry.who, entry.what_to_do)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(write_page())
