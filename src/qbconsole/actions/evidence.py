"""The evidence behind a row of any queue: what a person sees before deciding, and what the journal keeps of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.actions import conflicts, invoices, overdue, unmatched

if TYPE_CHECKING:
    from types import ModuleType

    from sqlalchemy import Connection

    from qbconsole.actions.views import Detail
    from qbconsole.books.book import Book

VIEWS: dict[str, ModuleType] = {
    "unmatched": unmatched,
    "invoices": invoices,
    "overdue": overdue,
    "conflicts": conflicts,
}
"""What shows each queue."""


def evidence(connection: Connection, book: Book, queue: str, row: dict[str, Any]) -> Detail:
    """All that a decision about one stored row needs, as it is now."""
    shown: Detail = VIEWS[queue].detail(connection, book, row)
    return shown


def kept(detail: Detail) -> dict[str, Any]:
    """The evidence as the journal keeps it: headline, sections of (label, value, source), choices, and the undo."""
    return {
        "headline": detail.headline,
        "sections": [
            [section.title, [[fact.label, fact.value, fact.source] for fact in section.facts]]
            for section in detail.sections
        ],
        "choices": [[one.id, one.words, one.evidence, one.score] for one in detail.choices],
        "undo": detail.undo,
    }
