"""A book's written policy, `rules.toml`. Its hash goes with every draft, decision and operation that it made."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from qbconsole.books.toml import Section, load
from qbconsole.domain.canonical import digest

if TYPE_CHECKING:
    from pathlib import Path


class Matching(Section):
    """When a company may be linked without a person."""

    automatic: bool = True
    """Link by tag, or where e-mail and normalised name agree and each is unique on both sides."""


class Trigger(Section):
    """When a deal becomes a billing event, and of which key and kind."""

    key: str = "completion"
    stages: tuple[str, ...] = ("won",)
    """`won` is every stage that the CRM counts as won; otherwise stage ids or labels."""
    document: Literal["invoice", "estimate"] = "invoice"


class Posting(Section):
    """Which day a document is posted on."""

    date: Literal["approval", "close"] = "approval"


class Items(Section):
    """How line items find their QuickBooks item: `map` first (CRM SKU or name to item SKU or name), then equal SKU."""

    by_sku: bool = True
    map: dict[str, str] = Field(default_factory=dict)


class Terms(Section):
    """The customer's own term, else this one by name, else the company's default."""

    default: str = ""


class Checks(Section):
    """The limits of the checks before approval."""

    duplicate_days: int = 30
    duplicate_percent: Decimal = Decimal(1)
    largest_amount: Decimal | None = None
    """A draft above it is blocked."""


class Collections(Section):
    """When an overdue invoice gets its follow-up task, and who gets it when neither deal nor company has an owner."""

    task: bool = True
    task_after_days: int = Field(default=1, ge=1)
    fallback_owner: str = ""
    """An owner's e-mail address."""


class Conflicts(Section):
    """Who owns a shared field; a field that is not named is shared."""

    owner: dict[str, Literal["crm", "accounting", "shared"]] = Field(default_factory=dict)


class Rules(Section):
    """All of `rules.toml`."""

    matching: Matching = Matching()
    trigger: Trigger = Trigger()
    posting: Posting = Posting()
    items: Items = Items()
    terms: Terms = Terms()
    checks: Checks = Checks()
    collections: Collections = Collections()
    conflicts: Conflicts = Conflicts()

    @property
    def hash(self) -> str:
        """The hash of what the rules say, whatever the file's comments and order."""
        return digest(self.model_dump(mode="python"))[:16]


def load_rules(folder: Path) -> Rules:
    """Read a book's rules.

    Raises:
        Configuration: the file is wrong; the key always, and the line wherever it is found, are named.
    """
    return load(folder / "rules.toml", Rules)
