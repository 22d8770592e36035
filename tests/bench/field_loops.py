"""The field's two habits, in our words: `python field_loops.py PLAN.json`, in a process and an environment of its own.

Both read the CRM as its list calls offer it: pages of 200, and each document once more by id, since lists hold no line
items. Then `single` writes one record a call, and `sdk` fifty a call through the vendor's own library. Both try three
times when a call ends without an answer or with a server's error, and neither sends an idempotency key.
Prints `{"wall", "read_seconds", "failed"}`; seconds, and how many records were given up.
"""

import http.client
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

TRIES: Final = 3
BATCH: Final = 50
FIELDS: Final = {
    "Accounts": "Account_Name,Phone",
    "Vendors": "Vendor_Name",
    "Products": "Product_Name,Product_Code",
    "Invoices": "Subject",
    "Purchase_Orders": "Subject",
}

Json = dict[str, Any]


class Wire:
    """One kept connection to the vendors; what comes back is parsed JSON."""

    def __init__(self, plan: Json) -> None:
        self._host = urlsplit(plan["url"]).netloc
        self._plan = plan
        self._connection: http.client.HTTPConnection | None = None

    def ask_zoho(self, path: str) -> Json:
        """A GET at Zoho."""
        headers = {"authorization": f"Zoho-oauthtoken {self._plan['tokens']['zoho']}"}
        status, answer = self._send("GET", f"/zoho/eu/crm/v8{path}", headers, None)
        if status == 204:
            return {}
        if status >= 400:
            raise RuntimeError(f"Zoho answered {status}: {answer}")
        return answer

    def put_xero(self, kind: str, record: Json) -> Json | None:
        """One record to Xero, tried three times; None when it was given up."""
        headers = {
            "authorization": f"Bearer {self._plan['tokens']['xero']}",
            "xero-tenant-id": self._plan["xero_tenant_id"],
            "content-type": "application/json",
            "accept": "application/json",
        }
        for _ in range(TRIES):
            try:
                status, answer = self._send("PUT", f"/xero/api.xro/2.0/{kind}", headers, record)
            except (http.client.HTTPException, OSError):
                continue
            if status < 400:
                made: Json = answer[kind][0]
                return made
            if status < 500:
                return None
        return None

    def _send(self, method: str, path: str, headers: Json, body: Json | None) -> tuple[int, Json]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, timeout=60)
        try:
            self._connection.request(method, path, json.dumps(body) if body else None, headers)
            response = self._connection.getresponse()
            content = response.read()
        except (http.client.HTTPException, OSError):
            self._connection.close()
            self._connection = None
            raise
        return response.status, json.loads(content) if content else {}


class Single:
    """One record per call, no key."""

    def __init__(self, plan: Json, wire: Wire) -> None:
        self._wire = wire

    def write(self, kind: str, records: list[Json]) -> list[Json | None]:
        """What Xero made of each; None: given up."""
        return [self._wire.put_xero(kind, record) for record in records]


class Sdk:
    """The vendor's own library, fifty records per call, no key."""

    def __init__(self, plan: Json, wire: Wire) -> None:
        from xero_python import accounting  # noqa: PLC0415 - only in this contender's environment
        from xero_python.api_client import ApiClient  # noqa: PLC0415
        from xero_python.api_client.configuration import Configuration  # noqa: PLC0415
        from xero_python.api_client.oauth2 import OAuth2Token  # noqa: PLC0415

        token = {"access_token": plan["tokens"]["xero"], "expires_in": 1800, "token_type": "Bearer", "scope": []}
        client = ApiClient(
            Configuration(oauth2_token=OAuth2Token()), oauth2_token_getter=lambda: token, oauth2_token_saver=None
        )
        self._models = accounting
        self._api = accounting.AccountingApi(client, base_url=f"{plan['url']}/xero/api.xro/2.0")
        self._xero_tenant_id = plan["xero_tenant_id"]

    def write(self, kind: str, records: list[Json]) -> list[Json | None]:
        """What Xero made of each; None: given up."""
        made: list[Json | None] = []
        for start in range(0, len(records), BATCH):
            batch = records[start : start + BATCH]
            made += self._write_batch(kind, batch) or [None] * len(batch)
        return made

    def _write_batch(self, kind: str, batch: list[Json]) -> list[Json | None] | None:
        create: Callable[..., Any] = getattr(self._api, f"create_{kind.lower()}")
        wanted = getattr(self._models, kind)(**{kind.lower(): [self._build(kind[:-1], record) for record in batch]})
        for _ in range(TRIES):
            try:
                answer = create(self._xero_tenant_id, wanted, summarize_errors=False)
            except Exception as error:  # noqa: BLE001 - a plain loop tries again whatever it was
                if 400 <= (getattr(error, "status", 0) or 0) < 500:
                    return None
                continue
            return [self._read(kind[:-1], each) for each in getattr(answer, kind.lower())]
        return None

    def _build(self, kind: str, record: Json) -> Any:
        model = getattr(self._models, kind)
        names = {theirs: ours for ours, theirs in model.attribute_map.items()}
        values = {
            names[name]: date.fromisoformat(value) if name in {"Date", "DueDate"} else value
            for name, value in record.items()
        }
        if "contact" in values:
            values["contact"] = self._build("Contact", values["contact"])
        if "line_items" in values:
            values["line_items"] = [self._build("LineItem", line) for line in values["line_items"]]
        return model(**values)

    def _read(self, kind: str, made: Any) -> Json | None:
        if made.validation_errors:
            return None
        name = f"{kind}ID"
        return {name: getattr(made, f"{kind.lower()}_id")}


def read_crm(wire: Wire) -> dict[str, list[Json]]:
    """All modules; documents with their lines."""
    found: dict[str, list[Json]] = {}
    for module, fields in FIELDS.items():
        records = list(_read_pages(wire, module, fields))
        if module in {"Invoices", "Purchase_Orders"}:
            records = [wire.ask_zoho(f"/{module}/{record['id']}")["data"][0] for record in records]
        found[module] = records
    return found


def _read_pages(wire: Wire, module: str, fields: str) -> Iterator[Json]:
    query = f"fields={fields}&per_page=200"
    while True:
        answer = wire.ask_zoho(f"/{module}?{query}")
        yield from answer.get("data", ())
        token = answer.get("info", {}).get("next_page_token")
        if not token:
            return
        query = f"fields={fields}&per_page=200&page_token={token}"


def write_books(writer: Single | Sdk, crm: dict[str, list[Json]]) -> int:
    """Contacts and items, then invoices and bills; returns how many were given up."""
    failed = 0
    contacts: dict[str, str] = {}
    codes = {record["id"]: record["Product_Code"] for record in crm["Products"]}
    for module, name in (("Accounts", "Account_Name"), ("Vendors", "Vendor_Name")):
        made = writer.write("Contacts", [{"Name": record[name]} for record in crm[module]])
        for record, contact in zip(crm[module], made, strict=True):
            if contact is None:
                failed += 1
            else:
                contacts[record["id"]] = contact["ContactID"]
    items = [{"Code": record["Product_Code"], "Name": record["Product_Name"][:50]} for record in crm["Products"]]
    failed += writer.write("Items", items).count(None)
    for module, build in (("Invoices", _build_invoice), ("Purchase_Orders", _build_bill)):
        documents = [document for record in crm[module] if (document := build(record, contacts, codes)) is not None]
        failed += len(crm[module]) - len(documents)
        failed += writer.write("Invoices", documents).count(None)
    return failed


def _build_invoice(record: Json, contacts: dict[str, str], codes: dict[str, str]) -> Json | None:
    contact_id = contacts.get(record["Account_Name"]["id"])
    if contact_id is None:
        return None
    return {
        "Type": "ACCREC",
        "InvoiceNumber": record["Invoice_Number"],
        "Contact": {"ContactID": contact_id},
        "Date": record["Invoice_Date"],
        "DueDate": record["Due_Date"],
        "LineItems": [_build_line(line, codes, "200", "OUTPUT2") for line in record["Invoiced_Items"]],
    }


def _build_bill(record: Json, contacts: dict[str, str], codes: dict[str, str]) -> Json | None:
    contact_id = contacts.get(record["Vendor_Name"]["id"])
    if contact_id is None:
        return None
    return {
        "Type": "ACCPAY",
        "InvoiceNumber": record["PO_Number"],
        "Contact": {"ContactID": contact_id},
        "Date": record["PO_Date"],
        "DueDate": record["Due_Date"],
        "LineItems": [_build_line(line, codes, "310", "NONE") for line in record["Purchase_Items"]],
    }


def _build_line(line: Json, codes: dict[str, str], account: str, tax: str) -> Json:
    return {
        "Description": line["Description"],
        "Quantity": line["Quantity"],
        "UnitAmount": line["List_Price"],
        "ItemCode": codes[line["Product_Name"]["id"]],
        "AccountCode": account,
        "TaxType": tax,
    }


def main(plan: Json) -> Json:
    """The whole sync of one contender."""
    began = time.perf_counter()
    wire = Wire(plan)
    crm = read_crm(wire)
    read_seconds = time.perf_counter() - began
    contenders: dict[str, type[Single | Sdk]] = {"single": Single, "sdk": Sdk}
    failed = write_books(contenders[plan["contender"]](plan, wire), crm)
    return {"wall": time.perf_counter() - began, "read_seconds": read_seconds, "failed": failed}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))) + "\n")
