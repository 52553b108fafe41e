"""A run's volume: what would write more than is usual for the book is withheld until a person lets it go.

Operations that move money count for themselves, whoever decided them, and so does what rules alone decided of the
others. Where a part is over its limit nothing of it is sent: which of 500 invoices are right nobody knows yet.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.domain.canonical import as_json
from qbconsole.domain.money import ZERO, spoken
from qbconsole.domain.operations import CreateDocument
from qbconsole.domain.text import safe_text
from qbconsole.outbox.queue import operation_of
from qbconsole.store import facts, runs
from qbconsole.store import outbox as rows
from qbconsole.store import volume as counts
from qbconsole.store.volume import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from qbconsole.books.settings import Limits

MONEY_KINDS = ("create_document", "void_document", "delete_document", "send_document", "apply_credit")
MONEY, AUTOMATIC = "money", "automatic"
FLOOR = {MONEY: 100, AUTOMATIC: 2_000}
"""So many a run are never too many, unless the book's settings say so: an ordinary day, a first sync."""
TIMES = 2
"""A run may write so many times what the busiest day wrote."""
REMEMBERED = timedelta(days=35)
"""How far back days are looked at: the last month's end is among them."""
_WITHHELD, _RELEASED = "withheld", "released"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A part of the outbox that is over its limit: how many operations, of which kinds, over how much, by whom."""

    part: str
    count: int
    limit: int
    kinds: dict[str, int] = field(default_factory=dict)
    money: dict[str, str] = field(default_factory=dict)
    causes: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """A sentence for whoever is told."""
        kinds = ", ".join(f"{kind.replace('_', ' ')}: {count}" for kind, count in self.kinds.items())
        over = " and ".join(spoken(Decimal(amount), currency) for currency, amount in self.money.items())
        money = f" over {over} before tax" if over else ""
        causes = "; ".join(self.causes)
        what = f"Withheld: {self.count} operations ({kinds}){money}"
        return safe_text(f"{what}, where a run writes {self.limit} at most. Decided by {causes}.")


def parts(connection: Connection) -> dict[str, Part]:
    """The parts that have a limit, beyond what a person let go."""
    beyond: Mapping[str, int] = facts.get(connection, _RELEASED) or {}
    return {
        MONEY: Part(MONEY_KINDS, beyond=beyond.get(MONEY, 0)),
        AUTOMATIC: Part(MONEY_KINDS, others=True, beyond=beyond.get(AUTOMATIC, 0)),
    }


def weigh(connection: Connection, limits: Limits, now: datetime) -> list[Withheld]:
    """What is over its limit now: unsent, and what the newest run has sent of the same part."""
    newest = runs.listed(connection, 1)
    since = newest[0]["started_at"] if newest else now
    found = []
    for name, part in parts(connection).items():
        unsent = counts.unsent(connection, part)
        count = unsent + counts.sent_since(connection, part, since) if unsent else 0
        chosen = getattr(limits, f"{name}_a_run")
        if count > (FLOOR[name] if chosen is None else chosen):
            most = _limit(connection, name, part, now) if chosen is None else chosen
            if count > most:
                found.append(_described(connection, name, part, most))
    return found


def _limit(connection: Connection, name: str, part: Part, now: datetime) -> int:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return max(FLOOR[name], TIMES * counts.busiest_day(connection, part, now - REMEMBERED, today))


def _described(connection: Connection, name: str, part: Part, limit: int) -> Withheld:
    listed = counts.unsent_rows(connection, part)
    causes = Counter(f"{row['actor']} (rules {row['rules_hash']})" for row in listed)
    return Withheld(
        name,
        len(listed),
        limit,
        kinds=dict(Counter(row["kind"] for row in listed).most_common()),
        money=_money(listed),
        causes=[f"{cause}: {count}" for cause, count in causes.most_common()],
    )


def _money(listed: Iterable[dict[str, Any]]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for row in listed:
        operation = operation_of(row)
        if isinstance(operation, CreateDocument):
            sums[operation.currency] = sums.get(operation.currency, ZERO) + operation.before_tax
    return {currency: format(amount, "f") for currency, amount in sums.items()}


def withheld(connection: Connection) -> list[Withheld]:
    """What is withheld, as the last delivery found it."""
    return [Withheld(**one) for one in facts.get(connection, _WITHHELD) or ()]


def keep(connection: Connection, found: Iterable[Withheld]) -> None:
    """Note what is withheld."""
    facts.put(connection, _WITHHELD, as_json(list(found)))


def filters(connection: Connection, found: Iterable[Withheld]) -> list[Part]:
    """The parts of which nothing is sent."""
    known = parts(connection)
    return [known[one.part] for one in found]


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When the next operation that may be sent falls due."""
    return rows.next_due(connection, now, filters(connection, withheld(connection)))


def unsent_rows(connection: Connection) -> list[dict[str, Any]]:
    """The operations that are withheld, by id."""
    return [row for part in filters(connection, withheld(connection)) for row in counts.unsent_rows(connection, part)]


def release(connection: Connection) -> list[Withheld]:
    """Let go what is withheld now; what is decided later counts anew. Returns what was let go."""
    found = withheld(connection)
    beyond = dict(facts.get(connection, _RELEASED) or {})
    known = parts(connection)
    for one in found:
        listed = counts.unsent_rows(connection, known[one.part])
        beyond[one.part] = max([row["id"] for row in listed], default=known[one.part].beyond)
    facts.put(connection, _RELEASED, beyond)
    keep(connection, ())
    return found
