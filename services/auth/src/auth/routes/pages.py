"""The few pages that a person sees on the way to a consent. Plain HTML, no script, nothing loaded from elsewhere."""

from collections.abc import Sequence
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi.responses import HTMLResponse

from auth.domain.connection import Organisation
from sync_kit.errors import ProblemError


def show_connected(organisation_name: str) -> HTMLResponse:
    """It worked."""
    return _page("Connected", f"<p>{escape(organisation_name)} is connected. You can close this window.</p>")


def show_problem(problem: ProblemError) -> HTMLResponse:
    """It did not work, why, and what to do."""
    code = f'<p><small>Code: <code id="code">{escape(problem.code)}</code></small></p>' if problem.code else ""
    return _page(problem.title, f"<p>{escape(problem.detail)}</p>{code}", status=problem.status)


def show_choice(organisations: Sequence[Organisation], choice_token: str, return_url: str | None) -> HTMLResponse:
    """One button for each organisation."""
    buttons = "".join(
        f'<p><button name="xero_tenant_id" value="{escape(organisation.external_id)}">'
        f"{escape(organisation.name)}</button></p>"
        for organisation in organisations
    )
    form = (
        '<form method="post" action="/connect/xero/choose">'
        f'<input type="hidden" name="choice_token" value="{escape(choice_token)}">{buttons}</form>'
    )
    # Browsers hold a form's redirect against form-action too, so the way back must be named.
    target = urlsplit(return_url or "")
    origin = f" {target.scheme}://{target.netloc}" if target.netloc else ""
    return _page(
        "Which organisation?",
        f"<p>Your Xero login opens several. Choose the one to connect.</p>{form}",
        form_action=f"'self'{origin}",
    )


def add_to_query(url: str, **values: str) -> str:
    """The url with these values in its query."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *values.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _page(title: str, content: str, *, status: int = 200, form_action: str = "'none'") -> HTMLResponse:
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"></head>'
        f"<body><h1>{escape(title)}</h1>{content}</body></html>"
    )
    headers = {
        "content-security-policy": f"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
        f"form-action {form_action}",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "cache-control": "no-store",
    }
    return HTMLResponse(html, status_code=status, headers=headers)
