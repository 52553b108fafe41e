"""The witness outside the book: what it cannot write is no failure of what was committed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tests.builders import basics, put

from qbconsole.actions import decide, propose, queues
from qbconsole.journal import Actor

if TYPE_CHECKING:
    import pytest

    from qbconsole.books.book import Book


def test_a_witness_that_cannot_be_written_lets_the_decision_stand(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    put(book, *basics())
    propose.propose(book)
    row = queues.rows(book, "unmatched")[0].id
    folder = book.witness.path.parent
    before = book.witness.read()
    if folder.exists():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    folder.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        taken = decide.decide(book, "unmatched.ignore", row, Actor("ann", "pts/1"))
    assert taken.decision_id
    assert [one.decided for one in queues.rows(book, "unmatched", decided=True) if one.id == row] == [True]
    assert "no witness of event" in caplog.text
    assert book.witness.read() is None
    assert before is None or before.event > 0
