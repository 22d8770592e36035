"""Who the wholesaler deals with: shops, customers abroad, private customers, suppliers, and one firm that is both."""

from __future__ import annotations

import random
import re
from typing import Final

from vendor_sandbox.generator import names
from vendor_sandbox.generator.plan import Address, Customer, Person, Supplier
from vendor_sandbox.generator.trading_year import Terms

EURO = "EUR"
EURO_SHARE = 15
EURO_WEIGHT = 0.08
PRIVATE_CUSTOMERS = 6
EURO_SUPPLIERS: Final = (2, 3)
"""Which suppliers are abroad."""
BOTH_AT = 1
"""Which customer is a supplier too."""
_PEOPLE: Final = ((0, 10), (1, 45), (2, 30), (3, 15))


class Directory:
    """Deals names, addresses and people, each only once."""

    def __init__(self, seed: str) -> None:
        self._rng = random.Random(f"{seed}:parties")  # noqa: S311 - a repeatable company, no secret
        self._people = 0
        self._emails: set[str] = set()
        self._firms = 0

    def plan_customers(self, accounts: int, contacts: int | None, *, abroad: bool) -> list[Customer]:
        """`accounts` firms with people and, unless the number of people is given, a few private customers."""
        euros = accounts // EURO_SHARE if abroad else 0
        firms = [self.plan_firm(n, abroad=n >= accounts - euros) for n in range(accounts)]
        if contacts is None:
            for firm in firms:
                self._staff(firm, self._rng.choices([n for n, _ in _PEOPLE], [weight for _, weight in _PEOPLE])[0])
            return [*firms, *(self.plan_private() for _ in range(PRIVATE_CUSTOMERS))]
        crews = [0] * len(firms)
        for _ in range(contacts if firms else 0):
            crews[self._rng.randrange(len(firms))] += 1
        for firm, crew in zip(firms, crews, strict=True):
            self._staff(firm, crew)
        return firms if firms else [self.plan_private() for _ in range(contacts)]

    def plan_firm(self, number: int, *, abroad: bool = False, people: int = 0, name: str | None = None) -> Customer:
        """A firm; the first ones buy most often."""
        self._firms += 1
        first = names.FIRST_WORDS[number % len(names.FIRST_WORDS)]
        run = number // len(names.FIRST_WORDS)
        address = self._plan_euro_address() if abroad else self.plan_address()
        if abroad:
            kind, trade = "export", names.EURO_TRADES[number % len(names.EURO_TRADES)]
            form = names.EURO_FORMS[address.country]
        else:
            kind, trade = names.TRADES[run % len(names.TRADES)]
            form = self._rng.choice(names.FORMS)
        suffix = f" {run + 1}" if run >= len(names.TRADES) else ""
        firm = Customer(
            key=f"customer:{self._firms}",
            name=name or f"{first} {trade}{suffix} {form}",
            number=f"CUST-{self._firms:04d}",
            address=address,
            people=[],
            terms=self._rng.choice((Terms.DAYS_30, Terms.DAYS_30, Terms.END_OF_FOLLOWING_MONTH)),
            kind=kind,
            currency=EURO if abroad else "GBP",
            weight=EURO_WEIGHT if abroad else 1 / (number % 60 + 4) + 0.01,
        )
        self._staff(firm, people)
        return firm

    def plan_private(self, first: str | None = None, last: str | None = None) -> Customer:
        """A person who buys without a firm."""
        self._firms += 1
        person = self.plan_person("post.example", first, last)
        return Customer(
            key=f"customer:{self._firms}",
            name=person.name,
            number="",
            address=self.plan_address(),
            people=[person],
            terms=Terms.DAYS_30,
            weight=0.03,
            private=True,
        )

    def plan_person(self, domain: str, first: str | None = None, last: str | None = None) -> Person:
        """A person with an e-mail address of their own."""
        self._people += 1
        first = first or self._rng.choice(names.FIRST_NAMES)
        last = last or self._rng.choice(names.LAST_NAMES)
        return Person(
            key=f"person:{self._people}",
            first=first,
            last=last,
            email=self._make_email(f"{first}.{last}".lower(), domain),
            phone=f"01632 961{self._rng.randrange(1000):03d}",
            title=self._rng.choice(names.TITLES),
        )

    def plan_suppliers(self, count: int, customers: list[Customer], *, abroad: bool) -> list[Supplier]:
        """`count` suppliers; the last one is a customer too, if there is one with people."""
        made = [self._plan_supplier(number, abroad=abroad and number in EURO_SUPPLIERS) for number in range(count)]
        both = next((one for one in customers[BOTH_AT:] if not one.private and one.people), None)
        if made and both is not None and both.kind != "export":
            made[-1].name, made[-1].address = both.name, both.address
            made[-1].email = both.main_email or made[-1].email
        return made

    def plan_address(self) -> Address:
        """Somewhere in the United Kingdom."""
        town, county, code = self._rng.choice(names.TOWNS)
        return Address(self._plan_street(), town, county, f"{code} {self._rng.randrange(1, 9)}AA")

    def _plan_supplier(self, number: int, *, abroad: bool) -> Supplier:
        word = names.FIRST_WORDS[-1 - number % len(names.FIRST_WORDS)]
        maker = names.MAKERS[(number + number // len(names.FIRST_WORDS)) % len(names.MAKERS)]
        suffix = f" {number}" if number >= len(names.FIRST_WORDS) * len(names.MAKERS) else ""
        address = self._plan_euro_address() if abroad else self.plan_address()
        name = f"{word} {maker}{suffix} {names.EURO_FORMS[address.country] if abroad else 'Ltd'}"
        return Supplier(
            key=f"supplier:{number + 1}",
            name=name,
            email=self._make_email("sales", make_domain(name)),
            address=address,
            terms=self._rng.choice((Terms.DAYS_30, Terms.END_OF_FOLLOWING_MONTH)),
            currency=EURO if abroad else "GBP",
        )

    def _make_email(self, name: str, domain: str) -> str:
        email, number = f"{name}@{domain}", 1
        while email in self._emails:
            number += 1
            email = f"{name}{number}@{domain}"
        self._emails.add(email)
        return email

    def _plan_euro_address(self) -> Address:
        town, country, code = self._rng.choice(names.EURO_TOWNS)
        return Address(self._plan_street(), town, "", code, country)

    def _plan_street(self) -> str:
        return f"{self._rng.randrange(1, 120)} {self._rng.choice(names.STREETS)}"

    def _staff(self, firm: Customer, count: int) -> None:
        domain = make_domain(firm.name)
        firm.people += [self.plan_person(domain) for _ in range(count)]
        if firm.people:
            firm.people[0].is_main = True


def make_domain(name: str) -> str:
    """A firm's domain: its name without the legal form."""
    words = re.findall(r"[a-z0-9]+", name.lower().replace("'", ""))
    return "-".join(words[:-1] or words) + ".example"
