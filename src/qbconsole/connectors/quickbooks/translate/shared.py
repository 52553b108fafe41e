"""What the translations share: the company's home currency, Intuit's words as ours, and the marks of deletion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from qbconsole.connectors.quickbooks.models.shared import Link, Ref

_DELETED = re.compile(r" \(deleted(?:-\d+)?\)(?: \d+)?$")
_VOIDED = re.compile(r"^\s*voided\b[\s:.,;–-]*", re.IGNORECASE)
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Home:
    """What the company says about all its records: they name their currency only where there are several."""

    currency: str = "USD"

    def of(self, ref: Ref) -> str:
        """The currency of a record."""
        return ref.value or self.currency

    def rate(self, rate: Decimal | None, currency: str) -> Decimal | None:
        """The exchange rate of a record in another currency; none at home."""
        return rate if currency != self.currency else None


def word(theirs: str) -> str:
    """Intuit's `CreditMemo` as our `credit_memo`."""
    return _WORD_BEGINS.sub("_", theirs).lower()


def links(found: Iterable[Link]) -> tuple[tuple[str, str], ...]:
    """(type, id) of linked transactions, each once."""
    return tuple(dict.fromkeys((word(link.TxnType), link.TxnId) for link in found))


def clean(name: str, *, active: bool) -> str:
    """An inactive one's name without the suffix that QuickBooks gives it (trap 13)."""
    return name if active else _DELETED.sub("", name)


def voided(total: Decimal, amounts: Iterable[Decimal], note: str) -> bool:
    """Voided: no amount left and the word in the note; a zero invoice without it is none (quickbooks.md 10)."""
    return total == 0 and not any(amounts) and _VOIDED.match(note) is not None


def original_note(note: str) -> str:
    """A private note as it was before a void put its word in front (quickbooks.md 9)."""
    return _VOIDED.sub("", note)
