"""GET /crm/v8/{Module}: pages of records without their lines (vendor facts, section 4.1)."""

from __future__ import annotations

from typing import Any

from vendor_sandbox.core.messages import VendorResponse, answer_json
from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.zoho.api_call import ApiCall, split_list
from vendor_sandbox.zoho.errors import ZohoRefusalError, invalid_data, limit_exceeded, missing_parameter
from vendor_sandbox.zoho.page_tokens import TOKEN_LIFE, PageToken, bind_parameters
from vendor_sandbox.zoho.rendering import render_records
from vendor_sandbox.zoho.tables import Record, RecordTable

FIELD_LIMIT = 50
PER_PAGE = 200
LAST_PAGE = 10
CEILING = 100_000
SORT_FIELDS = ("id", "Created_Time", "Modified_Time")


def list_records(call: ApiCall) -> VendorResponse:
    """One page; 204 when there is nothing, 304 when nothing was modified since."""
    table = call.get_table()
    if table.module.parent is not None and call.core.switches.zoho_line_module_list == "refused":
        raise invalid_data("the module name given seems to be invalid")
    names = read_field_names(call, table)
    per_page = call.read_number("per_page", PER_PAGE, PER_PAGE)
    per_page = call.limit_rows(per_page, was_asked="per_page" in call.request.query)
    sort_by, descending = _read_order(call)
    records = _select_records(call, table)
    since = call.find_header_time("if-modified-since")
    if since is not None:
        inclusive = call.core.switches.zoho_modified_since == "inclusive"
        records = [
            record
            for record in records
            if record["Modified_Time"] > since or (inclusive and record["Modified_Time"] == since)
        ]
        if not records:
            return VendorResponse(304)
    if not records:
        return VendorResponse(204)
    records.sort(key=lambda record: (record[sort_by], record["id"]), reverse=descending)
    return _answer_page(call, table, names, records, per_page, sort_by, descending)


def read_field_names(call: ApiCall, table: RecordTable) -> list[str]:
    """The mandatory `fields`: at most 50 API names. Raises ZohoRefusalError."""
    text = call.request.query.get("fields", "")
    names = list(dict.fromkeys(split_list(text)))
    if not names:
        raise missing_parameter("fields")
    if len(names) > FIELD_LIMIT:
        raise limit_exceeded("the number of fields given exceeds the limit", FIELD_LIMIT, param="fields")
    unknown = [name for name in names if name not in table.fields]
    if unknown and call.core.switches.zoho_unknown_fields == "refused":
        raise invalid_data(param_name="fields", api_name=unknown[0])
    return [name for name in names if name in table.fields]


def _read_order(call: ApiCall) -> tuple[str, bool]:
    query = call.request.query
    if "cvid" in query:
        if "sort_by" in query:
            message = "cvid and sort_by cannot be given together"
            raise ZohoRefusalError(400, "AMBIGUITY_DURING_PROCESSING", message)
        raise invalid_data(param_name="cvid")
    sort_by, order = query.get("sort_by", "id"), query.get("sort_order", "desc")
    if sort_by not in SORT_FIELDS:
        raise invalid_data(param_name="sort_by", supported_values=list(SORT_FIELDS))
    if order not in {"asc", "desc"}:
        raise invalid_data(param_name="sort_order", supported_values=["asc", "desc"])
    return sort_by, order == "desc"


def _select_records(call: ApiCall, table: RecordTable) -> list[Record]:
    text = call.request.query.get("ids")
    if text is None:
        return list(table.records.values())
    ids = split_list(text)
    limit = call.core.switches.zoho_ids_limit
    if len(ids) > limit:
        raise limit_exceeded("the number of ids given exceeds the limit", limit, param="ids")
    return [table.records[each] for each in dict.fromkeys(ids) if each in table.records]


def _answer_page(
    call: ApiCall,
    table: RecordTable,
    names: list[str],
    records: list[Record],
    per_page: int,
    sort_by: str,
    descending: bool,
) -> VendorResponse:
    """Cut the page out: by number (first 2,000 rows), or by token (first 100,000)."""
    query = call.request.query
    token = _find_token(call, table)
    if token is None:
        page = _read_page(call)
        seen = (page - 1) * per_page
        rest = records[seen:]
    else:
        page, seen = token.page + 1, token.seen
        rest = [record for record in records if _is_behind((record[sort_by], record["id"]), token.after, descending)]
    if seen >= CEILING:
        raise ZohoRefusalError(400, "PAGINATION_LIMIT_EXCEEDED", "the limit of 100000 records is exceeded")
    shown = rest[:per_page]
    if not shown:
        return VendorResponse(204)
    info: JsonObject = {
        "per_page": per_page,
        "count": len(shown),
        "page": page,
        "sort_by": sort_by,
        "sort_order": "desc" if descending else "asc",
        "more_records": len(rest) > per_page,
        "next_page_token": None,
        "previous_page_token": query.get("page_token"),
        "page_token_expiry": None,
        "call": False,
        "email": False,
    }
    if info["more_records"]:
        expires_at = call.request.at + TOKEN_LIFE
        last = shown[-1]
        following = PageToken(
            owner=call.owner,
            module=table.module.api_name,
            parameters=bind_parameters(query),
            after=(last[sort_by], last["id"]),
            seen=seen + len(shown),
            page=page,
            expires_at=expires_at,
        )
        info["next_page_token"] = call.state.page_tokens.issue(following)
        info["page_token_expiry"] = call.org.render_time(expires_at)
    return answer_json(200, {"data": render_records(call.org, table, shown, names), "info": info})


def _find_token(call: ApiCall, table: RecordTable) -> PageToken | None:
    query = call.request.query
    value = query.get("page_token")
    if value is None:
        return None
    if "page" in query:
        raise ZohoRefusalError(400, "AMBIGUITY_DURING_PROCESSING", "page and page_token cannot be given together")
    return call.state.page_tokens.get_token(value, call.owner, table.module.api_name, query, call.request.at)


def _read_page(call: ApiCall) -> int:
    page = call.read_number("page", 1, 10**9)
    if page > LAST_PAGE:
        message = "only the first 2000 records can be read by page; use page_token"
        raise ZohoRefusalError(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", message, {"limit": LAST_PAGE})
    return page


def _is_behind(position: tuple[Any, str], after: tuple[Any, str], descending: bool) -> bool:
    return bool(position < after) if descending else bool(position > after)
