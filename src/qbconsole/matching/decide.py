"""The decisions of the matching desk: link, create, ignore, never. Each in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.operations import CreateCustomer, StampCompany, TagCustomer
from qbconsole.domain.records import Company, Contact, Customer
from qbconsole.domain.tags import customer_tag
from qbconsole.domain.text import safe_text
from qbconsole.ledger import links
from qbconsole.outbox.decider import CHANGED, Enqueued, Outcome, Taken
from qbconsole.store import candidates, mirror
from qbconsole.store.queues import UNMATCHED, Row

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.outbox.decider import Decider

DESK = "matching"
LIKELY = 50
"""A company that is one of its candidates with at least this probability, in percent, is not created beside them."""
UNDO_LINK = "ends the link, takes our tag off the customer and clears the id on the company"
UNDO_CREATE = "cancel inside the posting window; later makes the customer inactive, while it has no transactions"
UNDO_LOCAL = "takes the decision back; nothing was written"
FORBIDDEN = str.maketrans({":": " -", "\t": " ", "\n": " ", "\r": " "})
"""What QuickBooks takes in no customer's name (quickbooks.md 8.1)."""


def link(
    decider: Decider,
    row: Row,
    *,
    customer: str = "",
    seen: str = "",
    rule: str = "",
    contacts: list[Contact] | None = None,
) -> Outcome:
    """Link a company to a customer: the shown candidate, or the one named by its id or name.

    A person may link several companies to one customer: the CRM holds it twice. No rule does.

    Args:
        decider: who decides.
        row: the unmatched company.
        customer: the customer's id or name; the likeliest candidate when empty.
        seen: the hash of what was shown.
        rule: the rule that is sure of it, when no person decides.
        contacts: the company's contacts, where they are read already.

    Raises:
        NeedsPerson: it is decided already, or the customer cannot be linked.
    """
    _still(row, seen)
    connection = decider.connection
    company, chosen = _company(connection, row), _customer(connection, row, customer)
    if chosen.currency != row["currency"]:
        raise NeedsPerson(
            f"{safe_text(chosen.name)} is in {chosen.currency}, the book in {row['currency']}.",
            next_step="Create a customer in the book's currency: c.",
        )
    others = [one.company_id for one in links.of_customer(connection, chosen.id)]
    beside = f", beside company {', '.join(others)}" if others else ""
    words = f"link {company.name} to {chosen.name}{beside}" + (f" (rule: {rule})" if rule else "")
    subjects = (f"companies:{company.id}", f"customers:{chosen.id}")
    agreed = links.agreement(_crm_values(connection, company, contacts), links.customer_values(chosen))
    content = {"agreed": agreed, "evidence": _evidence(connection, row, chosen)}
    decision_id = decider.record(
        Taken(
            "unmatched.link", DESK, f"U{row['id']}", words, seen=row["inputs_hash"], subjects=subjects, content=content
        )
    )
    links.add(
        connection,
        company_id=company.id,
        currency=row["currency"],
        customer_id=chosen.id,
        decision_id=decision_id,
        agreed=agreed,
        at=decider.at,
    )
    tag = TagCustomer(chosen.id, customer_tag(company.id))
    decider.enqueue(decision_id, Enqueued(tag, target=f"customers:{chosen.id}", subjects=subjects))
    stamp = StampCompany(company.id, chosen.id)
    decider.enqueue(decision_id, Enqueued(stamp, target=f"companies:{company.id}", subjects=subjects))
    _decided(decider, row, "decided", decision_id)
    return Outcome(decision_id, words, UNDO_LINK)


def _evidence(connection: Connection, row: Row, chosen: Customer) -> dict[str, object]:
    """Score and signals of the chosen candidate, for the journal; nothing for a customer found by hand."""
    listed = candidates.of_company(connection, row["company_id"])
    found = next((one for one in listed if one["customer_id"] == chosen.id), None)
    return {"score": found["score"], "signals": found["signals"]} if found else {}


def create(decider: Decider, row: Row, *, name: str = "", confirm: str = "", seen: str = "") -> Outcome:
    """Create the company's customer in QuickBooks.

    Args:
        decider: who decides.
        row: the unmatched company.
        name: another name than the company's.
        confirm: not empty when a likely candidate was looked at and is another business.
        seen: the hash of what was shown.

    Raises:
        NeedsPerson: it is decided already, a likely candidate is undecided, or the name is taken.
    """
    _still(row, seen)
    connection = decider.connection
    company = _company(connection, row)
    wanted = _free_name(connection, row, (name or company.name).translate(FORBIDDEN).strip(), named=bool(name))
    if not confirm and (other := _likely(connection, row)):
        raise NeedsPerson(
            f"{safe_text(company.name)} may be the customer {safe_text(other.name)}.",
            next_step="Link it (a), rule it out (N), or create it all the same: c again, or --confirm.",
        )
    values = _crm_values(connection, company)
    words = f"create the customer {wanted}"
    subjects = (f"companies:{company.id}",)
    decision_id = decider.record(
        Taken("unmatched.create", DESK, f"U{row['id']}", words, seen=row["inputs_hash"], subjects=subjects)
    )
    operation = CreateCustomer(
        name=wanted,
        notes=customer_tag(company.id),
        currency=row["currency"],
        company_name=company.name,
        email=values["email"],
        phone=company.phone,
        address=company.address,
    )
    link_id = links.add(
        connection,
        company_id=company.id,
        currency=row["currency"],
        customer_id="",
        decision_id=decision_id,
        agreed=links.agreement(values, {**values, "name": wanted}),
        at=decider.at,
    )
    made = decider.enqueue(
        decision_id, Enqueued(operation, target=f"companies:{company.id}/{row['currency']}", subjects=subjects)
    )
    links.waits_for(connection, link_id, made)
    stamp = StampCompany(company.id, "")
    decider.enqueue(decision_id, Enqueued(stamp, target=f"companies:{company.id}", subjects=subjects, needs=(made,)))
    _decided(decider, row, "decided", decision_id)
    return Outcome(decision_id, words, UNDO_CREATE)


def _likely(connection: Connection, row: Row) -> Customer | None:
    """The likeliest candidate that could be linked, if the company is probably one of them."""
    listed = [
        (one, found)
        for one in candidates.of_company(connection, row["company_id"])
        if (found := mirror.get(connection, Customer, one["customer_id"])) and found.currency == row["currency"]
    ]
    return listed[0][1] if sum(int(one["score"]) for one, _ in listed) >= LIKELY else None


def _free_name(connection: Connection, row: Row, wanted: str, *, named: bool) -> str:
    """A name that no customer has: QuickBooks keeps each once, inactive ones included.

    Raises:
        NeedsPerson: a customer has it.
    """
    if not wanted:
        raise NeedsPerson("The company has no name.", next_step="Give it one in the CRM, or name the customer here.")
    taken = {one.name.casefold(): one for one in mirror.every(connection, Customer)}
    other = taken.get(wanted.casefold())
    if other is None:
        return wanted
    if not named and other.currency != row["currency"] and f"{wanted} {row['currency']}".casefold() not in taken:
        return f"{wanted} {row['currency']}"
    state = "" if other.active else "an inactive "
    raise NeedsPerson(
        f"QuickBooks has {state or 'a '}customer {safe_text(other.name)} already.",
        next_step="Link it, or give the new customer another name.",
    )


def ignore(decider: Decider, row: Row, *, reason: str = "") -> Outcome:
    """Leave a company without a customer.

    Raises:
        NeedsPerson: it is decided already.
    """
    _still(row, "")
    words = f"ignore {row['name']}" + (f": {reason}" if reason else "")
    decision_id = decider.record(
        Taken(
            "unmatched.ignore", DESK, f"U{row['id']}", words, note=reason, subjects=(f"companies:{row['company_id']}",)
        )
    )
    _decided(decider, row, "ignored", decision_id)
    return Outcome(decision_id, words, UNDO_LOCAL)


def never(decider: Decider, row: Row, *, customer: str = "") -> Outcome:
    """Remember that a company and a candidate are never the same; the row stays, without it.

    Raises:
        NeedsPerson: it is decided already, or has no such candidate.
    """
    _still(row, "")
    chosen = _customer(decider.connection, row, customer)
    words = f"{row['name']} is never {chosen.name}"
    subjects = (f"companies:{row['company_id']}", f"customers:{chosen.id}")
    decision_id = decider.record(
        Taken("unmatched.never", DESK, f"U{row['id']}", words, note=chosen.id, subjects=subjects)
    )
    candidates.rule_out(decider.connection, row["company_id"], chosen.id)
    _decided(decider, row, "open", decision_id)
    return Outcome(decision_id, words, UNDO_LOCAL)


def _crm_values(connection: Connection, company: Company, contacts: list[Contact] | None = None) -> dict[str, str]:
    if contacts is None:
        contacts = [one for one in mirror.every(connection, Contact) if company.id in one.company_ids]
    return links.shared_values(company, contacts)


def _still(row: Row, seen: str) -> None:
    if row["state"] != "open":
        raise NeedsPerson(f"{_name(row)} is {row['state']} already.", next_step="Take that back first: u.")
    if seen and seen != row["inputs_hash"]:
        raise NeedsPerson(f"{_name(row)} has changed since it was shown.", next_step="Look at it again.", code=CHANGED)


def _company(connection: Connection, row: Row) -> Company:
    company = mirror.get(connection, Company, row["company_id"])
    if company is None:
        raise NeedsPerson(f"{_name(row)} is gone from the CRM.", next_step="Sync, and look again.")
    return company


def _customer(connection: Connection, row: Row, wanted: str) -> Customer:
    """The customer meant: by id, by its whole name, or the likeliest candidate."""
    if not wanted:
        listed = candidates.of_company(connection, row["company_id"])
        if not listed:
            raise NeedsPerson(f"{_name(row)} has no candidate.", next_step="Name a customer, or create one: c.")
        wanted = listed[0]["customer_id"]
    found = mirror.get(connection, Customer, wanted)
    if found is None:
        named = [one for one in mirror.every(connection, Customer) if one.name.casefold() == wanted.casefold()]
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise NeedsPerson(
            f"There is no one customer {safe_text(wanted)!r}.", next_step="Give its id or its whole name."
        )
    if not found.active:
        raise NeedsPerson(f"{safe_text(found.name)} is inactive in QuickBooks.", next_step="Activate it there first.")
    return found


def _decided(decider: Decider, row: Row, state: str, decision_id: int) -> None:
    if not UNMATCHED.change(decider.connection, row, state=state, decision_id=decision_id):
        raise NeedsPerson(f"{_name(row)} was decided by somebody else meanwhile.", next_step="Look again.")


def _name(row: Row) -> str:
    return f"Row U{row['id']} ({safe_text(row['name'], limit=60)})"
