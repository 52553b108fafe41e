"""A process that decides, delivers and pulls on a book until it is killed, and says after each commit that it was made.

`python -m tests.faults.writer FOLDER`: each line is a JSON document: the newest decision, the newest journal event, the
operations settled, and how long the write-ahead log was when the commit came back.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.builders import basics, company, customer, put
from tests.delivery import deliver

from qbconsole.actions import decide, propose
from qbconsole.books.book import Book
from qbconsole.journal import Actor
from qbconsole.store import journal, outbox

ANN = Actor("ann", "tty1")


def say(book: Book, log: Path) -> None:
    with book.store.reading() as connection:
        newest = journal.newest(connection)
        settled = outbox.counts(connection).get("settled", 0)
        decision = journal.newest_decision(connection)
    told = {"decision": decision, "event": newest, "settled": settled, "bytes": log.stat().st_size}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def main(folder: Path) -> None:
    """Work for ever."""
    book = Book(folder)
    log = folder / "mirror.db-wal"
    put(book, *basics())
    propose.propose(book)
    propose.decide_automatically(book)
    say(book, log)
    number = 0
    while True:
        number += 1
        put(
            book,
            company(str(1000 + number), name=f"Company {number}"),
            customer(str(2000 + number), name=f"C {number}"),
        )
        decide.decide(book, "invoices.hold", "I1", ANN, reason=f"reason {number}")
        say(book, log)
        decide.undo(book, ANN)
        say(book, log)
        decide.decide(book, "invoices.approve", "I1", ANN)
        say(book, log)
        if number % 3 == 0:
            deliver(book)
            say(book, log)
            return_to_draft(book)
        else:
            decide.undo(book, ANN)
        say(book, log)


def return_to_draft(book: Book) -> None:
    """Take the delivered invoice back, deliver that, and bill again."""
    decide.undo(book, ANN)
    deliver(book)
    propose.propose(book)
    decide.decide(book, "invoices.bill_again", "I1", ANN)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
