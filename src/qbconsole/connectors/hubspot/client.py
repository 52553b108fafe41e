"""The calls of HubSpot's API as this connector uses them (hubspot.md 2 to 4)."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from qbconsole.connectors.http import Request
from qbconsole.connectors.hubspot import answers
from qbconsole.connectors.hubspot.answers import JSON, Association, Found, Reply
from qbconsole.connectors.hubspot.cookbook import DAILY, EXPIRED
from qbconsole.connectors.hubspot.faults import REFERENCE, judge
from qbconsole.connectors.hubspot.settings import VERSION
from qbconsole.connectors.payload import dump
from qbconsole.domain.errors import Retriable, SignIn, Throttled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence

    from qbconsole.connectors.http import Answer, Http, Judge
    from qbconsole.connectors.hubspot.allowance import Allowance
    from qbconsole.connectors.hubspot.auth import Auth
    from qbconsole.connectors.hubspot.settings import HubSpotSettings
    from qbconsole.connectors.limits import RateLimit

LIST_PAGE = 100
SEARCH_PAGE = 200
BATCH = 100
ASSOCIATION_BATCH = 1000
ASSOCIATION_PAGE = 500
HISTORY_BATCH = 50
"""Records of which the history is asked for at once: half of the usual (hubspot.md section 9, 23)."""
LONGEST_NAMES = 2500
"""Characters of property names in JSON that a URL or a search takes (414, section 5; a search's body has 3,000 at most,
section 3); more of them go into the body of a batch read."""


class Client:
    """Adds address, version and token; turns answers into replies or problems."""

    def __init__(
        self,
        settings: HubSpotSettings,
        auth: Auth,
        http: Http,
        *,
        rate: RateLimit,
        searches: RateLimit,
        allowance: Allowance,
    ) -> None:
        """Take the parts; `rate` is the limit of all requests, `searches` the one that a portal's searches share."""
        self._rate = rate
        self._allowance = allowance
        self._base = settings.api_url.rstrip("/")
        self._auth = auth
        self._http = http
        self._searches = searches
        self._judge = partial(judge, longest_wait=settings.longest_wait)

    # --- reading ------------------------------------------------------------------------------------------------------

    async def account(self) -> Reply:
        """The portal's own settings, and the server's clock."""
        reply = await self._read("GET", f"/account-info/{VERSION}/details")
        self._allowance.zone = str(reply.body.get("timeZone") or "")
        return reply

    async def owners(self, *, archived: bool) -> list[JSON]:
        """All owners, or all deactivated ones."""
        query = {"archived": _flag(value=archived), "limit": str(LIST_PAGE)}
        return [row async for rows in self._paged(f"/crm/owners/{VERSION}", query) for row in rows]

    async def pipelines(self) -> list[JSON]:
        """The pipelines of deals with their stages."""
        return answers.rows(await self._read("GET", f"/crm/pipelines/{VERSION}/deals"))

    async def properties(self, kind: str, *, archived: bool = False) -> list[JSON]:
        """The definitions of a kind's properties, or of those that were archived."""
        query = {"archived": "true"} if archived else None
        return answers.rows(await self._read("GET", f"/crm/properties/{VERSION}/{kind}", query=query))

    async def listing(
        self, kind: str, properties: Sequence[str], *, archived: bool = False
    ) -> AsyncIterator[list[JSON]]:
        """Pages of all records in the order of their ids."""
        names = _named_in_passing(properties)
        query = {"limit": str(LIST_PAGE), "archived": _flag(value=archived)} | (
            {"properties": ",".join(names)} if names else {}
        )
        async for rows in self._paged(f"/crm/objects/{VERSION}/{kind}", query):
            yield await self._in_full(kind, answers.records(rows), properties)

    async def probe(self, kind: str) -> None:
        """Ask for one record, to see whether the token may."""
        await self._read("GET", f"/crm/objects/{VERSION}/{kind}", query={"limit": "1"})

    async def search(
        self, kind: str, properties: Sequence[str], *, changed: str, since: datetime
    ) -> AsyncIterator[Found]:
        """Pages of the records whose property `changed` is at or after an instant, by rising id: a key set, not
        offsets, so that neither the cap of 10,000 nor equal times lose any (hubspot.md section 3)."""
        last = ""
        window = {"propertyName": changed, "operator": "GTE", "value": str(int(since.timestamp() * 1000))}
        while True:
            beyond = [{"propertyName": "hs_object_id", "operator": "GT", "value": last}] if last else []
            body = {
                "filterGroups": [{"filters": [window, *beyond]}],
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                "properties": _named_in_passing(properties),
                "limit": SEARCH_PAGE,
            }
            path = f"/crm/objects/{VERSION}/{kind}/search"
            reply = await self._read("POST", path, body=body, also=self._searches)
            rows = answers.records(answers.rows(reply))
            yield Found(int(reply.body.get("total") or len(rows)), await self._in_full(kind, rows, properties))
            if len(rows) < SEARCH_PAGE:
                return
            if str(rows[-1]["id"]) == last:
                msg = "HubSpot's search does not move on."
                raise Retriable(msg)
            last = str(rows[-1]["id"])

    async def _in_full(self, kind: str, rows: list[JSON], properties: Sequence[str]) -> list[JSON]:
        """The rows, read by id where their properties were too many to be named in passing."""
        if _named_in_passing(properties):
            return rows
        return await self.batch(kind, [str(row["id"]) for row in rows], properties)

    async def batch(
        self, kind: str, ids: Sequence[str], properties: Sequence[str], *, past: Sequence[str] = (), by: str = ""
    ) -> list[JSON]:
        """Records by id, as they are now (no search lag); those that are gone are left out.

        `past` are properties whose former values are wanted, too, newest first. `by` is a property that holds each
        value once, whose values are given instead of ids.
        """
        found: list[JSON] = []
        most = HISTORY_BATCH if past else BATCH
        for begin in range(0, len(ids), most):
            body = {
                "inputs": [{"id": id_} for id_ in ids[begin : begin + most]],
                "properties": list(properties),
                "propertiesWithHistory": list(past),
                **({"idProperty": by} if by else {}),
            }
            found += answers.records(
                answers.rows(await self._read("POST", f"/crm/objects/{VERSION}/{kind}/batch/read", body=body))
            )
        return found

    async def get(self, kind: str, id_: str, properties: Sequence[str]) -> Reply:
        """One record by id; the surviving one for the id of a merged one.

        Raises:
            Conflict: with code 404, when it is gone.
        """
        return await self._read(
            "GET", f"/crm/objects/{VERSION}/{kind}/{id_}", query={"properties": ",".join(properties)}
        )

    async def associated(self, kind: str, ids: Sequence[str], to_kind: str) -> dict[str, tuple[Association, ...]]:
        """For each record the others that it is associated with; records without any are left out."""
        found: dict[str, list[JSON]] = {}
        for begin in range(0, len(ids), ASSOCIATION_BATCH):
            inputs = [{"id": id_} for id_ in ids[begin : begin + ASSOCIATION_BATCH]]
            path = f"/crm/associations/{VERSION}/{kind}/{to_kind}/batch/read"
            reply = await self._read("POST", path, body={"inputs": inputs})
            answers.refuse_partial(reply)
            for row in answers.rows(reply):
                id_ = str(row["from"]["id"])
                found.setdefault(id_, []).extend(row.get("to", []))
                if after := answers.after(row):
                    found[id_] += await self._more_associated(kind, id_, to_kind, after)
        return {id_: tuple(answers.association(entry) for entry in entries) for id_, entries in found.items()}

    async def _more_associated(self, kind: str, id_: str, to_kind: str, after: str) -> list[JSON]:
        path = f"/crm/objects/{VERSION}/{kind}/{id_}/associations/{to_kind}"
        query = {"limit": str(ASSOCIATION_PAGE), "after": after}
        return [row async for rows in self._paged(path, query) for row in rows]

    async def _paged(self, path: str, query: Mapping[str, str]) -> AsyncIterator[list[JSON]]:
        after = query.get("after", "")
        while True:
            reply = await self._read("GET", path, query={**query, **({"after": after} if after else {})})
            yield answers.rows(reply)
            following = answers.after(reply.body)
            if not following:
                return
            if following == after:
                msg = "HubSpot's list does not move on."
                raise Retriable(msg)
            after = following

    # --- writing ------------------------------------------------------------------------------------------------------

    async def update(self, kind: str, id_: str, properties: Mapping[str, str]) -> Reply:
        """Set properties of one record to values; empty text clears."""
        return await self._write("PATCH", f"/crm/objects/{VERSION}/{kind}/{id_}", {"properties": dict(properties)})

    async def update_many(self, kind: str, inputs: Sequence[JSON]) -> Reply:
        """Set properties of up to 100 different records; items may fail singly (207, hubspot.md section 4)."""
        return await self._write("POST", f"/crm/objects/{VERSION}/{kind}/batch/update", {"inputs": list(inputs)})

    async def create(self, kind: str, body: JSON) -> Reply:
        """Make a record with its associations. There is no idempotency key (hubspot.md section 4)."""
        return await self._write("POST", f"/crm/objects/{VERSION}/{kind}", body)

    async def upsert(self, kind: str, inputs: Sequence[JSON]) -> Reply:
        """Set up to 100 records by a property that holds each value once; those that are not there are made."""
        return await self._write("POST", f"/crm/objects/{VERSION}/{kind}/batch/upsert", {"inputs": list(inputs)})

    async def associate(self, kind: str, id_: str, to_kind: str, to_id: str) -> None:
        """Associate two records without a label; twice is once (hubspot.md section 4)."""
        path = f"/crm/objects/{VERSION}/{kind}/{id_}/associations/default/{to_kind}/{to_id}"
        await self._write("PUT", path, None)

    async def associate_many(self, kind: str, to_kind: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Associate pairs without a label; some may fail singly, and twice is once."""
        inputs = [{"from": {"id": id_}, "to": {"id": to_id}} for id_, to_id in pairs]
        path = f"/crm/associations/{VERSION}/{kind}/{to_kind}/batch/associate/default"
        await self._write("POST", path, {"inputs": inputs})

    async def merge(self, kind: str, id_: str, swallowed: str) -> Reply:
        """Let one record swallow another, for good; the answer may carry a new id (hubspot.md section 3)."""
        body = {"primaryObjectId": id_, "objectIdToMerge": swallowed}
        return await self._write("POST", f"/crm/objects/{VERSION}/{kind}/merge", body)

    async def define(self, path: str, body: JSON) -> Reply:
        """Make a property or a group of them; `path` is behind the properties' root."""
        return await self._write("POST", f"/crm/properties/{VERSION}/{path}", body)

    async def _write(self, method: str, path: str, body: JSON | None) -> Reply:
        self._allowance.require(write=True)
        with self._daily():
            request = _Call(method, self._base + path, {}, body, None)
            return self._reply(await self._sent(self._http.write, request))

    async def _read(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: JSON | None = None,
        also: RateLimit | None = None,
    ) -> Reply:
        self._allowance.require(write=False)
        with self._daily():
            request = _Call(method, self._base + path, query or {}, body, also)
            return self._reply(await self._sent(self._http.read, request))

    async def _sent(self, send: Callable[[Request, Judge], Awaitable[Answer]], call: _Call) -> Answer:
        """Send with what opens the portal, and once more with a new token where the one before was refused: a refused
        call did nothing."""
        bearer = await self._auth.bearer()
        try:
            return await send(call.request(bearer), self._judge)
        except SignIn as refused:
            if refused.code not in EXPIRED:
                raise
            renewed = await self._auth.bearer(refused=bearer)
            if renewed == bearer:  # a key that nobody can renew
                raise
        return await send(call.request(renewed), self._judge)

    @contextmanager
    def _daily(self) -> Iterator[None]:
        """A refusal for the rest of the day holds for all calls, not for one."""
        try:
            yield
        except Throttled as refused:
            if refused.code != DAILY:
                raise
            raise self._allowance.used_up() from refused

    def _reply(self, answer: Answer) -> Reply:
        self._allowance.heard(answer)
        allowed = answer.headers.get(ALLOWED, "")
        if allowed.isdigit():  # the plan's own limit in ten seconds, of which some is left to others
            self._rate.limit = max(1, int(allowed) * 9 // 10)
        return Reply(answer.json(), answer.date or datetime.now(UTC), answer.headers.get(REFERENCE, ""))


@dataclass(frozen=True, slots=True)
class _Call:
    """A call before it is known with what it is opened."""

    method: str
    url: str
    query: Mapping[str, str]
    body: JSON | None
    also: RateLimit | None

    def request(self, bearer: str) -> Request:
        """The request as it is sent."""
        headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/json"}
        content = None
        if self.body is not None:
            headers["Content-Type"], content = "application/json", dump(self.body).encode()
        return Request(self.method, self.url, headers, self.query, content, self.also)


ALLOWED = "x-hubspot-ratelimit-max"


def _named_in_passing(properties: Sequence[str]) -> list[str]:
    """The properties that a list or search is asked for: all, or none where they are too many."""
    names = list(properties)
    return names if len(dump(names)) <= LONGEST_NAMES else []


def _flag(*, value: bool) -> str:
    return "true" if value else "false"
