"""What the pages of the vendors' errors share: what the program does about each class, and the tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qbconsole.domain.errors import Configuration, Conflict, Fatal, NeedsPerson, Problem, Retriable, SignIn, Throttled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DOES: dict[type[Problem], str] = {
    Throttled: "waits as long as it is told (a minute if it is not), then goes on",
    Retriable: "tries again by itself, after looking whether the work was done",
    Conflict: "does not write; the row asks for a new decision",
    NeedsPerson: "parks the operation until somebody mended the cause",
    SignIn: "stops the book until somebody signed in; what was decided waits",
    Configuration: "stops the book until the setting was corrected",
    Fatal: "parks the operation; it is a mistake of the program",
}
"""What the program does about each class of problem."""


def page(head: str, kinds: Iterable[type[Problem]], rows: Iterable[Sequence[str]]) -> str:
    """A page: its head, what is done about some classes, and the codes (code, cause, owner, step, class)."""
    return "\n".join(
        (
            head,
            "## What the program does",
            "",
            "| class | what happens |",
            "| --- | --- |",
            *(f"| {kind.__name__} | {DOES[kind]} |" for kind in kinds),
            "",
            "## The codes",
            "",
            "| code | cause | who can mend it | next step | class |",
            "| --- | --- | --- | --- | --- |",
            *(f"| {' | '.join(row)} |" for row in rows),
            "",
        )
    )


def plain(cause: str) -> str:
    """The cause with its gaps named: `{id}` as ID."""
    return re.sub(r"\{(\w+)\}", lambda gap: gap[1].upper(), cause)
