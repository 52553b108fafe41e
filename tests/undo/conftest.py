"""One book over one simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio
from tests.simulator.served import struck_by
from tests.undo.office import Office, Person

from qbconsole.books.settings import Accounting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.conftest import MakeBook


@pytest_asyncio.fixture
async def office(make_book: MakeBook) -> AsyncIterator[Office]:
    """A book that may apply credits, without a posting window, and bills on the day on which a deal was won."""
    with struck_by("") as served:
        person = Person(served)
        person.prepare()
        rules = '[posting]\ndate = "close"\n'
        book = make_book(rules=rules, posting_window=0, accounting=Accounting(realm_id="1", may_apply_credits=True))
        opened = Office.opened(book, served, person)
        try:
            yield opened
        finally:
            await opened.close()
