"""The page `docs/quickbooks-errors.md`, made from the cookbook; a test compares the two.

`python -m qbconsole.connectors.quickbooks.cookbook_page > docs/quickbooks-errors.md` makes it anew.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from qbconsole.connectors import error_page
from qbconsole.connectors.error_page import DOES, plain
from qbconsole.connectors.quickbooks.cookbook import COOKBOOK
from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson, Retriable, SignIn, Throttled

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks.cookbook import Entry

_HEAD = """# QuickBooks errors

What QuickBooks Online refuses, what it means, who can mend it and how. This page is made from the table that the
program reads (`src/qbconsole/connectors/quickbooks/cookbook.py`), by
`python -m qbconsole.connectors.quickbooks.cookbook_page`. `qbconsole errors CODE` shows one code in the terminal.

A failure in the sync log and in `qbconsole outbox list` names Intuit's reference of the call: their support asks for
it. A code that is not in the table is quoted with Intuit's own words, shortened and without addresses and long numbers.
"""


def page() -> str:
    """The whole page."""
    kinds = (Throttled, Retriable, Conflict, NeedsPerson, SignIn, Fatal)
    return error_page.page(_HEAD, kinds, [_row(one) for one in sorted(COOKBOOK, key=lambda one: int(one.code))])


def described(found: Entry) -> dict[str, str]:
    """What is to be known of one entry, each under its name."""
    return {
        "code": found.code,
        "cause": plain(found.cause),
        "who can mend it": found.owner.value,
        "next step": found.next_step,
        "qbconsole": DOES[found.kind],
    }


def _row(found: Entry) -> tuple[str, ...]:
    cause = plain(found.cause) + (", in QuickBooks' own words" if found.quote else "")
    return found.code, cause, found.owner.value, found.next_step, found.kind.__name__


if __name__ == "__main__":
    sys.stdout.write(page())
