"""Which addresses a browser may bring."""

import pytest

from auth.domain.data_centre import ZOHO_DATA_CENTRES, DataCentre, find_by_accounts_url, may_call


def test_zohos_ten_data_centres_are_known() -> None:
    assert set(ZOHO_DATA_CENTRES) == {"us", "eu", "in", "au", "jp", "ca", "sa", "uk", "cn", "ae"}
    assert ZOHO_DATA_CENTRES["ca"].accounts_url == "https://accounts.zohocloud.ca"
    assert ZOHO_DATA_CENTRES["ca"].api_url == "https://www.zohoapis.ca"


@pytest.mark.parametrize(("url", "name"), [("https://accounts.zoho.eu", "eu"), ("https://accounts.zoho.eu/", "eu")])
def test_an_accounts_server_is_found_by_its_exact_address(url: str, name: str) -> None:
    assert find_by_accounts_url(ZOHO_DATA_CENTRES, url) == name


@pytest.mark.parametrize(
    "url",
    [
        "http://accounts.zoho.eu",
        "https://accounts.zoho.eu.evil.example",
        "https://accounts.zoho.eu@evil.example",
        "https://accounts.zoho.eu:444",
        "https://evil.example/?https://accounts.zoho.eu",
        "accounts.zoho.eu",
        "",
    ],
)
def test_anything_that_only_resembles_one_is_not_found(url: str) -> None:
    assert find_by_accounts_url(ZOHO_DATA_CENTRES, url) is None


def test_a_token_of_one_data_centre_is_not_sent_to_another() -> None:
    centre = DataCentre("https://a", "https://www.zohoapis.eu", "https://w")
    assert may_call(centre, "https://www.zohoapis.eu/")
    assert not may_call(centre, "https://www.zohoapis.com")
    assert not may_call(centre, "https://www.zohoapis.eu.evil.example")
