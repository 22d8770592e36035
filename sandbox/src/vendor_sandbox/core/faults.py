"""The fault menu: trouble that is asked for, matched against calls as they arrive."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from vendor_sandbox.core.vendor_call import VendorRequest

FaultKind = Literal[
    "lost_request",
    "lost_answer",
    "late_commit",
    "status",
    "wrote_then_status",
    "whole_400_wrote_half",
    "rate_limit",
    "slow",
    "truncated",
    "garbage",
    "wrong_types",
    "endless",
    "token_revoked",
    "call",
]
FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)
RATE_PROBLEMS = ("minute", "day", "concurrent", "app")
ALWAYS = -1

# Arguments by kind: name -> (type, required). Anything else in a rule is refused.
_ARGUMENTS: dict[str, dict[str, tuple[type | tuple[type, ...], bool]]] = {
    "late_commit": {"delay_seconds": ((int, float), True)},
    "status": {"status": (int, True), "answer": (str, False), "headers": (dict, False)},
    "wrote_then_status": {"status": (int, True)},
    "rate_limit": {"problem": (str, False)},
    "slow": {"seconds": ((int, float), True)},
    "garbage": {"execute": (bool, False)},
    "endless": {"megabytes": (int, False)},
}


class FaultRefusedError(ValueError):
    """A rule that makes no sense; the message says why."""


@dataclass(slots=True)
class FaultRule:
    """One rule. It lets `skip` matching calls pass, then strikes `times` times (-1 = always)."""

    id: str
    vendor: str
    kind: FaultKind
    method: str | None = None
    path: re.Pattern[str] | None = None
    body: re.Pattern[str] | None = None
    skip: int = 0
    times: int = 1
    arguments: dict[str, Any] = field(default_factory=dict)
    callback: Callable[[VendorRequest], None] | None = None
    struck: int = 0

    def describe(self) -> dict[str, object]:
        """The rule as JSON, with how often it struck."""
        return {
            "id": self.id,
            "vendor": self.vendor,
            "kind": self.kind,
            "method": self.method,
            "path": self.path.pattern if self.path else None,
            "body": self.body.pattern if self.body else None,
            "skip": self.skip,
            "times": self.times,
            "struck": self.struck,
            **self.arguments,
        }


class FaultMenu:
    """The rules in force, oldest first. The first that matches a call and still has strikes is used."""

    def __init__(self) -> None:
        self._rules: dict[str, FaultRule] = {}
        self._count = 0

    def add_rule(
        self,
        vendor: str,
        kind: str,
        *,
        method: str | None = None,
        path: str | None = None,
        body: str | None = None,
        skip: int = 0,
        times: int = 1,
        callback: Callable[[VendorRequest], None] | None = None,
        **arguments: Any,
    ) -> str:
        """Add a rule and return its id. `path` and `body` are regular expressions (search, not full match);
        `path` looks at the path after the vendor's prefix. Raises FaultRefusedError."""
        _check_rule(vendor, kind, callback, arguments)
        if not isinstance(skip, int) or not isinstance(times, int) or skip < 0 or times < ALWAYS or times == 0:
            raise FaultRefusedError("skip counts from 0; times is -1 (always) or at least 1")
        self._count += 1
        rule = FaultRule(
            id=str(self._count),
            vendor=vendor,
            kind=kind,  # type: ignore[arg-type]  # checked against FAULT_KINDS above
            method=method.upper() if method else None,
            path=_compile(path),
            body=_compile(body),
            skip=skip,
            times=times,
            arguments=arguments,
            callback=callback,
        )
        self._rules[rule.id] = rule
        return rule.id

    def list_rules(self) -> list[FaultRule]:
        """All rules that were added and not removed, used up or not."""
        return list(self._rules.values())

    def remove_rule(self, rule_id: str) -> bool:
        """Remove one rule; False if there is none."""
        return self._rules.pop(rule_id, None) is not None

    def clear(self) -> None:
        """Remove all rules."""
        self._rules.clear()

    def take_rule(self, vendor: str, method: str, path: str, body: bytes) -> FaultRule | None:
        """The rule that strikes this call, its strike counted; None lets the call pass."""
        for rule in self._rules.values():
            if rule.times != ALWAYS and rule.struck >= rule.times:
                continue
            if not _matches(rule, vendor, method, path, body):
                continue
            if rule.skip:
                rule.skip -= 1
                continue
            rule.struck += 1
            return rule
        return None


def _matches(rule: FaultRule, vendor: str, method: str, path: str, body: bytes) -> bool:
    return (
        rule.vendor == vendor
        and (rule.method is None or rule.method == method)
        and (rule.path is None or rule.path.search(path) is not None)
        and (rule.body is None or rule.body.search(body.decode(errors="replace")) is not None)
    )


def _compile(pattern: str | None) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    try:
        return re.compile(pattern)
    except (re.error, TypeError) as problem:
        raise FaultRefusedError(f"{pattern!r} is not a regular expression") from problem


def _check_rule(vendor: str, kind: str, callback: object, arguments: dict[str, Any]) -> None:
    if vendor not in {"zoho", "xero"}:
        raise FaultRefusedError("vendor is zoho or xero")
    if kind not in FAULT_KINDS:
        raise FaultRefusedError(f"kind is one of {', '.join(FAULT_KINDS)}")
    if (kind == "call") != (callback is not None):
        raise FaultRefusedError("kind 'call' needs a callback and is for in-process tests only")
    if kind == "whole_400_wrote_half" and vendor != "xero":
        raise FaultRefusedError("whole_400_wrote_half is a habit of Xero alone")
    _check_arguments(kind, arguments)
    if kind == "rate_limit" and arguments.get("problem", "minute") not in RATE_PROBLEMS:
        raise FaultRefusedError(f"problem is one of {', '.join(RATE_PROBLEMS)}")


def _check_arguments(kind: str, arguments: dict[str, Any]) -> None:
    allowed = _ARGUMENTS.get(kind, {})
    for name, value in arguments.items():
        if name not in allowed:
            raise FaultRefusedError(f"kind {kind!r} takes no {name!r}")
        if not isinstance(value, allowed[name][0]):
            raise FaultRefusedError(f"{name!r} cannot be {value!r}")
    for name, (_, required) in allowed.items():
        if required and name not in arguments:
            raise FaultRefusedError(f"kind {kind!r} needs {name!r}")
