"""A book whose one company is linked and whose one deal waits for approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.builders import basics, put
from tests.delivery import deliver

from qbconsole.actions import propose

if TYPE_CHECKING:
    from qbconsole.books.book import Book


@pytest.fixture
def linked(book: Book) -> Book:
    """One company linked by the rules, one clean draft."""
    put(book, *basics())
    propose.propose(book)
    propose.decide_automatically(book)
    deliver(book)
    return book
