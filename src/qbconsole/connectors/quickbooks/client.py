"""The calls of Intuit's API as this connector uses them: query, read, changes, write (quickbooks.md 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.http import Request
from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks.faults import REFERENCE, judge
from qbconsole.connectors.quickbooks.settings import SecondLimits
from qbconsole.domain.errors import Fatal, Problem, Retriable, SignIn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qbconsole.connectors.http import Answer, Http
    from qbconsole.connectors.quickbooks.auth import Auth
    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings

JSON, PDF = "application/json", "application/pdf"
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
        self._limits = SecondLimits(settings)
        self.calls = 0
        self.reads = 0
        """Calls of the kind that Intuit meters (quickbooks.md 5.2)."""

    async def query(self, statement: str) -> Reply:
        """The answer to a select. Posted, so that no customer's name stands in a URL."""
        return await self._read("POST", "query", text=statement)

    async def rows(self, kind: str, where: str = "", *, start: int = 1, limit: int = PAGE) -> list[dict[str, Any]]:
        """One page of a kind in order of its ids; `where` is a condition, or empty."""
        condition = f" WHERE {where}" if where else ""
        page = f"ORDERBY Id STARTPOSITION {start} MAXRESULTS {limit}"
        reply = await self.query(f"SELECT * FROM {kind}{condition} {page}")  # noqa: S608 - values are quoted()
        return rows_of(reply.body.get("QueryResponse"), kind)

    async def all_rows(self, kind: str, where: str) -> list[dict[str, Any]]:
        """All rows of a kind under a condition that few meet."""
        found: list[dict[str, Any]] = []
        while True:
            page = await self.rows(kind, where, start=len(found) + 1)
            found += page
            if len(page) < PAGE:
                return found

    async def pdf(self, kind: str, id_: str) -> bytes:
        """A sales form as QuickBooks prints it (quickbooks.md 9).

        Raises:
            NeedsPerson: with code 610, when there is none (any more).
            Retriable: no PDF came.
        """
        answer = await self._answer("GET", f"{kind.lower()}/{id_}/pdf", accept=PDF)
        return answer.body

    async def count(self, kind: str, where: str) -> int:
        """How many rows of a kind there are."""
        reply = await self.query(f"SELECT COUNT(*) FROM {kind} WHERE {where}")  # noqa: S608 - values are quoted()
        return int((reply.body.get("QueryResponse") or {}).get("totalCount", 0))

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
        self,
        kind: str,
        body: Mapping[str, Any] | None,
        *,
        request_id: str,
        query: Mapping[str, str] | None = None,
        path: str = "",
    ) -> Reply:
        """Create, change, delete, void or send: one POST, sent once, under its request id (quickbooks.md 6).

        Args:
            kind: Intuit's kind, or "batch".
            body: what is posted; nothing when QuickBooks is asked to mail a document (quickbooks.md 9).
            request_id: the same for the same intent.
            query: which operation it is, where it is no create or update.
            path: below the kind's own, for sending.

        Raises:
            Fatal: it would receive money, which this program never does.
            Retriable: `sent` says whether it may have happened.
            Problem: as `faults.judge` has it.
        """
        if kind == "Payment" and (body is None or body.get("TotalAmt") != 0):
            msg = "A payment of money was about to be written; it is not sent."
            raise Fatal(msg)
        return await self._call(
            "POST",
            f"{kind.lower()}/{path}".rstrip("/"),
            query={**(query or {}), "requestid": request_id},
            content=b"" if body is None else dump(body).encode(),
            content_type="application/octet-stream" if body is None else "application/json",
            write=True,
        )

    async def _read(self, method: str, path: str, *, query: Mapping[str, str] | None = None, text: str = "") -> Reply:
        return await self._call(
            method, path, query=query or {}, content=text.encode() if text else None, content_type="application/text"
        )

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
        answer = await self._answer(method, path, query=query, content=content, content_type=content_type, write=write)
        return _reply(answer)

    async def _answer(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        content: bytes | None = None,
        content_type: str = "",
        write: bool = False,
        accept: str = JSON,
    ) -> Answer:
        """One call; with a new token if the one we had is refused."""
        token = await self._auth.access_token()
        judge = self._judge_pdf if accept == PDF else self._judge
        for last in (False, True):
            request = Request(
                method,
                f"{self._settings.company_url}/{path}",
                headers={"Authorization": f"Bearer {token}", "Accept": accept}
                | ({"Content-Type": content_type} if content is not None else {}),
                query={**(query or {}), "minorversion": str(self._settings.minor_version)},
                content=content,
                also=self._limits.of(path),
            )
            self.calls += 1
            self.reads += not write
            try:
                return await (self._http.write if write else self._http.read)(request, judge)
            except SignIn as refused:
                if last or refused.code in {"120", "3100", "403"}:
                    raise
                token = await self._auth.access_token(refused=token)
        raise AssertionError(path)  # the second pass returned or raised

    def _judge(self, answer: Answer) -> Problem | None:
        return judge(answer, throttle_wait=self._settings.throttle_wait)

    def _judge_pdf(self, answer: Answer) -> Problem | None:
        """A PDF is no JSON; whatever else came is judged as always, and what looks like a success is none."""
        if answer.status == 200 and answer.body.startswith(b"%PDF"):
            return None
        return self._judge(answer) or Retriable("QuickBooks answered without the PDF asked for.")


def _reply(answer: Answer) -> Reply:
    body = answer.json()
    raw = body.get("time")
    time = answer.date or datetime.now(UTC)
    if isinstance(raw, str):
        time = _instant(raw) or time
    return Reply(body, time, answer.headers.get(REFERENCE, ""), answer.date)


def _instant(raw: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else None


def rows_of(response: Any, kind: str) -> list[dict[str, Any]]:
    """The rows of a kind in a `QueryResponse`; an empty page is `{}` (quickbooks.md 2.4)."""
    found = response.get(kind, []) if isinstance(response, dict) else []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else [found]
