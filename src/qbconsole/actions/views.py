"""What a door shows: rows, and the evidence behind one. All text from a remote is safe text already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from qbconsole.domain.text import SafeText


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a queue. `verdict` is one word for its sign: clean, warning, blocked, candidate, none, held, waiting,
    sending, sent, parked, or the state; `state` is the queue's own; `undo` says what `u` will do."""

    id: str
    queue: str
    title: SafeText
    subtitle: SafeText
    verdict: str
    amount: Decimal | None
    currency: str
    since: date | None
    cause: SafeText
    state: str
    decided: bool
    undo: str
    decision_id: int | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value and where it came from. `tone` is empty, dim, bright, good, warn, bad or amount."""

    label: str
    value: SafeText
    source: SafeText | str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Facts under one heading."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate customer, or documents to adopt (ids, comma-separated)."""

    id: str
    words: SafeText
    evidence: SafeText
    score: str


@dataclass(frozen=True, slots=True)
class Detail:
    """All that a decision needs. `seen` is the hash of what is shown and goes into the decision.

    Of an unmatched company the first section is the company, and one more follows for each choice, in their order.
    """

    row: Row
    headline: SafeText
    sections: tuple[Section, ...]
    choices: tuple[Choice, ...]
    undo: str
    seen: str
