"""The businesses with which Ridgeline deals, as they truly are, apart from what either system says of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.business import names
from qbconsole.simulator.business.catalogue import OWNERS, TERMS

if TYPE_CHECKING:
    import random


@dataclass
class Party:
    """One business or person.

    `role`: paired (in both systems), books (only a customer), new (a company that may win deals, no customer),
    prospect (a company that never wins). `agreement`, for paired ones: both, email, name or neither: which of e-mail
    and name agree between the systems.
    """

    key: str
    name: str
    legal: str
    role: str
    agreement: str
    email: str
    phone: str
    street: str
    city: str
    state: str
    zip: str
    owner: int
    term: str
    habit: str
    currency: str = "USD"
    exempt: bool = False
    person: bool = False
    first: str = ""
    last: str = ""
    contact: str = ""
    trap: str = ""
    since: str = ""
    companies: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        """The name with its legal form."""
        return f"{self.name} {self.legal}".strip()

    @property
    def customer(self) -> str | None:
        """The customer that should be billed: the first one made, in the book's currency, not a job."""
        return self.customers[0] if self.customers else None

    def record(self) -> dict[str, Any]:
        """As stored."""
        return asdict(self)


@dataclass(frozen=True)
class Head:
    """How many of each kind there are."""

    paired: int
    books: int
    new: int
    prospects: int
    twin_companies: int
    twin_customers: int
    jobs: int

    @classmethod
    def of_size(cls, size: float) -> Head:
        """At size 1: 400 companies and 300 customers, jobs and duplicates included."""

        def scaled(count: int, least: int = 1) -> int:
            return max(least, round(count * size))

        return cls(
            scaled(250, 40), scaled(18, 4), scaled(26, 8), scaled(108, 8), scaled(16, 2), scaled(10, 2), scaled(21, 2)
        )


HABITS = [("prompt", 34), ("usual", 28), ("late", 22), ("slow", 12), ("part", 4)]
"""How customers pay, and how many in a hundred."""


class _Maker:
    """Makes parties one after the other from one stream of chance."""

    def __init__(self, rng: random.Random, count: int) -> None:
        self.rng = rng
        self.names = iter(names.business_names(rng, count))
        self.people = iter(names.people(rng, 4 * count))
        self.number = 0

    def party(self, role: str, agreement: str = "") -> Party:
        rng = self.rng
        self.number += 1
        city, state, code, area = rng.choices(names.TOWNS, names.TOWN_WEIGHTS)[0]
        first, last = next(self.people)
        person = role in ("paired", "books") and agreement != "both" and rng.random() < 0.25
        name = f"{first} {last}" if person else next(self.names)
        exempt = not person and role in ("paired", "books") and rng.random() < 0.07
        if exempt:
            name = f"{name.split(' ')[0]} {rng.choice(names.PUBLIC_KINDS)} {self.number}"
        domain = f"{names.slug(name)}{self.number if person else ''}.example"
        mailbox = rng.choice(["ap", "billing", "accounts", "office", names.slug(first)])
        return Party(
            key=f"p{self.number:05}",
            name=name,
            legal="" if person or exempt else rng.choice(names.SUFFIXES),
            role=role,
            agreement=agreement,
            email=f"{names.slug(first)}.{names.slug(last)}{self.number}@mail.example"
            if person
            else f"{mailbox}@{domain}",
            phone=f"{area}55501{rng.randint(0, 99):02}",
            street=names.street(rng),
            city=city,
            state=state,
            zip=code,
            owner=rng.randrange(len(OWNERS)),
            term=rng.choices(list(TERMS), [10, 25, 55, 10])[0],
            habit=rng.choices([name for name, _ in HABITS], [weight for _, weight in HABITS])[0],
            exempt=exempt,
            person=person,
            first=first,
            last=last,
        )


def _agreements(rng: random.Random, count: int) -> list[str]:
    """How the paired ones agree: five in six on both, so that a plain rule links most of them."""
    email, name, neither = round(count * 0.06), round(count * 0.06), round(count * 0.04)
    kinds = ["email"] * email + ["name"] * name + ["neither"] * neither
    kinds += ["both"] * (count - len(kinds))
    rng.shuffle(kinds)
    return kinds


def make_parties(rng: random.Random, head: Head) -> list[Party]:
    """All parties at the start, traps set; the same seed gives the same list."""
    maker = _Maker(rng, 2 * (head.paired + head.books + head.new + head.prospects))
    paired = [maker.party("paired", agreement) for agreement in _agreements(rng, head.paired)]
    books = [maker.party("books") for _ in range(head.books)]
    new = [maker.party("new") for _ in range(head.new)]
    prospects = [maker.party("prospect") for _ in range(head.prospects)]
    solid = [party for party in paired if party.agreement == "both" and not party.exempt]
    _foreigners(rng, solid[:3])
    _namesakes(solid[3:6], prospects[:3], "namesake of a customer's company in another town")
    _namesakes(
        [party for party in books if not party.person][:2], prospects[3:5], "namesake of a customer without a company"
    )
    _bookkeepers(solid[6:9], solid[9:12])
    return paired + books + new + prospects


def _foreigners(rng: random.Random, parties: list[Party]) -> None:
    for party, (city, province, code, area) in zip(parties, names.CANADIAN_TOWNS, strict=False):
        party.city, party.state, party.zip, party.currency = city, province, code, "CAD"
        party.phone = f"{area}55501{rng.randint(0, 99):02}"


def _namesakes(originals: list[Party], others: list[Party], trap: str) -> None:
    """Another business of the same name in another town: a different e-mail, phone and street."""
    for original, other in zip(originals, others, strict=False):
        other.name, other.legal, other.trap = original.name, original.legal, trap
        other.email = f"office@{names.slug(other.name)}-{names.slug(other.city)}.example"


def _bookkeepers(*groups: list[Party]) -> None:
    """Outside bookkeepers whose one address stands on several companies."""
    for group, who in zip(groups, ("bridget", "marcus"), strict=False):
        for party in group:
            party.email, party.trap = f"{who}@ledgerhelp.example", "shared bookkeeper"
            party.agreement = "name"
