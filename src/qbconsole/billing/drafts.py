"""The plain values of the billing desk: what a draft says, what was checked, what may bill the deal already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - read when a stored draft is rebuilt
from decimal import Decimal  # noqa: TC003

from qbconsole.domain.money import ZERO

CLEAN, WARNING, BLOCKED = "clean", "warning", "blocked"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it will stand on the document, and where it came from. `problem` says why it cannot."""

    name: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    taxable: bool
    item_id: str
    item_name: str
    source: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """A document that the rules composed; each field with the words that say where it came from."""

    type: str
    customer_id: str
    customer_name: str
    customer_source: str
    currency: str
    posted_on: date
    posted_source: str
    due_on: date | None
    term_id: str
    term_source: str
    email: str
    lines: tuple[Line, ...]
    before_tax: Decimal = ZERO
    tax: Decimal = ZERO
    tax_source: str = ""

    @property
    def total(self) -> Decimal:
        """About what the customer will owe: QuickBooks sets the tax."""
        return self.before_tax + self.tax


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `verdict` is clean, warning or blocked, `mend` the key or place that mends it."""

    name: str
    verdict: str
    words: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Adoptable:
    """Documents (ids, comma-separated) that may bill the deal already, with the evidence."""

    documents: str
    words: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft of one billing event: the document, the checks and the choices."""

    event_id: int
    deal_id: str
    company_id: str
    composed: Composed
    checks: tuple[Check, ...]
    choices: tuple[Adoptable, ...]

    @property
    def verdict(self) -> str:
        """The worst of the checks."""
        found = {check.verdict for check in self.checks}
        return BLOCKED if BLOCKED in found else WARNING if WARNING in found else CLEAN

    @property
    def cause(self) -> str:
        """The words of the first of the worst checks; empty when all is well."""
        verdict = self.verdict
        return "" if verdict == CLEAN else next(check.words for check in self.checks if check.verdict == verdict)
