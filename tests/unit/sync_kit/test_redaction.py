from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import SecretStr

from sync_kit.redaction import REDACTED, redact_text, redact_value


@pytest.mark.parametrize(
    "name",
    ["access_token", "refreshToken", "client_secret", "Authorization", "password", "cookie", "email", "body", "payload",
     "query", "service_key", "database_url", "first_name", "contact_name", "phone", "state", "code_verifier"],
)  # fmt: skip
def test_a_field_of_that_name_is_hidden_at_any_depth(name: str) -> None:
    hidden = redact_value({"outer": [{name: "canary"}]})
    assert "canary" not in str(hidden)
    assert REDACTED in str(hidden)


@pytest.mark.parametrize("name", ["tokens_lent", "generation", "tenant_id", "rows", "statement", "module"])
def test_figures_and_ids_are_told(name: str) -> None:
    assert redact_value(7, name) == 7


def test_ids_of_that_name_are_told() -> None:
    assert redact_value("tenant-1", "tenant_id") == "tenant-1"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer canary.token-1",
        "basic Y2FuYXJ5OmNhbmFyeQcanary==",
        "got eyJhbGciOiJFZERTQSJ9.canary.signature back",
        "postgresql://user:canary@db:5432/x failed",
        "no mail to canary@example.com today",
        "GET https://api.test/things?email=canary failed",
        "GET /v1/things?code=canary failed",
    ],
)
def test_what_looks_like_a_secret_is_hidden_in_any_text(text: str) -> None:
    assert "canary" not in redact_text(text)


@pytest.mark.parametrize(
    "text", ["3 rows in 2.5 s", "what happened?", "https://api.test/v1/things", "2026-01-05T09:00:00Z"]
)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert redact_text(text) == text


def test_values_become_plain_json() -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    assert redact_value([Decimal("1.10"), at, None, True]) == ["1.10", "2026-01-05 00:00:00+00:00", None, True]


def test_an_object_is_told_by_its_type_alone() -> None:
    assert redact_value(SecretStr("canary")) == "<SecretStr>"
    assert redact_value(b"canary") == "<bytes>"


def test_depth_and_length_are_bounded() -> None:
    nested: list[object] = []
    nested.append(nested)
    assert "<list>" in str(redact_value(nested))
    assert len(redact_text("x" * 10_000)) == 2000
