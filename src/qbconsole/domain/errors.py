"""Errors classed by what to do about them, not by where they came from.

Problem
├── Fatal            stop; the program or its data is at fault
├── Retriable        try again later; `sent` says whether the request may have had its effect
│   └── Throttled    and not before `wait` seconds
├── Conflict         the remote moved since the decision
│   └── Gone         what was to be made was made, and is void or deleted by now
├── NeedsPerson      refused for good: somebody must mend a record
├── SignIn           the remote refused the credentials: the book stops
├── Configuration    a setting, a rule or a file is wrong
├── Unarmed          the book is read-only
└── Busy             another runner holds the book
"""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 - the classes are named for what to do, not for being errors
    """What went wrong, in one plain line, and what to do next.

    `owner` is who can mend it, in words, where the remote's code tells; `reference` is the remote's own of the call, in
    words ("Intuit's reference 1-5f73"): its support asks for it.
    """

    exit_code = 1
    owner: str = ""
    reference: str = ""

    def __init__(self, message: str, *, next_step: str = "", code: str = "") -> None:
        """Take the plain sentence, the next step for a person, and the remote's own code if it has one."""
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.code = code

    @property
    def words(self) -> str:
        """The sentence for whoever is told, with the remote's reference if there is one."""
        return f"{self.message} ({self.reference})" if self.reference else self.message

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class Fatal(Problem):
    """Nothing to retry and nobody to ask: the program or its data is at fault."""


class Retriable(Problem):
    """A passing failure. `sent` is True when the request may have had its effect: then the outcome is unknown."""

    def __init__(self, message: str, *, sent: bool = False, next_step: str = "", code: str = "") -> None:
        """As `Problem`, and whether the request may have reached the remote."""
        super().__init__(message, next_step=next_step, code=code)
        self.sent = sent


class Throttled(Retriable):
    """The remote asked to wait, or does not answer and is left in peace for a while. It counts as no attempt."""

    def __init__(self, message: str, *, wait: float, code: str = "") -> None:
        """As `Problem`, and the seconds to wait."""
        super().__init__(message, code=code)
        self.wait = wait


class Conflict(Problem):
    """The record moved since the decision (a stale token), or contradicts it."""


class Gone(Conflict):
    """What was to be made was made, and is void or deleted by now: somebody else decided so. It is not made again."""

    def __init__(self, message: str, *, remote_id: str, number: str = "", next_step: str = "", code: str = "") -> None:
        """As `Problem`, and the id and number under which it was made."""
        super().__init__(message, next_step=next_step, code=code)
        self.remote_id = remote_id
        self.number = number


class NeedsPerson(Problem):
    """Refused for good: a record must be mended, here or on the remote."""

    exit_code = 3


class SignIn(Problem):
    """The remote refused the credentials."""

    exit_code = 5


class Configuration(Problem):
    """A book, a setting, a rule or an argument is wrong."""

    exit_code = 2


class Unarmed(Problem):
    """The book is read-only until it is armed."""

    exit_code = 2


class Busy(Problem):
    """Another runner holds the book."""

    exit_code = 4
