"""What the machine's rules do: a story of the chaos runs in which somebody else decides what happens next.

House, people, clocks and judgement are the story's own. Every public method is an act that a rule may call by its name;
ids of records are the CRM's. What a vendor refuses a person to do is not done, and told as False or None.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from tests.chaos.audit import read_files
from tests.chaos.house import SERVICES
from tests.chaos.moments import Kill, Pause
from tests.chaos.oracle import PARTIES, find_broken_limits, find_twins, judge
from tests.chaos.people import LINES, NAME_FIELDS
from tests.chaos.story import Story
from tests.factories import crm
from tests.state.appointments import Appointment, Appointments
from tests.state.key_changes import KeyChanges

from zoho2xero.client import ApiError

Json = dict[str, Any]

DAY_SECONDS: Final = 86_400.0
QUIET_SECONDS: Final = 900.0
KNOWN_AGAIN_SECONDS: Final = 40.0
"""How often verifiers ask for a key that they do not know, and a little more."""
TROUBLES: Final[Mapping[str, Json]] = {"late_commit": {"delay_seconds": 45}, "wrote_then_status": {"status": 500}}
"""What has to be said of them beside their names."""
EVERYTHING: Final = "2020-01-01T00:00:00Z"
DATES: Final = {"Invoices": "Invoice_Date", "Purchase_Orders": "PO_Date"}


class Stage(Story):
    """One example. `serve` calls the acts while it lives; it is set by whoever has it live."""

    serve: Callable[[], Awaitable[None]]

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._syncs = 0
        self._logs: list[list[Json]] = []
        self._is_under_way = False

    async def _live(self) -> None:
        self._appointments = Appointments()
        self.house.fate = self._appointments
        self.keys = KeyChanges(self.house)
        await self.serve()

    # --- in the CRM ---

    async def add(self, module: str, record: Json) -> str | None:
        """A new record; its id."""
        path = f"/zoho/{self._founded.zoho_org_id}/{module}"
        answer = await self._try(lambda: self.people.control.call("POST", path, {"records": [record]}))
        return str(answer["data"][0]["details"]["id"]) if answer is not None else None

    async def edit(self, module: str, record_id: str, changes: Json) -> bool:
        """Fields of a record, as a person types them."""
        org_id = self._founded.zoho_org_id
        return await self._manage(lambda: self.people.control.edit_crm_record(org_id, module, record_id, changes))

    async def edit_first_line(self, module: str, record_id: str, changes: Json) -> bool:
        """Fields of a document's first line."""
        lines = await self._list_lines(module, record_id)
        return bool(lines) and await self.edit(module, record_id, {LINES[module]: [{"id": lines[0]["id"], **changes}]})

    async def add_line(self, module: str, record_id: str, product_id: str) -> bool:
        """One line more."""
        line = crm.line(product_id, 2, "2.50", Description="One more")
        return await self.edit(module, record_id, {LINES[module]: [line]})

    async def drop_line(self, module: str, record_id: str) -> bool:
        """The last line away, unless it is the only one."""
        lines = await self._list_lines(module, record_id)
        gone = {LINES[module]: [{"id": lines[-1]["id"], "_delete": None}]} if len(lines) > 1 else None
        return gone is not None and await self.edit(module, record_id, gone)

    async def rename(self, module: str, record_id: str, name: str) -> bool:
        """Another name, or one that it had before."""
        return await self.edit(module, record_id, {NAME_FIELDS[module]: name})

    async def date(self, module: str, record_id: str, day: str) -> bool:
        """Another document date."""
        return await self.edit(module, record_id, {DATES[module]: day})

    async def delete(self, module: str, record_id: str) -> bool:
        """Into the recycle bin."""
        path = f"/zoho/{self._founded.zoho_org_id}/{module}/{record_id}"
        return await self._manage(lambda: self.people.control.call("DELETE", path))

    async def find_parents(self, module: str, record_id: str) -> tuple[str, str] | None:
        """Ids of whom a document names, and of the product on its first line; None when one of them is gone."""
        record = await self._find_document(module, record_id)
        party = record[PARTIES[module]] if record is not None else None
        product = record[LINES[module]][0]["Product_Name"] if record is not None else None
        return (str(party["id"]), str(product["id"])) if party is not None and product is not None else None

    # --- in Xero ---

    async def set_status(self, record_id: str, status: str) -> bool:
        """What accounts do with the document of that CRM record, if Xero has it and allows it."""
        rows = await self._do(lambda: self.people.list_xero("Invoices"))
        mine = [row for row in rows if str(row.get("Url", "")).endswith(f"/{record_id}")]
        return bool(mine) and await self._patch("Invoices", mine[-1]["InvoiceID"], {"Status": status})

    async def set_contact_status(self, record_id: str, status: str) -> bool:
        """Archive the contact of that CRM record, or restore it."""
        rows = await self._do(lambda: self.people.list_xero("Contacts"))
        mine = [row for row in rows if row.get("ContactNumber") == record_id]
        return bool(mine) and await self._patch("Contacts", mine[-1]["ContactID"], {"ContactStatus": status})

    async def lock_books(self, day: str | None) -> bool:
        """Close the period up to that day, or open it again."""
        path = f"/xero/{self._founded.xero_tenant_id}/Organisation"
        return await self._manage(lambda: self.people.control.call("PATCH", path, {"period_lock_date": day}))

    async def disconnect(self) -> None:
        """Somebody throws the product out of Xero."""
        await self._do(self.people.disconnect)

    async def reconnect(self) -> None:
        """An admin connects again what is not connected."""
        await self._do(self.people.reconnect)

    # --- the product ---

    async def begin_sync(self, turns: int, everything: bool) -> None:
        """Ask for a sync, unless one is under way, and let the house work for some turns."""
        if not self._is_under_way:
            self._rest(QUIET_SECONDS if everything else 1)
            self._syncs += 1
            self._body = {"since": EVERYTHING} if everything else {}
            self._is_under_way = True
            await self._do(lambda: self.people.start_run(self._key(), **self._body))
        await self.work(turns)

    async def work(self, turns: int) -> None:
        """Some turns of the house, and no more."""
        for _ in range(turns):
            await self.turns.take()

    async def sync(self, everything: bool) -> str:
        """The sync that is under way, or a new one, to its end; its state then."""
        await self.begin_sync(0, everything)
        run = await self._run(f"sync {self._syncs}", **self._body)
        self._is_under_way = False
        return str(run["state"])

    async def crash(self, service: str | None, down_seconds: float) -> None:
        """A process of that service, or every process, dies between two steps."""
        process = self.house.find_process(service or SERVICES[0])
        if process is not None:
            self.house.kill(process, Kill(down_seconds, everybody=service is None))

    async def strike_at(self, service: str | None, moment: str, skip: int, deed: Kill | Pause) -> None:
        """Whoever of that service passes that moment next, or after `skip` times, dies or stands still there."""
        self._appointments.open.append(Appointment(service, moment, skip, deed))

    async def spoil_call(self, method: str, path: str, trouble: str) -> None:
        """The next such call to Xero goes wrong."""
        menu = self._founded.sandbox.faults
        menu.add_rule("xero", trouble, method=method, path=path, **TROUBLES.get(trouble, {}))

    async def change_key(self, which: str) -> None:
        """An operator changes a key, as keys are changed: `signing`, `signing at once` or `vault`."""
        if which == "signing":
            await self._do(lambda: self.keys.change_signing_key(at_once=False))
            return
        if which == "signing at once":
            await self._do(lambda: self.keys.change_signing_key(at_once=True))
            self._rest(KNOWN_AGAIN_SECONDS)
            self.people.sign_in()
            return
        self.keys.add_vault_key()
        await self.crash("auth", 0.0)
        await self.work(3)
        await self._do(self.keys.rewrap_vault)
        await self.crash("auth", 0.0)

    async def pass_time(self, seconds: float) -> None:
        """Nobody comes for a while; the house does by itself what is due, purges among it.

        Not while a sync is under way, and not before the first: a check is worth something for 30 days.
        """
        if self._syncs and not self._is_under_way:
            for span in (seconds, 3700.0):
                self._rest(span)
                await self.turns.settle()

    # --- the promise ---

    async def list_breaches(self) -> list[str]:
        """What may be true at no time."""
        ledger = self._founded.sandbox.ledger
        return [*find_twins(ledger.versions), *find_broken_limits(ledger.calls)]

    async def list_faults_at_rest(self) -> list[str]:
        """Peace, a last sync, the judgement, and one more sync that reads everything and has nothing to write."""
        if self._is_under_way:
            await self.sync(everything=False)
        await self._make_peace()
        self._rest(QUIET_SECONDS)
        await self._run("last")
        await self._judge()
        written = len(self._list_writes())
        self._rest(QUIET_SECONDS)
        await self._run("replay", since=EVERYTHING)
        verdict = self.outcome.verdict
        replayed = [f"a replay wrote: {write}" for write in self._list_writes()[written:]]
        return [*verdict.duplicates, *verdict.lost, *verdict.limits_broken, *verdict.owed, *replayed]

    async def tell(self) -> Counter[str]:
        """What this example met, for figures over many."""
        verdict, faults = self.outcome.verdict, self._founded.sandbox.faults.list_rules()
        met = Counter({f"held for {code}": times for code, times in verdict.held.items()})
        met["examples judged"] = 1
        met["documents in Xero"] = verdict.documents
        met["syncs"] = self.outcome.runs
        met["deaths"] = self.house.deaths
        met["spoilt calls"] = sum(rule.struck for rule in self._struck_rules or faults)
        return met

    async def _list_lines(self, module: str, record_id: str) -> list[Json]:
        record = await self._find_document(module, record_id)
        return list(record[LINES[module]]) if record is not None else []

    async def _run(self, name: str, **more: Any) -> Json:
        """People read what was told at once: a log lives 30 days, and an example may live longer."""
        run = await super()._run(name, **more)
        self._logs.append(await self._do(lambda: self.people.read_log(run["run_id"])))
        return run

    async def _judge(self) -> None:
        self.outcome.verdict = await self._do(
            lambda: judge(self.people, self._founded, read_files(self._folder), self._logs)
        )
        self.outcome.verdict.lost += self._given_up

    async def _find_document(self, module: str, record_id: str) -> Json | None:
        path = f"/zoho/{self._founded.zoho_org_id}/{module}/{record_id}"
        found: Json | None = await self._try(lambda: self.people.control.call("GET", path))
        return found

    async def _patch(self, kind: str, xero_id: str, changes: Json) -> bool:
        path = f"/xero/{self._founded.xero_tenant_id}/{kind}/{xero_id}"
        return await self._manage(lambda: self.people.control.call("PATCH", path, changes))

    async def _manage(self, act: Callable[[], Awaitable[Any]]) -> bool:
        async def do() -> bool:
            await act()
            return True

        return bool(await self._try(do))

    async def _try(self, act: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await self._do(act)
        except ApiError as error:
            if error.status >= 500:
                raise
            return None

    def _key(self) -> str:
        return f"chaos-{self._plan.seed}-sync-{self._syncs}"
