"""The one module that imports httpx: requests with deadlines, size limits and manners, and nothing hidden for writes.

What an answer means is the connector's to say: it hands in a `Judge`, the one function that turns an answer into a
`Problem`. Reads are tried again when the judge says Retriable; a write is sent once, and a write whose outcome is not
known raises `Retriable(sent=True)`. Logs carry system, method, path, status, time and the vendor's reference: never a
query, a body or a token.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import random
import ssl
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import truststore

from qbconsole.connectors.breaker import Breaker
from qbconsole.connectors.payload import UnreadableError, parse
from qbconsole.connectors.silence import Silence
from qbconsole.domain.errors import Configuration, Problem, Retriable, Throttled
from qbconsole.domain.failpoints import failpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from qbconsole.connectors.limits import Gate, RateLimit

    Judge = Callable[["Answer"], Problem | None]

log = logging.getLogger(__name__)

DEADLINE = 60.0
"""Seconds a whole request may take, from connecting to the last byte."""
CONNECT_DEADLINE = 10.0
"""Seconds for connecting: shorter, so that a failure to connect is known as such and the request as never sent."""
LARGEST_BODY = 32 * 1024 * 1024
"""Bytes of an answer that are read at most: 1,000 fat documents are about 5 MB."""
READ_TRIES = 4
LONGEST_PAUSE = 20.0
"""A read waits this many seconds at most between two tries; a longer wait asked for is handed up as `Throttled`."""
KEEP_ALIVE = 2.0
"""Seconds an idle connection is kept: shorter than servers keep theirs, so that a write never meets one just closed."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `also` is a second rate limit that it must keep."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    also: RateLimit | None = None

    @property
    def path(self) -> str:
        """The path alone, for the log: ids, never a query."""
        return urlsplit(self.url).path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to its end. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            payload.UnreadableError: it is no JSON that we trust.
        """
        return parse(self.body)

    @property
    def cut(self) -> bool:
        """Whether the body was JSON on its way here and cannot be read as that: what it said nobody knows."""
        try:
            self.json()
        except UnreadableError:
            return self.body.lstrip()[:1] in (b"{", b"[")
        return False

    @property
    def date(self) -> datetime | None:
        """The server's clock by its `Date` header, in UTC."""
        try:
            return parsedate_to_datetime(self.headers["date"]).astimezone(UTC)
        except (KeyError, ValueError):
            return None

    def wait(self, default: float) -> float:
        """The seconds that `Retry-After` asks for (a number or a date); the default when it is missing or nonsense."""
        raw = self.headers.get("retry-after", "").strip()
        if raw.isdigit():
            return float(raw)
        try:
            until = parsedate_to_datetime(raw)
        except ValueError:
            return default
        return max(0.0, (until - (self.date or datetime.now(UTC))).total_seconds())


class Http:
    """A client of one remote system."""

    def __init__(
        self,
        system: str,
        *,
        bases: tuple[str, ...],
        gate: Gate,
        reference_header: str,
        deadline: float = DEADLINE,
        transport: httpx.AsyncBaseTransport | None = None,
        breaker: Breaker | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Open nothing yet.

        Args:
            system: the remote's name in words, for messages.
            bases: the only URLs under which requests go out; plain http is for this machine alone.
            gate: how fast and how many at once.
            reference_header: where the vendor puts its own id of a call.
            deadline: seconds a whole request may take.
            transport: another way to the server (tests).
            breaker: what leaves a silent remote in peace; one of its own unless given.
            sleep: how to wait between tries.

        Raises:
            Configuration: a base is no https URL.
        """
        for base in bases:
            _check_base(system, base)
        self.system = system
        self._bases = tuple(base.rstrip("/") + "/" for base in bases)
        self._gate = gate
        self._reference = reference_header
        self._deadline = deadline
        self._breaker = breaker or Breaker(system)
        self._sleep = sleep
        self._silence = Silence(system, longest=LONGEST_PAUSE, sleep=sleep)
        for noisy in ("httpx", "httpcore"):  # they log whole URLs and headers
            logging.getLogger(noisy).setLevel(logging.WARNING)
        local = all(_is_loopback(base) for base in bases)
        self._client = httpx.AsyncClient(
            verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            follow_redirects=False,
            timeout=httpx.Timeout(deadline, connect=CONNECT_DEADLINE),
            limits=httpx.Limits(max_keepalive_connections=8, keepalive_expiry=KEEP_ALIVE),
            headers={"User-Agent": "qbconsole"},
            transport=transport,
            trust_env=not local,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def write(self, request: Request, judge: Judge) -> Answer:
        """Send once.

        A refusal to be so fast is none of the work: something between may have sent it twice, and the first of both
        may have been done.

        Raises:
            Retriable: no usable answer; `sent` is False only if it surely had no effect.
            Problem: what the judge made of the answer.
        """
        answer = await self._send(request, write=True)
        failpoint("response.read")
        problem = judge(answer)
        if isinstance(problem, Retriable):
            problem.sent = True
        if problem is not None:
            self._silence.heed(request.url, problem)
            raise problem
        return answer

    async def read(self, request: Request, judge: Judge) -> Answer:
        """Send, and send again after a passing failure: a read may be repeated.

        Raises:
            Retriable: it failed on every try.
            Throttled: the remote asks for a longer wait than a read waits.
            Problem: what the judge made of the answer.
        """
        for attempt in range(1, READ_TRIES + 1):
            try:
                answer = await self._send(request, waited=attempt > 1)
                problem = judge(answer)
                if problem is None:
                    return answer
                self._silence.heed(request.url, problem)
                raise problem
            except Retriable as passing:
                passing.sent = False
                pause = _pause(passing, attempt)
                if attempt == READ_TRIES or pause > LONGEST_PAUSE:
                    raise
                log.info(
                    "%s: %s %s is tried again in %.1f s, %s, %s",
                    self.system, request.method, request.path, pause, passing.code or "-", passing.reference or "-",
                )  # fmt: skip
                await self._sleep(pause)
        raise AssertionError(attempt)  # the last try returned or raised

    async def _send(self, request: Request, *, write: bool = False, waited: bool = False) -> Answer:
        """Send when there is a seat for it and the remote has not asked to wait; `waited` that this request did."""
        if not request.url.startswith(self._bases):
            msg = f"{self.system}: an address outside the book's settings was refused."
            raise Configuration(msg)
        heeded = self._silence.until(request.url) if waited else 0.0
        while True:
            if self._silence.until(request.url) > heeded:
                heeded = self._silence.until(request.url)
                await self._silence.over(request.url)
            async with self._gate.passage(request.also, write=write):
                if self._silence.until(request.url) > heeded:  # another was asked to wait while this one stood in line
                    continue
                with self._breaker.passage() as passage:
                    answer = await self._timed(request)
                    passage.answered = answer.status < 500
            return answer

    async def _timed(self, request: Request) -> Answer:
        """One exchange within the deadline, and its line in the log."""
        began = time.monotonic()
        status, reference = "-", ""
        try:
            async with asyncio.timeout(self._deadline):
                answer = await self._exchange(request)
            status, reference = str(answer.status), answer.headers.get(self._reference, "")
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            status = type(error).__name__
            raise _unreachable(self.system, error) from error
        except (httpx.HTTPError, TimeoutError, TooLargeError) as error:
            status = type(error).__name__
            msg = f"{self.system} gave no readable answer."
            raise Retriable(msg, sent=True, next_step="It is tried again by itself.") from error
        finally:
            took = (time.monotonic() - began) * 1000
            log.info(
                "%s: %s %s -> %s in %.0f ms, reference %s",
                self.system, request.method, request.path, status, took, reference or "-",
            )  # fmt: skip
        return answer

    async def _exchange(self, request: Request) -> Answer:
        async with self._client.stream(
            request.method,
            request.url,
            params=dict(request.query) or None,
            headers=dict(request.headers),
            content=request.content,
        ) as response:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LARGEST_BODY:
                    raise TooLargeError
            return Answer(response.status_code, dict(response.headers), bytes(body))


class TooLargeError(Exception):
    """The answer is larger than any answer should be."""


def _pause(problem: Retriable, attempt: int) -> float:
    if isinstance(problem, Throttled):
        return problem.wait
    return min(LONGEST_PAUSE, 0.5 * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


def _unreachable(system: str, error: BaseException) -> Retriable:
    """Why no connection came about: a certificate that is not trusted is another matter than a network that is down."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        step = "Check the network; it is tried again by itself."
        return Retriable(f"{system} cannot be reached.", sent=False, next_step=step)
    step = "Nothing was sent. Check the address, this machine's clock, and what stands between it and the internet."
    words = f"{system} cannot be reached: no encrypted connection comes about."
    if isinstance(cause, ssl.SSLCertVerificationError):
        words = f"The certificate of the {system} server is not trusted."
    return Retriable(words, sent=False, next_step=step)


def _check_base(system: str, base: str) -> None:
    parts = urlsplit(base)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(base))):
        return
    msg = f"{system}: the address {base!r} is refused: it must begin with https:// (http:// only on this machine)."
    raise Configuration(msg, next_step="Correct it in the book's settings.")


def _is_loopback(base: str) -> bool:
    host = urlsplit(base).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
