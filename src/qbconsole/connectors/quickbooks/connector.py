"""QuickBooks Online as a connector: a thin face over reading, writing and looking up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.http import Http
from qbconsole.connectors.limits import Gate, shared
from qbconsole.connectors.many import at_once, in_waves
from qbconsole.connectors.quickbooks import checks
from qbconsole.connectors.quickbooks.auth import Auth
from qbconsole.connectors.quickbooks.batch import Tagger
from qbconsole.connectors.quickbooks.client import Client
from qbconsole.connectors.quickbooks.faults import REFERENCE
from qbconsole.connectors.quickbooks.kinds import STREAMS
from qbconsole.connectors.quickbooks.prove import Prover
from qbconsole.connectors.quickbooks.read import Reader
from qbconsole.connectors.quickbooks.write import Writer
from qbconsole.domain.operations import TagCustomer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from qbconsole.connectors.base import Capability, Page, Pulled, Send, TokenStore
    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings
    from qbconsole.domain.errors import Problem
    from qbconsole.domain.operations import Operation, Receipt
    from qbconsole.domain.sign_in import SignInEnds


class QuickBooks:
    """One company in QuickBooks Online."""

    name: str = "quickbooks"
    streams: tuple[str, ...] = STREAMS

    def __init__(self, settings: QuickBooksSettings, tokens: TokenStore, *, http: Http | None = None) -> None:
        """Open nothing yet.

        Args:
            settings: addresses and limits.
            tokens: client_id, client_secret, access_token, refresh_token, and what `tokens.py` and `auth.py` add.
            http: another client (tests).
        """
        self._settings = settings
        self._http = http or make_http(settings)
        self._auth = Auth(settings, tokens, self._http)
        self._client = Client(settings, self._http, self._auth)
        self._reader = Reader(settings, self._client)
        self._writer = Writer(settings, self._client, self._reader)
        self._tagger = Tagger(self._client, self._reader)
        self._prover = Prover(self._client, self._reader)

    def pull(
        self, cursors: Mapping[str, str], *, watched: Mapping[str, Sequence[str]], full: bool = False
    ) -> AsyncIterator[Page]:
        """Pages of what changed; `watched` payments and documents are read again by id."""
        return self._reader.pull(cursors, watched=watched, full=full)

    @property
    def reads(self) -> int:
        """The calls so far that Intuit meters (quickbooks.md 5.2)."""
        return self._client.reads

    async def now(self) -> datetime:
        """The server's clock, in UTC; what comes with it serves the pull that follows."""
        return await self._reader.company.now()

    async def ids(self, streams: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """The ids of all records that QuickBooks holds of the streams."""
        return await self._prover.ids(streams)

    async def again(self, stream: str, ids: Sequence[str]) -> Sequence[Pulled]:
        """The records as they are now, each by its id."""
        return await self._prover.again(stream, ids)

    async def receivables(self, as_of: date) -> Mapping[str, Decimal]:
        """What each customer owes by QuickBooks' own report, in home currency."""
        return await self._prover.receivables(as_of)

    async def apply(self, operation: Operation, *, request_id: str) -> Receipt:
        """Do the write once under its request id."""
        return await self._writer.apply(operation, request_id)

    async def apply_many(self, sends: Sequence[Send]) -> Sequence[Receipt | Problem]:
        """Do several writes: tags in batches, everything else side by side, each under its own request id.

        What is made anew is in no batch: there the key is the call's request id with the item's place (quickbooks.md
        6), so that a write sent again alone would no longer be known as the same.
        """

        async def send(wave: Sequence[Send]) -> Sequence[Receipt | Problem]:
            tags = {one.request_id: one.operation for one in wave if isinstance(one.operation, TagCustomer)}
            done = await self._tagger.tag_all(tags)
            rest = [one for one in wave if one.request_id not in done]
            outcomes = await at_once(
                [self._writer.apply(one.operation, one.request_id, again=one.again) for one in rest]
            )
            done |= {one.request_id: outcome for one, outcome in zip(rest, outcomes, strict=True)}
            return [done[one.request_id] for one in wave]

        return await in_waves(sends, send)

    async def find(self, operation: Operation, *, since: datetime) -> Receipt | None:
        """Look whether the write already happened."""
        return await self._writer.find(operation, since)

    async def pdf(self, type_: str, document_id: str) -> bytes:
        """A document as QuickBooks prints it.

        Raises:
            Conflict: there is none (any more).
        """
        return await self._writer.pdf(type_, document_id)

    async def check(self) -> Sequence[Capability]:
        """What the company's plan and preferences have."""
        return await checks.capabilities(self._settings, self._client)

    def signed_in_until(self) -> SignInEnds:
        """When the access token, an unused refresh token and the consent end."""
        return self._auth.ends()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def make_http(settings: QuickBooksSettings) -> Http:
    """A client within Intuit's limits for a company."""
    second = shared(settings.company_url, settings.requests_per_second, seconds=1)
    minute = shared(settings.company_url, settings.requests_per_minute, seconds=60)
    return Http(
        "QuickBooks",
        bases=(settings.company_url, settings.oauth_url),
        gate=Gate(second, minute, concurrent=settings.concurrent, rest=1.0),
        reference_header=REFERENCE,
    )
