"""The page `docs/quickbooks-errors.md`, made from the cookbook; a test compares the two.

`python -m qbconsole.connectors.quickbooks.cookbook_page > docs/quickbooks-errors.md` makes it anew.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from qbconsole.connectors.quickbooks.cookbook import COOKBOOK
from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson, Retriable, SignIn, Throttled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qbconsole.connectors.quickbooks.cookbook import Entry
    from qbconsole.domain.errors import Problem

DOES: dict[type[Problem], str] = {
    Throttled: "waits as long as it is told (a minute if it is not), then goes on",
    Retriable: "tries again by itself, after looking whether the work was done",
    Conflict: "does not write; the row asks for a new decision",
    NeedsPerson: "parks the operation until somebody mended the cause",
    SignIn: "stops the book until somebody signed in; what was decided waits",
    Fatal: "parks the operation; it is a mistake of the program",
}
"""What the program does about each class of problem."""

_HEAD = """# QuickBooks errors

What QuickBooks Online refuses, what it means, who can mend it and how. This page is made from the table that the
program reads (`src/qbconsole/connectors/quickbooks/cookbook.py`), by
`python -m qbconsole.connectors.quickbooks.cookbook_page`. `qbconsole errors CODE` shows one code in the terminal.

A failure in the sync log and in `qbconsole outbox list` names Intuit's reference of the call: their support asks for
it. A code that is not in the table is quoted with Intuit's own words, shortened and without addresses and long numbers.
"""


def page() -> str:
    """The whole page."""
    classes = [f"| {kind.__name__} | {words} |" for kind, words in DOES.items()]
    rows = [_row(one) for one in sorted(COOKBOOK, key=lambda one: int(one.code))]
    return "\n".join(
        (
            _HEAD,
            "## What the program does",
            "",
            "| class | what happens |",
            "| --- | --- |",
            *classes,
            "",
            "## The codes",
            "",
            "| code | cause | who can mend it | next step | class |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        )
    )


def described(found: Entry) -> Iterator[tuple[str, str]]:
    """What is to be known of one entry, each with its name."""
    yield "code", found.code
    yield "cause", _plain(found.cause)
    yield "who can mend it", found.owner.value
    yield "next step", found.next_step
    yield "qbconsole", DOES[found.kind]


def _row(found: Entry) -> str:
    cause = _plain(found.cause) + (", in QuickBooks' own words" if found.quote else "")
    cells = (found.code, cause, found.owner.value, found.next_step, found.kind.__name__)
    return f"| {' | '.join(cells)} |"


def _plain(cause: str) -> str:
    """The cause with its gaps named: `{id}` as ID."""
    return re.sub(r"\{(\w+)\}", lambda gap: gap[1].upper(), cause)


if __name__ == "__main__":
    sys.stdout.write(page())
