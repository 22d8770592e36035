"""HTTP outwards: the only room of the house that knows an HTTP library."""

from sync_kit.http.asgi import AsgiApp, AsgiTransport, asgi_transport
from sync_kit.http.client import HttpClient, HttpTransport
from sync_kit.http.messages import HttpRequest, HttpResponse, json_request, parse_json
from sync_kit.http.retry_after import read_retry_after

__all__ = [
    "AsgiApp",
    "AsgiTransport",
    "HttpClient",
    "HttpRequest",
    "HttpResponse",
    "HttpTransport",
    "asgi_transport",
    "json_request",
    "parse_json",
    "read_retry_after",
]
