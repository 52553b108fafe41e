"""HubSpot as a connector: a thin face over reading and writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.http import Http
from qbconsole.connectors.hubspot import checks
from qbconsole.connectors.hubspot.allowance import Allowance
from qbconsole.connectors.hubspot.auth import Auth
from qbconsole.connectors.hubspot.batch import create_all, stamp_all
from qbconsole.connectors.hubspot.client import Client
from qbconsole.connectors.hubspot.faults import REFERENCE
from qbconsole.connectors.hubspot.read import STREAMS, Reader
from qbconsole.connectors.hubspot.write import Writer
from qbconsole.connectors.limits import Gate, RateLimit, shared
from qbconsole.connectors.many import at_once, in_waves
from qbconsole.domain.canonical import digest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from qbconsole.connectors.base import Capability, Page, Send, TokenStore
    from qbconsole.connectors.hubspot.settings import HubSpotSettings
    from qbconsole.domain.errors import Problem
    from qbconsole.domain.operations import Operation, Receipt


SEARCH_SECOND = 1.1
"""Seconds in which the searches of one second are spread: what leaves evenly may arrive in a bunch."""


class HubSpot:
    """One HubSpot portal."""

    name: str = "hubspot"
    reads: int = 0
    streams: tuple[str, ...] = STREAMS

    def __init__(self, settings: HubSpotSettings, tokens: TokenStore, *, http: Http | None = None) -> None:
        """Open nothing yet.

        Args:
            settings: address, consent and limits.
            tokens: `token`, a service key or private app token; or what `tokens.py` gives for a sign-in.
            http: another client (tests).
        """
        self._settings = settings
        known = tokens.read()
        account = f"{settings.api_url} {digest(known.get('token') or known.get('client_id', ''))}"
        rate = shared(account, settings.requests_per_ten_seconds, seconds=10)
        self._http = http or make_http(settings, rate)
        searches = shared(account, settings.searches_per_second, seconds=SEARCH_SECOND)
        self._auth = Auth(settings, tokens, self._http)
        self._client = Client(
            settings, self._auth, self._http, rate=rate, searches=searches, allowance=Allowance(settings.keep_free)
        )
        self._reader = Reader(settings, self._client)
        self._writer = Writer(settings, self._client)

    def pull(
        self, cursors: Mapping[str, str], *, watched: Mapping[str, Sequence[str]], full: bool = False
    ) -> AsyncIterator[Page]:
        """Pages of what changed; watched deals are read again with associations, and their line items too."""
        return self._reader.pull(cursors, watched=watched, full=full)

    async def now(self) -> datetime:
        """The server's clock, in UTC."""
        return (await self._client.account()).time

    async def apply(self, operation: Operation, *, request_id: str) -> Receipt:  # noqa: ARG002 - it has none
        """Do the write once. There is no idempotency key: a task has a key or tag of its own, and `find` comes
        before any second try."""
        return await self._writer.apply(operation)

    async def apply_many(self, sends: Sequence[Send]) -> Sequence[Receipt | Problem]:
        """Do several writes: in batches, and what those leave side by side."""

        async def send(wave: Sequence[Send]) -> Sequence[Receipt | Problem]:
            done = await stamp_all(self._client, wave, self._writer.stamps.define)
            done |= await create_all(self._writer.once, wave)
            rest = [one for one in wave if one.request_id not in done]
            outcomes = await at_once([self._writer.apply(one.operation) for one in rest])
            done |= {one.request_id: outcome for one, outcome in zip(rest, outcomes, strict=True)}
            return [done[one.request_id] for one in wave]

        return await in_waves(sends, send)

    async def find(self, operation: Operation, *, since: datetime) -> Receipt | None:  # noqa: ARG002 - by association
        """Look whether the write already happened."""
        return await self._writer.find(operation)

    async def check(self) -> Sequence[Capability]:
        """What the token reaches, and which of our properties are there."""
        return await checks.capabilities(self._settings, self._client, self._writer.keys, self._auth.granted())

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def make_http(settings: HubSpotSettings, rate: RateLimit) -> Http:
    """A client within a plan's limits (hubspot.md section 5)."""
    return Http(
        "HubSpot",
        bases=(settings.api_url,),
        gate=Gate(rate, concurrent=settings.concurrent),
        reference_header=REFERENCE,
    )
