"""Drift of the CRM: noticed after each pull, told in the sync log, and accepted by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.domain.text import safe_text
from qbconsole.ledger import drift
from qbconsole.outbox.decider import Decider, Taken
from qbconsole.store import runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qbconsole.books.book import Book
    from qbconsole.books.drift import Finding
    from qbconsole.journal import Actor

DESK = "drift"


def notice(book: Book, run_id: int) -> tuple[Finding, ...]:
    """Compare the CRM with what the rules use of it; what is new, and what is mended, goes into the run's log.

    Returns:
        All that has drifted.
    """
    at = book.clock.now()
    with book.store.writing(durable=False) as connection:
        change = drift.compare(connection, book)
        for one in change.new:
            words = f"The CRM has drifted: {safe_text(one.sentence)}. Paused: {one.rule}."
            runs.log(
                connection, run_id, "warning", words, at=at, subject=one.subject, next_step=f"To go on, {one.mend}."
            )
        for one in change.mended:
            words = f"Drift is mended: {one.subject}. Going on: {one.rule}."
            runs.log(connection, run_id, "info", safe_text(words), at=at, subject=one.subject)
    return change.findings


def as_rows(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """What drifted as plain rows: rule, subject, words, mend."""
    return [
        {"rule": one.rule, "subject": safe_text(one.subject), "words": safe_text(one.sentence), "mend": one.mend}
        for one in findings
    ]


def found(book: Book) -> tuple[Finding, ...]:
    """What has drifted, as the last cycle found it."""
    with book.store.reading() as connection:
        return drift.findings(connection)


def accept(book: Book, actor: Actor) -> tuple[Finding, ...]:
    """Let the rules go on with the CRM as it is, from the next cycle on; the journal says who said so.

    Returns:
        What was accepted.
    """
    with book.store.writing() as connection:
        decider = Decider.of(connection, book, actor)
        accepted = drift.accept(connection)
        if accepted:
            words = f"accept the drift of the CRM: {'; '.join(one.sentence for one in accepted)}"
            decider.record(Taken("drift.accept", DESK, "drift", safe_text(words)))
    return accepted
