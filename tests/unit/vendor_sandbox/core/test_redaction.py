"""No token in the ledger."""

from vendor_sandbox.core.redaction import hash_secret, pick_headers, redact_text


def test_form_secrets_become_hashes() -> None:
    text = redact_text("grant_type=refresh_token&refresh_token=1000.aa.bb&client_secret=s3cret&client_id=me")
    assert "1000.aa.bb" not in text
    assert "s3cret" not in text
    assert f"refresh_token=#{hash_secret('1000.aa.bb')}" in text
    assert "client_id=me" in text
    assert "grant_type=refresh_token" in text


def test_tokens_in_an_answer_become_hashes() -> None:
    text = redact_text('{"access_token":"abc","expires_in":3600,"refresh_token":"def"}')
    assert "abc" not in text
    assert "def" not in text
    assert '"expires_in":3600' in text


def test_the_authorization_header_is_kept_as_scheme_and_hash() -> None:
    kept = pick_headers({"authorization": "Bearer abc", "idempotency-key": "k", "cookie": "no"})
    assert kept == {"authorization": f"Bearer #{hash_secret('abc')}", "idempotency-key": "k"}
