"""The calls of Intuit's API as this connector uses them: query, read, changes, write (quickbooks.md 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.http import Request
from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks.cursor import Heard
from qbconsole.connectors.quickbooks.faults import REFERENCE, fault_of, is_old, judge
from qbconsole.connectors.quickbooks.settings import SecondLimits
from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson, Problem, Retriable, SignIn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qbconsole.connectors.http import Answer, Http, Judge
    from qbconsole.connectors.quickbooks.auth import Auth
    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings

REMEMBERED = 5
"""Refusals that may be remembered under the ids of one write, each from a try whose cause a person mended since."""
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
        self.heard = Heard()
        """The server's clock in the answers to what was read; a pull begins with a new one."""
        self.reads = 0
        """Calls of the kind that Intuit meters (quickbooks.md 5.2)."""

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
        answer = await self._answer("GET", f"{kind.lower()}/{id_}/pdf", self._judge_pdf, accept=PDF)
        return answer.body

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
        self,
        kind: str,
        body: Mapping[str, Any] | None,
        *,
        request_id: str,
        query: Mapping[str, str] | None = None,
        path: str = "",
    ) -> Reply:
        """Create, change, delete, void or send: one POST, sent once, under its request id (quickbooks.md 6).

        A refusal may be remembered under that id, even when its cause was mended since. One that is older than the call
        had no effect and says nothing of now: the write goes out again under the next id, which follows from the first,
        so that it is the same id whenever this write is repeated.

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
        for again in range(REMEMBERED + 1):
            refusals: list[Answer] = []
            try:
                return await self._call(
                    "POST",
                    f"{kind.lower()}/{path}".rstrip("/"),
                    query={**(query or {}), "requestid": f"{request_id}-r{again}" if again else request_id},
                    content=b"" if body is None else dump(body).encode(),
                    content_type="application/octet-stream" if body is None else "application/json",
                    judge=self._judge_and_keep(refusals),
                )
            except (NeedsPerson, Conflict):
                if again == REMEMBERED or not (refusals and is_old(refusals[-1])):
                    raise
        raise AssertionError(request_id)  # the last pass returned or raised

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
        judge: Judge | None = None,
    ) -> Reply:
        """A call that answers in JSON; one with a judge of its own is a write."""
        write, judge = judge is not None, judge or self._judge
        return _reply(
            await self._answer(
                method, path, judge, query=query, content=content, content_type=content_type, write=write
            )
        )

    async def _answer(
        self,
        method: str,
        path: str,
        judge: Judge,
        *,
        query: Mapping[str, str] | None = None,
        content: bytes | None = None,
        content_type: str = "",
        write: bool = False,
        accept: str = JSON,
    ) -> Answer:
        """One call; with a new token if the one we had is refused."""
        token = await self._auth.access_token()
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

    def _judge_and_keep(self, refusals: list[Answer]) -> Judge:
        """The judge, which keeps the answers that it finds fault with."""

        def judge(answer: Answer) -> Problem | None:
            problem = self._judge(answer)
            if problem is not None:
                refusals.append(answer)
            return problem

        return judge

    def _judge_pdf(self, answer: Answer) -> Problem | None:
        """A PDF is no JSON; whatever else came is judged as always, and what looks like a success is none."""
        if answer.status == 200 and answer.body.startswith(b"%PDF"):
            return None
        return self._judge(answer) or Retriable("QuickBooks answered without the PDF asked for.")


def _reply(answer: Answer) -> Reply:
    body = answer.json()
    time = _instant(body.get("time")) or answer.date or datetime.now(UTC)
    return Reply(body, time, answer.headers.get(REFERENCE, ""), answer.date)


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
