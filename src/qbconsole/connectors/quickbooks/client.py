"""The calls of Intuit's API as this connector uses them: query, read, changes, write (quickbooks.md 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.http import Request
from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks.cursor import Heard
from qbconsole.connectors.quickbooks.faults import fault_of, judge
from qbconsole.domain.errors import Problem, Retriable, SignIn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qbconsole.connectors.http import Answer, Http
    from qbconsole.connectors.quickbooks.auth import Auth
    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings

PAGE = 1000
"""Rows of a page: the most that Intuit gives (quickbooks.md 3.1)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A success: its JSON, the server's clock in UTC, Intuit's reference of the call.

    `date` is when the answer itself was sent: a replayed body may hold an older `time`.
    """

    body: dict[str, Any]
    time: datetime
    reference: str
    date: datetime | None = None

    def entity(self, kind: str) -> dict[str, Any]:
        """The one object of a read or write.

        Raises:
            Retriable: the answer holds none: it is not the answer to what was asked.
        """
        found = self.body.get(kind)
        if not isinstance(found, dict) or not found.get("Id"):
            msg = f"QuickBooks answered without the {kind.lower()} asked for."
            raise Retriable(msg, sent=True)
        return found


def quoted(value: str) -> str:
    r"""A value in Intuit's query language: `'` is written `\'` and a backslash doubled (quickbooks.md 3.1)."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def moment(value: datetime) -> str:
    """An instant as queries and CDC take it, in whole seconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Client:
    """Adds addresses, token and minor version; turns answers into replies or problems."""

    def __init__(self, settings: QuickBooksSettings, http: Http, auth: Auth) -> None:
        """Take the parts."""
        self._settings = settings
        self._http = http
        self._auth = auth
        self.calls = 0
        self.heard = Heard()
        """The server's clock in the answers to what was read; a pull begins with a new one."""
        self.reads = 0

    async def query(self, statement: str) -> Reply:
        """The answer to a select. Posted, so that no customer's name stands in a URL."""
        return await self._read("POST", "query", content=statement.encode())

    async def rows(
        self, kind: str, where: str = "", *, start: int = 1, limit: int = PAGE, order: str = "Id", fields: str = "*"
    ) -> list[dict[str, Any]]:
        """One page of a kind, in order of its ids unless said otherwise; `where` is a condition, or empty."""
        reply = await self.query(select(kind, where, start=start, limit=limit, order=order, fields=fields))
        return rows_of(reply.body, kind)

    async def queries(self, statements: Sequence[str]) -> list[dict[str, Any] | Problem]:
        """The answers to several selects in one call, each with its own outcome (quickbooks.md 5.1).

        At most 30, and all their rows together are cut at 1,000.
        """
        items = [{"bId": str(number), "Query": statement} for number, statement in enumerate(statements)]
        content = dump({"BatchItemRequest": items}).encode()
        reply = await self._read("POST", "batch", content=content, content_type="application/json")
        found = {str(item.get("bId")): item for item in listed(reply.body.get("BatchItemResponse"))}
        answers = (found.get(str(number), {}) for number in range(len(statements)))
        return [answer if folded(answer, "QueryResponse") is not None else fault_of(answer) for answer in answers]

    async def report(self, name: str, query: Mapping[str, str]) -> dict[str, Any]:
        """A report in its own envelope: Header, Columns, Rows (quickbooks.md 2.1)."""
        return (await self._read("GET", f"reports/{name}", query=query)).body

    async def count(self, kind: str, where: str) -> int:
        """How many rows of a kind there are."""
        reply = await self.query(f"SELECT COUNT(*) FROM {kind} WHERE {where}")  # noqa: S608 - values are quoted()
        return int(folded(folded(reply.body, "QueryResponse"), "totalCount") or 0)

    async def get(self, kind: str, id_: str) -> Reply:
        """One object by its id: never stale, unlike a query.

        Raises:
            NeedsPerson: with code 610, when there is none (any more).
        """
        return await self._read("GET", f"{kind.lower()}/{id_}")

    async def company(self) -> Reply:
        """The company's own record."""
        return await self._read("GET", f"companyinfo/{self._settings.realm_id}")

    async def preferences(self) -> Reply:
        """The company's settings."""
        return await self._read("GET", "preferences")

    async def changes(self, kinds: Sequence[str], since: datetime) -> Reply:
        """What changed since an instant (CDC; quickbooks.md 4)."""
        return await self._read("GET", "cdc", query={"entities": ",".join(kinds), "changedSince": moment(since)})

    async def write(
        self, kind: str, body: Mapping[str, Any], *, request_id: str, query: Mapping[str, str] | None = None
    ) -> Reply:
        """Create, update or void: one POST, sent once, under its request id (quickbooks.md 6).

        Raises:
            Retriable: `sent` says whether it may have happened.
            Problem: as `faults.judge` has it.
        """
        return await self._call(
            "POST",
            kind.lower(),
            query={**(query or {}), "requestid": request_id},
            content=dump(body).encode(),
            content_type="application/json",
            write=True,
        )

    async def _read(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        content: bytes | None = None,
        content_type: str = "application/text",
    ) -> Reply:
        include = {"include": "enhancedAllCustomFields"} if self._settings.enhanced_fields else {}
        asked = {**include, **(query or {})}
        reply = await self._call(method, path, query=asked, content=content, content_type=content_type)
        self.reads += 1
        self.heard.hear((_instant(reply.body.get("time")), reply.date))
        return reply

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        content: bytes | None,
        content_type: str,
        write: bool = False,
    ) -> Reply:
        token = await self._auth.access_token()
        for last in (False, True):
            request = Request(
                method,
                f"{self._settings.company_url}/{path}",
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"}
                | ({"Content-Type": content_type} if content else {}),
                query={**query, "minorversion": str(self._settings.minor_version)},
                content=content,
            )
            self.calls += 1
            try:
                answer = await (self._http.write if write else self._http.read)(request, self._judge)
            except SignIn as refused:
                if last or refused.code in {"120", "3100", "403"}:
                    raise
                token = await self._auth.access_token(refused=token)
            else:
                return _reply(answer)
        raise AssertionError(path)  # the second pass returned or raised

    def _judge(self, answer: Answer) -> Problem | None:
        return judge(answer, throttle_wait=self._settings.throttle_wait)


def _reply(answer: Answer) -> Reply:
    body = answer.json()
    time = _instant(body.get("time")) or answer.date or datetime.now(UTC)
    return Reply(body, time, answer.headers.get("intuit_tid", ""), answer.date)


def _instant(raw: Any) -> datetime | None:
    """The instant in a text with an offset; epoch milliseconds and times of no zone tell nothing."""
    try:
        time = datetime.fromisoformat(raw)
    except (ValueError, TypeError):
        return None
    return time.astimezone(UTC) if time.tzinfo else None


def select(
    kind: str, where: str = "", *, start: int = 1, limit: int = PAGE, order: str = "Id", fields: str = "*"
) -> str:
    """A statement of Intuit's query language (quickbooks.md 3.1)."""
    condition = f" WHERE {where}" if where else ""
    ordered = f" ORDERBY {order}" if order else ""
    page = f" STARTPOSITION {start} MAXRESULTS {limit}"
    return f"SELECT {fields} FROM {kind}{condition}{ordered}{page}"  # noqa: S608 - values are quoted()


def folded(body: Any, name: str) -> Any:
    """The value under a key in whatever case: some answers come with small letters (quickbooks.md 1.7)."""
    if not isinstance(body, dict):
        return None
    if name in body:
        return body[name]
    return next((value for key, value in body.items() if key.lower() == name.lower()), None)


def listed(value: Any) -> list[dict[str, Any]]:
    """Some answers have an object where the documents say a list (quickbooks.md 4)."""
    many = value if isinstance(value, list) else [value]
    return [entry for entry in many if isinstance(entry, dict)]


def rows_of(body: Any, kind: str) -> list[dict[str, Any]]:
    """The rows of a kind in a query's answer; an empty page is `{}` (quickbooks.md 2.4)."""
    return listed(folded(folded(body, "QueryResponse"), kind))
