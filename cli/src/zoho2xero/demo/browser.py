"""Walk an OAuth consent as a person's browser does: follow redirects until a page comes."""

from urllib.parse import urljoin

from sync_kit.http import HttpClient, HttpRequest, HttpResponse

MOST_REDIRECTS = 10
TIMEOUT_SECONDS = 30.0


class ConsentError(Exception):
    """The walk ended at a page that says that something is wrong."""


async def walk_consent(http: HttpClient, url: str) -> HttpResponse:
    """Open `url` and follow redirects to the last page. Raises ConsentError when that page is a refusal."""
    for _ in range(MOST_REDIRECTS):
        response = await http.send(
            HttpRequest("GET", url, headers={"accept": "text/html"}), timeout_seconds=TIMEOUT_SECONDS
        )
        location = response.headers.get("location")
        if response.status in (301, 302, 303, 307) and location:
            url = urljoin(url, location)
            continue
        if response.status != 200:
            raise ConsentError(f"the consent ended with HTTP {response.status}: {response.body[:300]!r}")
        return response
    raise ConsentError("the consent redirected too often")
