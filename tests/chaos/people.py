"""What people do while the product works: sales and purchasing in the CRM, accounts in Xero, an admin at the API."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Protocol

from tests.chaos.business import (
    PRICES,
    Ids,
    Names,
    draw_account,
    draw_invoice,
    draw_order,
    draw_person,
    draw_product,
    draw_vendor,
)
from tests.chaos.founding import Founded
from tests.factories import crm

from sync_kit.clock import Clock
from sync_kit.errors import AnswerLostError, NotSentError
from sync_kit.http import HttpClient
from zoho2xero.client import ApiClient, ApiError
from zoho2xero.demo.browser import ConsentError, walk_consent
from zoho2xero.demo.sandbox import SandboxControl

Json = dict[str, Any]
Act = Callable[[], Awaitable[str]]

NOT_THERE: Final = (NotSentError, AnswerLostError)
LINES: Final = {"Invoices": "Invoiced_Items", "Purchase_Orders": "Purchase_Items"}
NAME_FIELDS: Final = {"Accounts": "Account_Name", "Vendors": "Vendor_Name", "Products": "Product_Name"}


class Place(Protocol):
    """Where they are: what the time is there, and how many seconds of the story have passed."""

    @property
    def wire_clock(self) -> Clock: ...

    @property
    def elapsed(self) -> float: ...


class People:
    """Everybody outside. `diary` tells what they did, in order. `http` is theirs to close."""

    def __init__(
        self,
        place: Place,
        founded: Founded,
        dice: random.Random,
        names: Names,
        *,
        http: HttpClient,
        vendors_url: str,
    ) -> None:
        self.place = place
        self.ids = Ids()
        self.diary: list[str] = []
        self._founded = founded
        self._dice = dice
        self._names = names
        self._http = http
        self.control = SandboxControl(http, vendors_url)
        self.sign_in()

    # --- the admin ---

    def sign_in(self) -> None:
        """Speak to the API with a token that is fetched anew."""
        self.api = ApiClient(self._http, self._founded.credentials, clock=self.place.wire_clock)

    async def ask(self, call: Callable[[], Awaitable[Json]]) -> Json:
        """Call the API until it answers: a service may be down, an answer may be lost."""
        while True:
            try:
                return await call()
            except NOT_THERE:
                pass
            except ApiError as error:
                if error.status < 500 and error.status != 429:
                    raise
            await self.place.wire_clock.sleep(5)

    async def start_run(self, key: str, **body: Any) -> str:
        """Ask for a sync under an Idempotency-Key, so that asking again is no second run."""
        order = {"tenant_id": self._founded.tenant_id, **body}
        run = await self.ask(lambda: self.api.post("/v1/syncs", order, key=key))
        return str(run["run_id"])

    async def read_run(self, run_id: str) -> Json:
        return await self.ask(lambda: self.api.get(f"/v1/syncs/{run_id}"))

    async def cancel_run(self, run_id: str) -> str:
        """Stop a run, unless it has ended meanwhile."""
        try:
            await self.ask(lambda: self.api.post(f"/v1/syncs/{run_id}/cancel"))
        except ApiError as error:
            if error.status != 409:
                raise
            return "came too late to cancel the run"
        return "cancelled the run"

    async def read_log(self, run_id: str) -> list[Json]:
        """Every entry of a run's log."""
        entries: list[Json] = []
        cursor: str | None = None
        while True:
            tenant_id, after = self._founded.tenant_id, cursor
            page = await self.ask(
                lambda: self.api.get("/v1/log", tenant_id=tenant_id, run_id=run_id, limit=200, cursor=after)  # noqa: B023
            )
            entries.extend(page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                return entries

    async def disconnect(self) -> str:
        """Somebody throws the product out of Xero, in Xero's own settings."""
        await self.control.call("POST", "/xero/disconnect", {"tenant_id": self._founded.xero_tenant_id})
        return "disconnected Xero"

    async def reconnect(self) -> str:
        """Connect again what is not connected, as an admin does when told."""
        broken = [each for each in await self._list_connections() if each["state"] != "connected"]
        for connection in broken:
            while not await self._walk(connection):
                await self.place.wire_clock.sleep(10)
        return f"connected {len(broken)} vendors again"

    async def _list_connections(self) -> list[Json]:
        tenant_id = self._founded.tenant_id
        return list((await self.ask(lambda: self.api.get("/v1/connections", tenant_id=tenant_id)))["items"])

    async def _walk(self, connection: Json) -> bool:
        wanted = {
            "tenant_id": self._founded.tenant_id,
            "vendor": connection["vendor"],
            "data_centre": connection["data_centre"],
        }
        link = await self.ask(lambda: self.api.post("/v1/connections", wanted))
        try:
            await walk_consent(self._http, link["connect_url"])
        except (ConsentError, *NOT_THERE):
            return False
        return True

    # --- sales and purchasing ---

    async def open_shop(self) -> None:
        """The CRM as it stands before the first sync."""
        ids, names, dice = self.ids, self._names, self._dice
        ids.accounts += await self._add("Accounts", [draw_account(names) for _ in range(dice.randint(2, 5))])
        ids.vendors += await self._add("Vendors", [draw_vendor(names) for _ in range(dice.randint(1, 3))])
        ids.products += await self._add("Products", [draw_product(names) for _ in range(dice.randint(2, 5))])
        people = [draw_person(names, dice.choice((*ids.accounts, None))) for _ in range(dice.randint(1, 4))]
        ids.people += await self._add("Contacts", people)
        ids.invoices += await self._add("Invoices", [draw_invoice(names, ids) for _ in range(dice.randint(6, 15))])
        ids.orders += await self._add("Purchase_Orders", [draw_order(names, ids) for _ in range(dice.randint(2, 8))])

    async def trade(self, invoices: int, orders: int) -> None:
        """A busy day: so many sales and purchases more."""
        self.ids.invoices += await self._add("Invoices", [draw_invoice(self._names, self.ids) for _ in range(invoices)])
        if orders:
            drawn = [draw_order(self._names, self.ids) for _ in range(orders)]
            self.ids.orders += await self._add("Purchase_Orders", drawn)

    async def act(self) -> None:
        """One thing that somebody does."""
        act = self._dice.choice(self._acts())
        try:
            self.note(await act())
        except ApiError as error:  # people are refused things too
            self.note(f"{act.__name__} was refused: {error}")

    def note(self, what: str) -> None:
        """Write it into the diary."""
        self.diary.append(f"{self.place.elapsed:.0f} s: {what}")

    def _acts(self) -> tuple[Act, ...]:
        return (
            *(self._reprice, self._reprice, self._reprice, self._change_quantity, self._add_line),
            *(self._sell, self._sell, self._order, self._sell_to_new_customer),
            *(self._rename, self._rename, self._change_status, self._change_status, self._delete_document),
            *(self._approve_in_xero, self._delete_in_xero, self._type_into_xero, self._meet_somebody),
        )

    async def _reprice(self) -> str:
        module, record_id, line = await self._pick_line()
        price = self._dice.choice(PRICES)
        await self._edit(module, record_id, {LINES[module]: [{"id": line["id"], "List_Price": price}]})
        return f"{module} {record_id}: a price became {price}"

    async def _change_quantity(self) -> str:
        module, record_id, line = await self._pick_line()
        quantity = self._dice.randint(1, 9)
        await self._edit(module, record_id, {LINES[module]: [{"id": line["id"], "Quantity": quantity}]})
        return f"{module} {record_id}: a quantity became {quantity}"

    async def _add_line(self) -> str:
        module, record_id, _ = await self._pick_line()
        line = crm.line(self._dice.choice(self.ids.products), 2, str(PRICES[0]), Description="One more")
        await self._edit(module, record_id, {LINES[module]: [line]})
        return f"{module} {record_id}: one line more"

    async def _sell(self) -> str:
        added = await self._add("Invoices", [draw_invoice(self._names, self.ids)])
        self.ids.invoices += added
        return f"sold: Invoices {added[0]}"

    async def _sell_to_new_customer(self) -> str:
        account = (await self._add("Accounts", [draw_account(self._names)]))[0]
        self.ids.products += await self._add("Products", [draw_product(self._names)])
        added = await self._add(
            "Invoices", [draw_invoice(self._names, Ids(accounts=[account], products=self.ids.products))]
        )
        self.ids.accounts.append(account)
        self.ids.invoices += added
        return f"sold to a new customer: Invoices {added[0]}"

    async def _order(self) -> str:
        added = await self._add("Purchase_Orders", [draw_order(self._names, self.ids)])
        self.ids.orders += added
        return f"ordered: Purchase_Orders {added[0]}"

    async def _meet_somebody(self) -> str:
        added = await self._add("Contacts", [draw_person(self._names, self._dice.choice(self.ids.accounts))])
        self.ids.people += added
        return f"met Contacts {added[0]}"

    async def _rename(self) -> str:
        module, of_kind = self._dice.choice(
            (("Accounts", self.ids.accounts), ("Vendors", self.ids.vendors), ("Products", self.ids.products))
        )
        record_id = self._dice.choice(of_kind)
        name = self._names.invent_goods()[1] if module == "Products" else self._names.invent_firm()
        await self._edit(module, record_id, {NAME_FIELDS[module]: name})
        return f"{module} {record_id} is now {name}"

    async def _change_status(self) -> str:
        module, record_id = self._pick_document()
        canceled = "Canceled" if module == "Invoices" else "Cancelled"
        status = self._dice.choice(("Delivered", "Delivered", canceled))
        await self._edit(module, record_id, {"Status": status})
        return f"{module} {record_id} is {status}"

    async def _delete_document(self) -> str:
        module, record_id = self._pick_document()
        await self.control.call("DELETE", f"/zoho/{self._founded.zoho_org_id}/{module}/{record_id}")
        (self.ids.invoices if module == "Invoices" else self.ids.orders).remove(record_id)
        return f"deleted {module} {record_id}"

    # --- accounts, in Xero ---

    async def _approve_in_xero(self) -> str:
        return await self._change_in_xero("AUTHORISED")

    async def _delete_in_xero(self) -> str:
        return await self._change_in_xero("DELETED")

    async def _change_in_xero(self, status: str) -> str:
        drafts = [row for row in await self.list_xero("Invoices") if row["Status"] == "DRAFT"]
        if not drafts:
            return "looked for drafts in Xero"
        row = self._dice.choice(drafts)
        path = f"/xero/{self._founded.xero_tenant_id}/Invoices/{row['InvoiceID']}"
        await self.control.call("PATCH", path, {"Status": status})
        return f"Xero {row['InvoiceID']} ({row['InvoiceNumber']}) is {status}"

    async def _type_into_xero(self) -> str:
        line = {"Description": "Typed in", "Quantity": 1, "UnitAmount": Decimal("3.33"), "AccountCode": "200"}
        invoice = {"Type": "ACCREC", "Contact": {"Name": self._names.invent_firm()}, "LineItems": [line]}
        row = await self.control.call("POST", f"/xero/{self._founded.xero_tenant_id}/Invoices", invoice)
        return f"typed {row['InvoiceNumber']} into Xero"

    # --- both vendors, raw ---

    async def list_xero(self, kind: str) -> list[Json]:
        return list((await self.control.call("GET", f"/xero/{self._founded.xero_tenant_id}/{kind}"))[kind])

    async def read_books(self) -> Json:
        """The settings of the Xero organisation."""
        return await self.control.call("GET", f"/xero/{self._founded.xero_tenant_id}/Organisation")

    async def list_crm(self, module: str) -> list[Json]:
        return await self.control.list_crm_records(self._founded.zoho_org_id, module)

    async def _add(self, module: str, records: list[Json]) -> list[str]:
        path = f"/zoho/{self._founded.zoho_org_id}/{module}"
        answer = await self.control.call("POST", path, {"records": records})
        return [str(result["details"]["id"]) for result in answer["data"]]

    async def _edit(self, module: str, record_id: str, changes: Mapping[str, Any]) -> None:
        await self.control.edit_crm_record(self._founded.zoho_org_id, module, record_id, changes)

    def _pick_document(self) -> tuple[str, str]:
        choices = [("Invoices", each) for each in self.ids.invoices]
        choices += [("Purchase_Orders", each) for each in self.ids.orders]
        return self._dice.choice(choices)

    async def _pick_line(self) -> tuple[str, str, Json]:
        module, record_id = self._pick_document()
        record = await self.control.call("GET", f"/zoho/{self._founded.zoho_org_id}/{module}/{record_id}")
        return module, record_id, self._dice.choice(record[LINES[module]])

    async def close(self) -> None:
        """Nobody calls any more."""
        await asyncio.sleep(0)
        await self._http.close()
