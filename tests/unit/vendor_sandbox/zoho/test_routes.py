"""Who gets in, and what unknown paths answer."""

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import Zoho


def test_no_token_is_an_authentication_failure(zoho: Zoho) -> None:
    reply = zoho.send("GET", "/eu/crm/v8/org")
    assert (reply.status, reply.json["code"]) == (401, "AUTHENTICATION_FAILURE")


def test_an_unknown_token_is_invalid(zoho: Zoho) -> None:
    assert zoho.api("GET", "org", token="1000.no.no").json["code"] == "INVALID_TOKEN"


def test_a_token_of_another_data_centre_does_not_authenticate(zoho: Zoho) -> None:
    headers = {"authorization": f"Zoho-oauthtoken {zoho.token}"}
    reply = zoho.send("GET", "/us/crm/v8/org", headers=headers)
    assert (reply.status, reply.json["code"]) == (401, "AUTHENTICATION_FAILURE")


def test_bearer_is_accepted_beside_the_documented_scheme(zoho: Zoho) -> None:
    assert zoho.send("GET", "/eu/crm/v8/org", headers={"authorization": f"Bearer {zoho.token}"}).status == 200


@pytest.mark.parametrize("path", ["/eu/crm/v7/org", "/eu/crm/v8/", "/eu/crm/v8/settings/none", "/eu/crm/v8/a/b/c/d"])
def test_an_unknown_path_is_an_invalid_url_pattern(zoho: Zoho, path: str) -> None:
    reply = zoho.send("GET", path, headers={"authorization": f"Bearer {zoho.token}"})
    assert (reply.status, reply.json["code"]) == (404, "INVALID_URL_PATTERN")


def test_an_unknown_data_centre_is_not_found(zoho: Zoho) -> None:
    assert zoho.send("GET", "/mars/crm/v8/org").status == 404


def test_a_wrong_method_is_named(zoho: Zoho) -> None:
    reply = zoho.api("PATCH", "Invoices")
    assert (reply.status, reply.json["code"]) == (400, "INVALID_REQUEST_METHOD")


def test_an_unknown_module_is_named(zoho: Zoho) -> None:
    reply = zoho.api("GET", "Payments", query={"fields": "id"})
    assert (reply.status, reply.json["code"]) == (400, "INVALID_MODULE")


@pytest.mark.parametrize(
    ("scope", "method", "path", "admitted"),
    [
        ("ZohoCRM.modules.invoices.READ", "GET", "Invoices", True),
        ("ZohoCRM.modules.READ", "GET", "Invoices", True),
        ("ZohoCRM.modules.accounts.ALL", "GET", "Invoices", False),
        ("ZohoCRM.modules.invoices.READ", "POST", "Invoices", False),
        ("ZohoCRM.modules.invoices.WRITE", "POST", "Invoices", True),
        ("ZohoCRM.modules.invoices.WRITE", "GET", "Invoices", False),
        ("ZohoCRM.modules.invoices.CREATE", "POST", "Invoices/upsert", False),
        ("ZohoCRM.modules.invoices.WRITE", "POST", "Invoices/upsert", True),
        ("ZohoCRM.modules.invoices.WRITE", "DELETE", "Invoices/1", False),
        ("ZohoCRM.modules.invoices.DELETE", "DELETE", "Invoices/1", True),
        ("ZohoCRM.modules.invoices.READ", "GET", "Invoiced_Items", True),
        ("ZohoCRM.modules.salesorders.READ", "GET", "Sales_Orders", True),
        ("ZohoCRM.modules.invoices.READ", "GET", "Invoices/deleted", True),
        ("ZohoCRM.modules.ALL", "GET", "settings/modules", False),
        ("ZohoCRM.settings.modules.READ", "GET", "settings/modules", True),
        ("ZohoCRM.settings.modules.READ", "GET", "settings/fields", False),
        ("ZohoCRM.settings.fields.READ", "POST", "settings/fields", False),
        ("ZohoCRM.org.READ", "GET", "org", True),
        ("ZohoCRM.org.READ", "GET", "org/taxes", True),
        ("ZohoCRM.org.READ", "GET", "users", False),
        ("ZohoCRM.coql.READ", "POST", "coql", True),
        ("ZohoCRM.modules.ALL", "POST", "coql", False),
    ],
)
def test_every_call_needs_its_scope(zoho: Zoho, scope: str, method: str, path: str, admitted: bool) -> None:
    reply = zoho.api(method, path, token=zoho.token_with(scope), json={} if method == "POST" else None)
    refused = reply.status == 401 and reply.json["code"] == "OAUTH_SCOPE_MISMATCH"
    assert refused is not admitted


def test_a_query_needs_the_right_to_its_module_too(zoho: Zoho) -> None:
    text = "select Subject from Invoiced_Items where id is not null"
    both = zoho.token_with("ZohoCRM.coql.READ", "ZohoCRM.modules.invoices.READ")
    assert zoho.coql(text, token=zoho.token_with("ZohoCRM.coql.READ")).json["code"] == "OAUTH_SCOPE_MISMATCH"
    assert zoho.coql(text, token=both).json["code"] == "INVALID_QUERY"


@pytest.mark.parametrize("status", [413, 429, 500, 502, 503])
def test_typical_errors_carry_their_status(zoho: Zoho, status: int) -> None:
    zoho.core.faults.add_rule("zoho", "status", status=status)
    assert zoho.api("GET", "org").status == status


def test_a_revoked_token_stays_dead(zoho: Zoho) -> None:
    zoho.core.faults.add_rule("zoho", "token_revoked")
    for _ in range(2):
        assert zoho.api("GET", "org").json["code"] == "INVALID_TOKEN"


def test_reset_forgets_orgs_and_tokens(zoho: Zoho) -> None:
    zoho.mount.reset()
    assert zoho.mount.state.orgs == {}
    assert zoho.api("GET", "org").status == 401
