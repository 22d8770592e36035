"""Ask both vendors, without anybody's consent, whether they know our app as it is set up.

A code that nobody gave is exchanged: a vendor that knows the app refuses the code, one that does not refuses the app.
The page of consent is opened as a browser would, and not followed: a wrong redirect address or scope shows there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from auth.clients.vendor_oauth import Consent, ConsentRequest, VendorOAuth, challenge_of, make_state, make_verifier
from auth.errors import AppRefusedError, GrantRefusedError
from sync_kit.clock import Clock
from sync_kit.errors import AnswerLostError, BadAnswerError, RateLimitedError, TryLaterError
from sync_kit.http import HttpClient, HttpRequest, HttpResponse
from zoho2xero.doctor.findings import Look, bad, good, unsure

TIMEOUT_SECONDS: Final = 20.0
MOST_CLOCK_OFFSET: Final = timedelta(seconds=60)

APP_WORDS: Final = ("invalid client", "invalid_client", "unauthorized_client")
REDIRECT_WORDS: Final = ("invalid redirect", "invalid_redirect_uri")
SCOPE_WORDS: Final = ("scope does not exist", "invalid_scope", "invalid scope", "invalid oauth scope")


async def look_at_app(name: str, vendor: VendorOAuth, consent: Consent, redirect_uri: str, variables: str) -> Look:
    """Whether the vendor knows client id and secret. `name` is how people call the vendor, data centre included."""
    subject = f"{name}: registration"
    try:
        await vendor.exchange_code("asked-by-doctor", consent, redirect_uri=redirect_uri, verifier=make_verifier())
    except GrantRefusedError:
        return good(subject, f"{name} knows the app and its secret.")
    except AppRefusedError:
        return bad(
            subject,
            f"{name} does not know the client id, or the secret is another one.",
            f"Compare {variables} with the console of the vendor; for Zoho also that the app serves this data centre.",
        )
    except RateLimitedError:
        return unsure(subject, f"{name} was asked too often just now.", "Try again in ten minutes.")
    except (TryLaterError, AnswerLostError):
        return bad(
            subject,
            f"{consent.accounts_url} cannot be reached from here.",
            "Check DNS, the firewall and a proxy: this host must be open on port 443.",
        )
    except BadAnswerError as error:
        return unsure(subject, f"{name} answered something that we do not know ({error}).", "Try again later.")
    return unsure(subject, f"{name} took a code that nobody gave.", "Check the address of the vendor.")


async def look_at_consent_page(
    http: HttpClient, name: str, vendor: VendorOAuth, redirect_uri: str, scopes: Sequence[str], data_centre: str | None
) -> Look:
    """Whether the page of consent opens with our redirect address and scopes."""
    subject = f"{name}: redirect address and scopes"
    url = vendor.build_consent_url(
        ConsentRequest(redirect_uri, make_state(), challenge_of(make_verifier()), data_centre)
    )
    request = HttpRequest("GET", url, headers={"accept": "text/html"})
    try:
        response = await http.send(request, timeout_seconds=TIMEOUT_SECONDS)
    except (TryLaterError, AnswerLostError, BadAnswerError):
        return bad(subject, f"{name}'s page of consent cannot be reached.", "Check DNS, the firewall and a proxy.")
    said = _read_refusal(response)
    if any(word in said for word in SCOPE_WORDS):
        return bad(
            subject,
            f"{name} does not give the app one of these rights: {', '.join(scopes)}.",
            "Give the app these scopes in the vendor's console, or set fewer in AUTH_ZOHO_SCOPES or AUTH_XERO_SCOPES.",
        )
    if any(word in said for word in REDIRECT_WORDS):
        return bad(
            subject,
            f"{name} does not know the redirect address {redirect_uri}.",
            "Enter exactly this address in the vendor's console, or give the --public-url that is entered there.",
        )
    if any(word in said for word in APP_WORDS):
        return bad(subject, f"{name} does not know the client id.", "Compare it with the vendor's console.")
    if response.status >= 400:
        return unsure(
            subject,
            f"{name} answered the page of consent with HTTP {response.status}.",
            f"Open it in a browser and read what it says: {url}",
        )
    return good(subject, f"{name} opens its page of consent for {redirect_uri} and all scopes.")


async def look_at_api(http: HttpClient, clock: Clock, name: str, url: str) -> list[Look]:
    """Whether the API answers at all (it must refuse: we bring no token), and whether clocks agree."""
    subject = f"{name}: API"
    try:
        response = await http.send(HttpRequest("GET", url), timeout_seconds=TIMEOUT_SECONDS)
    except (TryLaterError, AnswerLostError, BadAnswerError):
        return [bad(subject, f"{url} cannot be reached from here.", "Check DNS, the firewall and a proxy.")]
    if response.status not in (401, 403):
        return [
            unsure(subject, f"{url} answered {response.status} instead of asking who we are.", "Check the address.")
        ]
    return [good(subject, f"{url} answers."), *_compare_clocks(name, response.headers, clock.now())]


def _read_refusal(response: HttpResponse) -> str:
    """All that an answer says, in lower case; of a redirect only where it leads, without our own parameters."""
    location = response.headers.get("location")
    if location is not None:
        _, _, query = location.partition("?")
        return "&".join(part for part in query.lower().split("&") if part.startswith(("error", "message")))
    if response.status < 400 and b"<form" in response.body:
        return ""
    return response.body[:20_000].decode(errors="replace").lower()


def _compare_clocks(name: str, headers: Mapping[str, str], now: datetime) -> list[Look]:
    try:
        theirs = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return []
    offset = abs(now - theirs)
    if offset <= MOST_CLOCK_OFFSET:
        return []
    return [
        bad(
            "Clock",
            f"This machine's clock is {int(offset.total_seconds())} s away from {name}'s.",
            "Let the machine keep its time by NTP: tokens and checkpoints depend on it.",
        )
    ]
