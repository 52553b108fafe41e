"""What every connector offers: pages of records, and operations applied exactly as asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import date, datetime
    from decimal import Decimal

    from qbconsole.domain.errors import Problem
    from qbconsole.domain.operations import Operation, Receipt
    from qbconsole.domain.records import Record
    from qbconsole.domain.sign_in import SignInEnds


@dataclass(frozen=True, slots=True)
class Pulled:
    """One record of a stream as the remote gave it.

    `record` is None for a tombstone (deleted or archived there), or when a field that we use could not be read: then
    `problem` says which and why, and the payload is kept all the same.
    """

    kind: str
    id: str
    payload: str
    record: Record | None = None
    problem: str = ""

    @property
    def deleted(self) -> bool:
        """Whether the record is gone on the remote."""
        return self.record is None and not self.problem


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of one stream, and the cursor that covers them: both are stored in one transaction.

    `cursor` is the connector's own text. `complete` is True on the last page of a full listing: records of the stream
    that were not seen since its first page are gone on the remote. `calls` counts the requests the page cost.
    `unswept` says that records may have gone without a word: the ids must be compared. `problem` is why the stream
    broke off here; the other streams go on. `note` is a line for the sync log.
    """

    stream: str
    records: tuple[Pulled, ...]
    cursor: str
    first: bool = False
    complete: bool = False
    calls: int = 1
    unswept: bool = False
    problem: Problem | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Capability:
    """One line of `book check`: what this company or portal has, and what that means for us."""

    name: str
    available: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    """One write and its idempotency key; `again` that it was sent before, so that a success may be the one of then."""

    operation: Operation
    request_id: str
    again: bool = False


class TokenStore(Protocol):
    """Where a connector keeps its credentials: read before use, written before anything new is used."""

    def read(self) -> Mapping[str, str]:
        """All secrets of this connector, by name."""
        ...

    def write(self, secrets: Mapping[str, str]) -> None:
        """Replace the named secrets, durably, before this returns."""
        ...

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Hold the store alone among all processes, to read, renew and write."""
        ...


class Connector(Protocol):
    """One remote system of one book. Every method may raise a `Problem` of domain/errors.py, and nothing else."""

    name: str
    streams: tuple[str, ...]
    """Every stream that `pull` may yield, `<connector>.<kind>`, in the order in which they should be pulled."""

    def pull(
        self, cursors: Mapping[str, str], *, watched: Mapping[str, Sequence[str]], full: bool = False
    ) -> AsyncIterator[Page]:
        """Pages of what changed since the cursors (all there is for a stream without one, or with `full`).

        Args:
            cursors: the stored cursor of each stream that has one.
            watched: by stream, ids of records that must be read again although nothing says that they changed.
            full: list everything again.
        """
        ...

    @property
    def reads(self) -> int:
        """The calls so far that the vendor counts against a monthly allowance; 0 where none does."""
        ...

    async def now(self) -> datetime:
        """The server's clock, in UTC."""
        ...

    async def apply(self, operation: Operation, *, request_id: str) -> Receipt:
        """Do the write once under its idempotency key.

        Raises:
            Retriable: it failed in passing; `sent` tells whether it may have happened.
            Conflict: the record is no longer as the decision saw it.
            NeedsPerson: refused for good.
            SignIn: the credentials were refused.
        """
        ...

    async def apply_many(self, sends: Sequence[Send]) -> Sequence[Receipt | Problem]:
        """Do several writes, in the remote's batches where it has them; one outcome each, in order, none raised.

        A batch whose answer was lost gives `Retriable(sent=True)` for each of its items. Only a `SignIn` is raised.
        """
        ...

    async def find(self, operation: Operation, *, since: datetime) -> Receipt | None:
        """Look whether the write already happened, by its tag or by the values it sets; None if it did not."""
        ...

    async def check(self) -> Sequence[Capability]:
        """What the credentials reach and the company's plan has; named missing scopes included."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


@runtime_checkable
class Accounting(Connector, Protocol):
    """A connector whose mirror can be proved: against the ids that the remote holds, and against its receivables."""

    async def ids(self, streams: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """The ids of all records of each stream that the remote has and we know to tell from others.

        A stream whose ids cannot be told is left out.
        """
        ...

    async def again(self, stream: str, ids: Sequence[str]) -> Sequence[Pulled]:
        """The records as they are now, each by its id: a tombstone for what the remote says is not there.

        A record of which nothing sure can be said is left out.
        """
        ...

    async def receivables(self, as_of: date) -> Mapping[str, Decimal]:
        """What each customer owes by the remote's own report, in home currency, by customer id; nothing for zero."""
        ...


@runtime_checkable
class Printing(Connector, Protocol):
    """A connector whose remote prints documents."""

    async def pdf(self, type_: str, document_id: str) -> bytes:
        """A document as the remote prints it."""
        ...


@runtime_checkable
class SignedIn(Protocol):
    """A connector that somebody signed in to for a while."""

    def signed_in_until(self) -> SignInEnds:
        """When somebody must sign in again, as far as it is known here; no request is made.

        Raises:
            Problem: the store of the tokens cannot be read.
        """
        ...
