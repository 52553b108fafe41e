"""Which customer a company may be, by tag, e-mail, name and the engine's signals, and which pairs are certain. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from qbconsole.domain.names import addresses, normalised
from qbconsole.domain.tags import tagged_companies
from qbconsole.ledger.links import billing_emails
from qbconsole.matching.likely import Likely, likely

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qbconsole.domain.records import Company, Contact, Customer

TAG, BOTH, NAME, EMAIL = 100, 97, 88, 85
"""Scores of our tag, and of the signals of a customer that no rule may link: a job, another currency, one that is
taken. Of all others the engine gives the probability, in percent."""
MOST_CANDIDATES = 5
NEAR = ("our tag", "same e-mail", "same name", "similar name")
"""A second candidate with one of these may be the customer's double, and leaves the choice to a person."""
_WORDS = {
    ("name", "near"): "similar name",
    ("name", "near and rare"): "similar name",
    ("name", "similar"): "partly the same name",
    ("name", "similar and rare"): "partly the same name",
    ("name", "weak"): "partly the same name",
    ("email", "same domain"): "e-mail of its website",
    ("email", "named like it"): "e-mail named like it",
    ("phone", "same"): "same phone",
    ("person", "same"): "same person",
    ("person", "may be"): "perhaps the same person",
    ("street", "same"): "same street",
    ("street", "similar"): "similar street",
    ("place", "same"): "same postcode",
}
"""What the engine's signals are called on the screen."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate for a company: the customer, a score up to 100, its signals in words, and what each weighs."""

    customer_id: str
    score: int
    signals: tuple[str, ...]
    weights: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What the rules say about one company: candidates, why it is no certain pair, or the certain pair's customer."""

    company: Company
    candidates: tuple[Pair, ...]
    cause: str
    certain: str = ""
    rule: str = ""


@dataclass(frozen=True)
class World:
    """The inputs of the matching rules. `taken` are the customers that are linked, with the company's name; `pairs` are
    linked, `parted` pairs were linked once, `never` pairs were ruled out by a person."""

    currency: str
    companies: Sequence[Company]
    contacts: dict[str, list[Contact]]
    customers: Sequence[Customer]
    linked: frozenset[str] = frozenset()
    taken: dict[str, str] = field(default_factory=dict)
    pairs: frozenset[tuple[str, str]] = frozenset()
    parted: frozenset[tuple[str, str]] = frozenset()
    never: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def _active(self) -> list[Customer]:
        return [customer for customer in self.customers if customer.active]

    @cached_property
    def by_id(self) -> dict[str, Customer]:
        """Every customer."""
        return {customer.id: customer for customer in self.customers}

    @cached_property
    def home(self) -> frozenset[str]:
        """The customers that a rule may link: active, top-level, in the book's currency."""
        return frozenset(one.id for one in self._active if one.currency == self.currency and not one.parent_id)

    @cached_property
    def emails(self) -> dict[str, list[str]]:
        """By company, its addresses for invoices."""
        found: dict[str, list[str]] = {}
        for company in self.companies:
            listed = (addresses(email) for email in billing_emails(self.contacts.get(company.id, [])))
            found[company.id] = list(dict.fromkeys(address for group in listed for address in group))
        return found

    @cached_property
    def companies_by_email(self) -> dict[str, list[str]]:
        """Companies by address."""
        return _inverted((company.id, self.emails[company.id]) for company in self.companies)

    @cached_property
    def companies_by_name(self) -> dict[str, list[str]]:
        """Companies by normalised name."""
        return _inverted(
            (company.id, [name] if (name := normalised(company.name)) else []) for company in self.companies
        )

    @cached_property
    def customers_by_email(self) -> dict[str, list[str]]:
        """Active customers by address; a job shares its parent's and is left out."""
        return _inverted((one.id, addresses(one.email)) for one in self._active if not one.parent_id)

    @cached_property
    def customers_by_name(self) -> dict[str, list[str]]:
        """Active customers, jobs included, by normalised name."""
        return _inverted((one.id, _names(one)) for one in self._active)

    @cached_property
    def customers_by_tag(self) -> dict[str, list[str]]:
        """Active customers by the company that their notes name."""
        return _inverted((one.id, tagged_companies(one.notes)) for one in self._active)

    @cached_property
    def companies_by_tag(self) -> dict[str, list[str]]:
        """Companies by the customer that they name."""
        return _inverted((one.id, [one.customer_tag] if one.customer_tag else []) for one in self.companies)

    @cached_property
    def likely(self) -> Mapping[str, Sequence[Likely]]:
        """What the engine says, by company."""
        homes = [one for one in self.customers if one.id in self.home]
        return likely(self.companies, self.contacts, homes, self.pairs, self.never)


def _names(customer: Customer) -> list[str]:
    own = normalised(customer.name)
    company = normalised(customer.company_name) if not customer.parent_id else ""
    return list(dict.fromkeys(name for name in (own, company) if name))


def _inverted(pairs: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for id_, keys in pairs:
        for key in keys:
            found[key].append(id_)
    return found


def match(world: World) -> list[Match]:
    """What the rules say about every company without a link."""
    return [match_one(company, world) for company in world.companies if company.id not in world.linked]


def match_one(company: Company, world: World) -> Match:
    """What the rules say about one company."""
    pairs = candidates(company, world)
    certain, rule = certain_pair(company, pairs, world)
    return Match(company, tuple(pairs[:MOST_CANDIDATES]), _cause(company, pairs, world), certain, rule)


def candidates(company: Company, world: World) -> list[Pair]:
    """Every customer that has a signal for the company, the likeliest first."""
    signals: dict[str, list[tuple[int, str]]] = defaultdict(list)
    name = normalised(company.name)
    for id_ in {*world.customers_by_tag.get(company.id, ()), company.customer_tag} - {""}:
        if id_ in world.by_id and world.by_id[id_].active:
            signals[id_].append((TAG, "our tag"))
    for address in world.emails.get(company.id, ()):
        for id_ in world.customers_by_email.get(address, ()):
            signals[id_].append((EMAIL, f"same e-mail {address}"))
    for id_ in world.customers_by_name.get(name, ()):
        signals[id_].append((NAME, "same name"))
    engine = {one.customer_id: one for one in world.likely.get(company.id, ())}
    pairs = [
        _pair(world.by_id[id_], signals[id_], engine.get(id_), world)
        for id_ in dict.fromkeys([*signals, *engine])
        if (signals[id_] or engine) and (company.id, id_) not in world.never
    ]
    return sorted(pairs, key=lambda pair: (-pair.score, len(pair.customer_id), pair.customer_id))


def _pair(customer: Customer, found: list[tuple[int, str]], engine: Likely | None, world: World) -> Pair:
    words = [words for _, words in sorted(found, reverse=True)]
    words += [
        said for reason in (engine.reasons if engine else ()) if (said := _WORDS.get((reason.signal, reason.level), ""))
    ]
    against = [words for holds, words in _against(customer, world) if holds]
    score = _score(found, engine, len(against))
    return Pair(customer.id, score, tuple(dict.fromkeys(words + against)), _weights(engine))


def _weights(engine: Likely | None) -> str:
    """What each signal weighs for or against the pair, in nats."""
    told = [f"{reason.signal} {reason.weight:+.1f}" for reason in (engine.reasons if engine else ())]
    return f"weights: {', '.join(told)}" if told else ""


def _score(found: list[tuple[int, str]], engine: Likely | None, against: int) -> int:
    kinds = {score for score, _ in found}
    if TAG not in kinds and not against:
        return round(100 * engine.probability) if engine else 1
    best = BOTH if {NAME, EMAIL} <= kinds and TAG not in kinds else max(kinds, default=1)
    return max(best - 15 * against, 1)


def _against(customer: Customer, world: World) -> list[tuple[bool, str]]:
    taken = world.taken.get(customer.id, "")
    parent = world.by_id.get(customer.parent_id)
    return [
        (customer.currency != world.currency, f"but it is in {customer.currency}"),
        (bool(taken), f"but {taken} is linked to it"),
        (bool(customer.parent_id), f"but it is a job of {parent.name if parent else customer.parent_id}"),
    ]


def certain_pair(company: Company, pairs: Sequence[Pair], world: World) -> tuple[str, str]:
    """The customer that a rule may link the company to, and the rule; empty when a person must decide."""
    tag = _by_tag(company, world)
    if tag:
        return (tag, "tag") if _free(company, tag, world) else ("", "")
    rules = [(_by_email_and_name(company, world), "e-mail and name"), (_by_signals(company, world), "all signals")]
    for customer_id, rule in rules:
        if customer_id and _free(company, customer_id, world) and not _near(customer_id, pairs, world):
            return customer_id, rule
    return "", ""


def _by_signals(company: Company, world: World) -> str:
    """The customer that the engine is sure of."""
    return next((one.customer_id for one in world.likely.get(company.id, ()) if one.linked), "")


def _near(customer_id: str, pairs: Sequence[Pair], world: World) -> bool:
    """Whether another candidate, not a job of this one, may be its double."""
    others = [pair for pair in pairs if customer_id not in (pair.customer_id, world.by_id[pair.customer_id].parent_id)]
    return any(signal.startswith(NEAR) for pair in others for signal in pair.signals)


def _free(company: Company, customer_id: str, world: World) -> bool:
    """Whether a rule may make the pair: a home customer that is nobody's, and nobody said no or took it back."""
    pair = (company.id, customer_id)
    return customer_id in world.home and customer_id not in world.taken and not {pair} & (world.parted | world.never)


def _by_tag(company: Company, world: World) -> str:
    """The one customer that our tags name, when no tag contradicts another."""
    named = {*world.customers_by_tag.get(company.id, ()), company.customer_tag} - {""}
    if len(named) != 1:
        return ""
    customer_id = named.pop()
    customer = world.by_id.get(customer_id)
    claims = set(tagged_companies(customer.notes)) if customer else set()
    claims |= set(world.companies_by_tag.get(customer_id, ()))
    return customer_id if claims <= {company.id} else ""


def _by_email_and_name(company: Company, world: World) -> str:
    """The one customer whose e-mail and normalised name agree, each of them unique on both sides."""
    name = normalised(company.name)
    if world.companies_by_name.get(name) != [company.id]:
        return ""
    named = [id_ for id_ in world.customers_by_name.get(name, ()) if id_ in world.home]
    if len(named) != 1:
        return ""
    for address in world.emails.get(company.id, ()):
        mailed = [id_ for id_ in world.customers_by_email.get(address, ()) if id_ in world.home]
        if mailed == named and world.companies_by_email[address] == [company.id]:
            return named[0]
    return ""


def _cause(company: Company, pairs: Sequence[Pair], world: World) -> str:
    """Why the company is here, in words."""
    if not pairs:
        return "nothing like it in QuickBooks"
    if words := _ambiguous(company, world):
        return words
    best = pairs[0]
    signals = " ".join(best.signals)
    if against := next((signal for signal in best.signals if signal.startswith("but ")), ""):
        return f"{best.signals[0]}, {against}"
    if (company.id, best.customer_id) in world.parted:
        return "was linked before; that was taken back"
    if "our tag" in signals:
        return "our tag is there, but other tags contradict it"
    named, mailed = "same name" in signals, "same e-mail" in signals
    if named and mailed:
        return "name and e-mail agree, but another candidate is near"
    if named:
        theirs = world.by_id[best.customer_id].email
        return (
            "name agrees, e-mail differs"
            if theirs and world.emails.get(company.id)
            else "name agrees, no e-mail to compare"
        )
    if mailed:
        return "e-mail agrees, name differs"
    return "only the name is similar" if best.signals[:1] in (("similar name",), ()) else f"{best.signals[0]}, not sure"


def _ambiguous(company: Company, world: World) -> str:
    """The words for a signal that more than one record has."""
    name = normalised(company.name)
    checks = [
        (len(world.customers_by_email.get(address, ())), "customers have this e-mail")
        for address in world.emails.get(company.id, ())
    ]
    checks.append((len(world.customers_by_name.get(name, ())), "customers have this name"))
    checks += [
        (len(world.companies_by_email[address]), "companies have this e-mail")
        for address in world.emails.get(company.id, ())
        if world.customers_by_email.get(address)
    ]
    if world.customers_by_name.get(name):
        checks.append((len(world.companies_by_name[name]), "companies have this name"))
    counts = {2: "two", 3: "three"}
    return next((f"{counts.get(count, count)} {words}" for count, words in checks if count > 1), "")
