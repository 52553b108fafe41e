"""The companies and customers of a book as the engine reads them, and what it says of each pair. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from qbconsole.domain.tags import tagged_companies
from qbconsole.matching.engine.compare import LEVELS, NEAR
from qbconsole.matching.engine.match import Reviewed, match
from qbconsole.matching.engine.party import Party
from qbconsole.matching.engine.policy import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qbconsole.domain.records import Company, Contact, Customer
    from qbconsole.matching.engine.match import Reason

ENOUGH = 50
"""The engine links nobody by itself in a book with fewer pairs: its weights would be assumed and not learnt."""
MOST = 5


class Likely(NamedTuple):
    """A customer that a company may be: its probability, whether a rule may link it, and what each signal says."""

    customer_id: str
    probability: float
    linked: bool
    reasons: tuple[Reason, ...]


def company_party(company: Company, contacts: Sequence[Contact]) -> Party:
    """A company with its contacts; the tags of both sides are one kind of reference."""
    ordered = sorted(contacts, key=lambda contact: (not contact.billing, len(contact.id), contact.id))
    return Party(
        company.id,
        names=(company.name,),
        people=tuple(one.name for one in ordered),
        emails=tuple(one.email for one in ordered),
        phones=(company.phone, *(one.phone for one in ordered)),
        websites=(company.domain,),
        street=company.address.street,
        city=company.address.city,
        state=company.address.state,
        postcode=company.address.postcode,
        references=(f"company {company.id}", *((f"customer {company.customer_tag}",) if company.customer_tag else ())),
    )


def customer_party(customer: Customer) -> Party:
    """A customer; one that no tag names has no reference, so that its absence says nothing."""
    tagged = tuple(f"company {id_}" for id_ in tagged_companies(customer.notes))
    return Party(
        customer.id,
        names=tuple(dict.fromkeys(name for name in (customer.name, customer.company_name) if name)),
        emails=(customer.email,),
        phones=(customer.phone,),
        street=customer.address.street,
        city=customer.address.city,
        state=customer.address.state,
        postcode=customer.address.postcode,
        references=(*tagged, f"customer {customer.id}") if tagged else (),
    )


def likely(
    companies: Sequence[Company],
    contacts: dict[str, list[Contact]],
    customers: Sequence[Customer],
    same: Iterable[tuple[str, str]],
    never: Iterable[tuple[str, str]],
) -> Mapping[str, Sequence[Likely]]:
    """By company the customers that it may be, the likeliest first.

    Args:
        companies: all of the book's companies, linked ones too.
        contacts: by company.
        customers: whom a company may be linked to.
        same: the pairs that are linked.
        never: the pairs that a person ruled out.
    """
    decided = [Reviewed(*pair, same=True) for pair in sorted(same)] + [
        Reviewed(*pair, same=False) for pair in sorted(never)
    ]
    left = tuple(company_party(one, contacts.get(one.id, [])) for one in companies)
    return _said(left, tuple(map(customer_party, customers)), tuple(decided))


@lru_cache(maxsize=4)
def _said(
    left: tuple[Party, ...], right: tuple[Party, ...], decided: tuple[Reviewed, ...]
) -> Mapping[str, Sequence[Likely]]:
    """What the engine says; a cycle asks several times about the same lists."""
    found = match(left, right, decided)
    enough = int((found.probability[found.assigned] > 0.5).sum()) >= ENOUGH
    by_row = found.candidates(MOST)
    pairs = [pair for listed in by_row.values() for pair in listed]
    reasons = dict(zip(pairs, found.reasons(pairs), strict=True))
    listed: dict[str, list[Likely]] = {}
    for row, candidates in by_row.items():
        each = [
            Likely(
                found.right_ids[int(found.j[pair])],
                float(found.probability[pair]),
                enough and bool(found.linked[pair]),
                tuple(reasons[pair]),
            )
            for pair in candidates
        ]
        listed[found.left_ids[row]] = [one for one in each if one.probability >= REVIEW or _called_alike(one)]
    return listed


def _called_alike(one: Likely) -> bool:
    return any(reason.signal == "name" and LEVELS["name"].index(reason.level) >= NEAR for reason in one.reasons)
